const PRINTABLE = /^[\t\x20-\x7e]*$/

const encoder = /* @__PURE__ */ new TextEncoder()

/** A text whose Latin-1 bytes are the given text's UTF-8 bytes: as Latin-1 is how hosts write header values. */
export const toWire = (text: string): string => (PRINTABLE.test(text) ? text : String.fromCharCode(...encoder.encode(text)))

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
  const encode = hasBody ? toWire : (text: string): string => text
  const exact = new Headers()
  for (const [name, value] of headers) if (name !== 'set-cookie') exact.set(name, encode(value))
  for (const cookie of headers.getSetCookie().flatMap(splitCookies)) exact.append('set-cookie', encode(cookie))
  return exact
}

/** The answer with its headers as Next.js's server would send them; the same one wherever the host does so by itself. */
export function withExactHeaders(response: Response, Native: typeof Response): Response {
  if (!isInexact(response.headers)) return response
  const { body, headers, status, statusText } = response
  const isSpent = response.bodyUsed || body?.locked === true
  return isSpent ? response : new Native(body, { status, statusText, headers: toExact(headers, body !== null) })
}
