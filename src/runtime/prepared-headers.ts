import type { Context } from 'hono'
import type { Handler } from 'hono/types'
import { withMutableHeaders } from './finish-response.js'
import { type PlainHeaders, plainHeadersOf } from './plain-headers.js'
import { isResponse } from './responses.js'

/** Cookies of middleware come first; those that both have (a proxy's are on the answer already) once. */
function addCookies(c: Context, answer: Response, prepared: readonly string[]): void {
  const own = answer.headers.getSetCookie().filter((line) => !prepared.includes(line))
  answer.headers.delete('set-cookie')
  for (const line of [...prepared, ...own]) answer.headers.append('set-cookie', line)
  // Where middleware has looked at `c.res`, Hono puts the cookies found there in place of the answer's.
  for (const line of own) c.header('set-cookie', line, { append: true })
}

/** Names and values of headers that an answer is to have. */
export type PreparedHeaders = readonly (readonly [string, string])[]

/** What has been set by `c.header()`, or on `c.res`, so far. */
export function preparedHeaders(c: Context): PreparedHeaders {
  const blank = c.newResponse(null)
  const plain = plainHeadersOf(blank)
  return plain && isEmpty(plain) ? NOTHING : [...blank.headers]
}

const NOTHING: PreparedHeaders = []

function isEmpty(headers: PlainHeaders): boolean {
  for (const _ in headers) return false
  return true
}

/** What was prepared before a handler was given the context itself. */
const beforeHandlers = new WeakMap<Context, PreparedHeaders>()

/** Remembers what is prepared by now, for the case that an answer whose handler adds to it is dropped. */
export function noteBeforeHandler(c: Context): PreparedHeaders {
  const prepared = preparedHeaders(c)
  beforeHandlers.set(c, prepared)
  return prepared
}

export const preparedBeforeHandler = (c: Context): PreparedHeaders | undefined => beforeHandlers.get(c)

/** Puts the headers back to what they were. */
export function restoreHeaders(c: Context, prepared: PreparedHeaders): void {
  for (const [name] of preparedHeaders(c)) c.header(name, undefined)
  for (const [name, value] of prepared) c.header(name, value, { append: true })
}

/**
 * The answer with the headers that middleware in front has prepared, unless it has them itself. Middleware can change its headers,
 * also where the handler answered what `fetch()` or `Response.redirect()` gave.
 */
export function addPreparedHeaders(c: Context, response: Response, prepared: PreparedHeaders = preparedHeaders(c)): Response {
  if (prepared.length === 0) return plainHeadersOf(response) ? response : withMutableHeaders(response)
  const answer = withMutableHeaders(response)
  for (const [name, value] of prepared) if (name !== 'set-cookie' && !answer.headers.has(name)) answer.headers.set(name, value)
  const cookies = prepared.filter(([name]) => name === 'set-cookie').map(([, line]) => line)
  if (cookies.length > 0) addCookies(c, answer, cookies)
  return answer
}

/**
 * A handler whose answers get the headers that middleware in front has prepared. Hono does that only for answers that `c`
 * makes, and a route file knows no `c`.
 */
export function withPreparedHeaders(handler: Handler): Handler {
  return async (c, next) => {
    const response: unknown = await handler(c, next)
    return isResponse(response) ? addPreparedHeaders(c, response) : undefined
  }
}
