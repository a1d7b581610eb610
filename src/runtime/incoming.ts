import type { Context } from 'hono'
import type { RouterContext } from './context.js'
import { CAN_BE_STRICT, HAS_BASE_PATH, HAS_TRAILING_SLASH } from './features.js'
import { asNextRequest, type ServerRequest } from './next-request.js'
import { isHandedOn, removeInternalHeaders, strictUrl } from './strict-request.js'

/** The path of an absolute URL as it stands there: neither decoded nor resolved. */
export function rawPathname(url: string): string {
  const start = url.indexOf('/', url.indexOf(':') + 3)
  if (start === -1) return '/'
  const query = url.indexOf('?', start)
  const fragment = url.indexOf('#', start)
  const end = query === -1 || (fragment !== -1 && fragment < query) ? fragment : query
  return end === -1 ? url.slice(start) : url.slice(start, end)
}

/** `cf` is what Cloudflare knows of the client. */
type HostRequest = Request & { readonly cf?: object }

/** `duplex` is required with a stream (fetch standard); the DOM types don't have it. */
type HostInit = RequestInit & { cf?: object; duplex?: 'half' }

/**
 * A request like this one under another URL, and with other headers and another body where they are given, else its body handed
 * on; the same one for TRACE, which no Request can be made with.
 */
export function withUrl(request: Request, url: string, headers: Headers = request.headers, body?: BodyInit | null): Request {
  const { cf, method, signal } = request as HostRequest
  if (method === 'TRACE') return request
  const init: HostInit = { method, headers, signal, ...(cf && { cf }) }
  if (method === 'GET' || method === 'HEAD') return new Request(url, init)
  return new Request(url, { ...init, body: body === undefined ? request.body : body, duplex: 'half' } as HostInit)
}

/** Makes the request's signal abort with another's too. */
export function addSignal(request: Request, signal: AbortSignal): void {
  Object.defineProperty(request, 'signal', { value: AbortSignal.any([request.signal, signal]), configurable: true })
}

/**
 * The request with a body that can be read, also where middleware has read it by `c.req`: what it read is given out again.
 */
export function readableRequest(c: Context): Request | Promise<Request> {
  const { bodyCache, raw } = c.req
  return raw.bodyUsed && Object.keys(bodyCache).length > 0 ? readAgain(c) : raw
}

async function readAgain(c: Context): Promise<Request> {
  const { bodyCache, raw } = c.req
  const kinds = Object.keys(bodyCache)
  const isFormAlone = kinds.length === 1 && kinds[0] === 'formData'
  if (!isFormAlone) return withUrl(raw, raw.url, raw.headers, await c.req.arrayBuffer())
  // Another boundary stands in its content type.
  const encoded = new Response(await c.req.formData())
  const headers = new Headers(raw.headers)
  headers.set('content-type', encoded.headers.get('content-type') ?? '')
  headers.delete('content-length')
  return withUrl(raw, raw.url, headers, await encoded.arrayBuffer())
}

/**
 * What the handler gets: the host's request with Next.js's members; a new one only where the base path or the strict
 * mode change its URL.
 * @param serverOrigin the origin by which Next.js would know the server, in strict mode
 */
export function toHandlerRequest(context: RouterContext, request: Request, serverOrigin: string | undefined): ServerRequest {
  const { basePath, strict, trailingSlash } = context
  const options = HAS_TRAILING_SLASH && trailingSlash ? { trailingSlash } : undefined
  if ((!HAS_BASE_PATH && !CAN_BE_STRICT) || (basePath === '' && !strict)) return asNextRequest(request, options)
  const url = new URL(request.url)
  if (basePath !== '') url.pathname = url.pathname.slice(basePath.length) || '/'
  const target = strict ? strictUrl(url, serverOrigin) : url.href
  const changed = target === request.url ? request : withUrl(request, target)
  if (strict) {
    if (!isHandedOn(request)) removeInternalHeaders(changed.headers)
    if (changed.headers.has('next-url')) changed.headers.delete('next-url')
  }
  return asNextRequest(changed, options, strict)
}
