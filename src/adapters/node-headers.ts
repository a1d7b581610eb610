import type { IncomingMessage } from 'node:http'

/** Headers of which Node.js takes the first line and drops the others. */
const SINGLE = new Set(
  'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after server user-agent'.split(
    ' ',
  ),
)

/** What is known of a request's headers once they are complete. */
interface CompleteHeaders {
  /** Whether an Authorization line was dropped: what stands in front may have gone by that one. */
  readonly repeatsAuthorization: boolean
}

const COMPLETE = Symbol('everyroute.completeHeaders')

/** Takes repeated lines of such headers away, which @hono/node-server would join. */
function dropRepeatedLines(rawHeaders: string[]): CompleteHeaders {
  const seen = new Set<string>()
  let repeatsAuthorization = false
  for (let i = 0; i < rawHeaders.length; ) {
    const name = rawHeaders[i]!.toLowerCase()
    if (SINGLE.has(name) && seen.has(name)) {
      rawHeaders.splice(i, 2)
      repeatsAuthorization ||= name === 'authorization'
    } else i += 2
    seen.add(name)
  }
  return { repeatsAuthorization }
}

const AS_THEY_CAME: CompleteHeaders = { repeatsAuthorization: false }

/** Whether several Authorization lines have come, of which the headers show the first. */
export function repeatsAuthorization(incoming: IncomingMessage): boolean {
  const complete = (incoming as { [COMPLETE]?: CompleteHeaders })[COMPLETE]
  if (complete) return complete.repeatsAuthorization
  const { rawHeaders } = incoming
  let lines = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) lines++
  }
  return lines > 1
}

const AUTHORIZATION = 'authorization'

/**
 * Makes headers what Next.js's server makes of them, once: adds the forwarded headers that a proxy in front has not set.
 * @param port the one that the server listens on
 */
export function completeHeaders(incoming: IncomingMessage, port: number): CompleteHeaders {
  const slots = incoming as { [COMPLETE]?: CompleteHeaders }
  if (slots[COMPLETE]) return slots[COMPLETE]
  const { headers, rawHeaders, socket } = incoming
  const complete = rawHeaders.length === Object.keys(headers).length * 2 ? AS_THEY_CAME : dropRepeatedLines(rawHeaders)
  const add = (name: string, value: string): void => {
    if (name in headers) return
    headers[name] = value
    rawHeaders.push(name, value)
  }
  // HTTP/2 names the host by a pseudo-header alone.
  const authority = headers[':authority']
  if (typeof authority === 'string') add('host', authority)
  add('x-forwarded-for', socket.remoteAddress ?? '')
  add('x-forwarded-host', headers.host ?? '')
  add('x-forwarded-port', String(port))
  add('x-forwarded-proto', 'encrypted' in socket ? 'https' : 'http')
  slots[COMPLETE] = complete
  return complete
}
