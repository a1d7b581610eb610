import { HAS_SCOPE } from './features.js'
import type { HandlerRun } from './handler.js'
import { type PlainHeaders, plainHeadersOf } from './plain-headers.js'
import { appendModifiedCookies } from './request-cookies.js'
import { isResponse } from './responses.js'
import type { RequestScope } from './scope.js'

/** Headers that the server itself decides. */
const STRIPPED = ['content-length', 'content-encoding', 'transfer-encoding', 'x-middleware-set-cookie']
/** Headers by which a proxy's answers tell what to do. */
const PROXY_NEXT = 'x-middleware-next'
const PROXY_REWRITE = 'x-middleware-rewrite'
const LOOKED_AT = new Set([...STRIPPED, PROXY_NEXT, PROXY_REWRITE])

/** Headers that a host gives to all answers made without any, once they have been looked at. */
let ordinary: PlainHeaders | undefined

/** Whether the answer has none of the headers looked at here, as far as that can be told cheaply. */
function isOrdinary(response: Response): boolean {
  const plain = plainHeadersOf(response)
  if (plain === undefined) return false
  if (plain === ordinary) return true
  for (const name in plain) if (LOOKED_AT.has(name)) return false
  ordinary = plain
  return true
}

type ProxyMethod = 'rewrite' | 'next' | undefined

const proxyMethodOf = (headers: Headers): ProxyMethod =>
  headers.has(PROXY_REWRITE) ? 'rewrite' : headers.get(PROXY_NEXT) === '1' ? 'next' : undefined

/** The method of NextResponse that has made an answer which a proxy alone may give. */
export const proxyAnswerOf = (response: Response): ProxyMethod => (isOrdinary(response) ? undefined : proxyMethodOf(response.headers))

/** The answer, or a copy where a host or a `Response.redirect` has made its headers immutable. */
export function withMutableHeaders(response: Response): Response {
  try {
    response.headers.delete('x-everyroute')
    return response
  } catch {
    return new Response(response.body, response)
  }
}

function describeValue(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value
}

/**
 * What to say where something else than a response is returned.
 * @param by what has returned it
 */
export const noResponseMessage = (result: unknown, by: string, method: string): string =>
  `No response is returned from ${by} (${method}): expected a Response, received '${describeValue(result)}'. Return a Response in every branch.`

/**
 * Checks what a handler returned, takes away the headers that the server itself decides, and adds the cookies that it set.
 * @throws {Error} where it isn't a response that a route handler may return
 */
export function finishResponse(result: unknown, run: HandlerRun, scope?: RequestScope): Response {
  if (!isResponse(result)) throw new Error(noResponseMessage(result, `route handler '${run.route.file}'`, run.request.method))
  if (result.status === 0) throw new Error('Response.error() is not an answer that can be sent.')
  const cookies = HAS_SCOPE ? scope?.cookies : undefined
  const isModified = cookies !== undefined && cookies.modified.size > 0
  if (!isModified && isOrdinary(result)) return result
  const { headers } = result
  const name = proxyMethodOf(headers)
  if (name) throw new Error(`NextResponse.${name}() can be used in a proxy alone, not in a route handler.`)
  if (!isModified && !STRIPPED.some((name) => headers.has(name))) return result
  const response = withMutableHeaders(result)
  if (HAS_SCOPE) appendModifiedCookies(response.headers, cookies)
  for (const name of STRIPPED) response.headers.delete(name)
  return response
}
