import type { RouterContext } from './context.js'
import { withUrl } from './incoming.js'
import { asNextRequest, type ServerRequest } from './next-request.js'
import { NextURL } from './next-url.js'
import type { StaticAttempt } from './static-attempt.js'

/** Next.js's build has no server to name; it calls itself this. */
export const BUILD_ORIGIN: string = 'http://localhost:3000'

/** Members of a request, beside its cookies and its URL's query, that no kept answer may depend on. */
const TRACKED = ['headers', 'url', 'body', 'blob', 'json', 'text', 'arrayBuffer', 'formData', 'bytes'] as const
const TRACKED_URL = ['search', 'searchParams', 'href', 'toJSON', 'toString', 'origin'] as const

function track(target: object, name: string, expression: string, attempt: StaticAttempt, route: string): void {
  const get = (): never => {
    attempt.readsRequest(route, expression)
    throw new Error(`${expression} was read while an answer is made to be kept.`)
  }
  Object.defineProperty(target, name, { get, configurable: true })
}

/** A request without query, headers and cookies: what `dynamic = 'force-static'` shows of any request. Its body stays. */
export function emptyRequest(context: RouterContext, request: ServerRequest, pathname: string): ServerRequest {
  const { origin } = new URL(request.url)
  const url = `${context.strict ? BUILD_ORIGIN : origin}${pathname}`
  const { method, signal } = request
  const empty = method === 'GET' || method === 'HEAD' ? new Request(url, { method, signal }) : withoutHeaders(withUrl(request, url))
  return asNextRequest(empty)
}

/**
 * The request for an answer that everybody gets: of the client's own not even the origin, which it may choose, nor the
 * signal, by which it could end the work that others wait for. HEAD is answered with what GET makes.
 */
export function keptRequest(request: ServerRequest, pathname: string): ServerRequest {
  const { method } = request
  const url = `${BUILD_ORIGIN}${pathname}`
  if (method === 'GET' || method === 'HEAD') return asNextRequest(new Request(url))
  return asNextRequest(withoutHeaders(withUrl(request, url)))
}

function withoutHeaders(request: Request): Request {
  for (const name of [...request.headers.keys()]) request.headers.delete(name)
  return request
}

/** A request that tells the attempt, and throws, where the handler reads anything but its path and method. */
export function trackedRequest(request: ServerRequest, pathname: string, attempt: StaticAttempt, route: string): ServerRequest {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const tracked = asNextRequest(new Request(BUILD_ORIGIN + pathname, { method }))
  const createUrl = (): NextURL => {
    const url = new NextURL(BUILD_ORIGIN + pathname)
    for (const name of TRACKED_URL) track(url, name, `nextUrl.${name}`, attempt, route)
    return Object.defineProperty(url, 'clone', { value: createUrl })
  }
  Object.defineProperty(tracked, 'nextUrl', { value: createUrl() })
  for (const name of [...TRACKED, 'cookies']) track(tracked, name, `request.${name}`, attempt, route)
  return tracked
}
