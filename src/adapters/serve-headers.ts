const PRINTABLE = /^[\t\x20-\x7e]*$/

const encoder = /* @__PURE__ */ new TextEncoder()

/** A text whose Latin-1 bytes are the given text's UTF-8 bytes: as Latin-1 is how hosts write header values. */
export const toWire = (text: string): string => (PRINTABLE.test(text) ? text : String.fromCharCode(...encoder.encode(text)))

/** What hosts send in a header's value. `Headers` takes control characters too, by which a whole process of Deno ends. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/

/** @throws {TypeError} where the value can't be sent */
export function requireSendable(name: string, value: string): string {
  if (SENDABLE.test(value)) return value
  throw new TypeError(`The answer's ${name} has a control character, which can't be sent: ${JSON.stringify(value)}`)
}

/** The cookies of a Set-Cookie line into which several were joined: a comma within a date has no name and `=` behind it. */
export const splitCookies = (line: string): string[] => (line.includes(',') ? line.split(/,\s*(?=[^;,=\s]+=)/) : [line])

/** Whether a host would send the headers otherwise than Next.js's server, whose values are one line each, in UTF-8. */
function isInexact(headers: Headers): boolean {
  for (const [, value] of headers) if (value.includes(',') || !PRINTABLE.test(value)) return true
  return false
}

/**
 * Headers as Next.js's server sends them, where a host would send others.
 * @param hasBody beside a body values go out in UTF-8, else as Latin-1
 */
function toExact(headers: Headers, hasBody: boolean): Headers {
  const exact = new Headers()
  const append = (name: string, value: string): void =>
    exact.append(name, requireSendable(`header "${name}"`, hasBody ? toWire(value) : value))
  for (const [name, value] of headers) if (name !== 'set-cookie') append(name, value)
  for (const cookie of headers.getSetCookie().flatMap(splitCookies)) append('set-cookie', cookie)
  return exact
}

/**
 * The answer with its headers as Next.js's server would send them; the same one wherever the host does so by itself. Where a value
 * can't be sent, a line on stderr says which, and the answer is 500.
 */
export function withExactHeaders(response: Response, Native: typeof Response): Response {
  if (!isInexact(response.headers)) return response
  const { body, headers, status, statusText } = response
  const isSpent = response.bodyUsed || body?.locked === true
  if (isSpent) return response
  try {
    return new Native(body, { status, statusText, headers: toExact(headers, body !== null) })
  } catch (error) {
    console.error(`everyroute: ${error}`)
    body?.cancel().catch(() => {})
    return new Native(null, { status: 500 })
  }
}
