import type { RouterContext } from './context.js'
import { asNextRequest, type ServerRequest } from './next-request.js'
import { removeInternalHeaders, strictUrl } from './strict-request.js'

/** The path of an absolute URL as it stands there: neither decoded nor resolved. */
export function rawPathname(url: string): string {
  const start = url.indexOf('/', url.indexOf(':') + 3)
  if (start === -1) return '/'
  for (let end = start; end < url.length; end++) {
    const code = url.charCodeAt(end)
    if (code === 63 || code === 35) return url.slice(start, end)
  }
  return url.slice(start)
}

/** A request like this one under another URL, its body handed on. */
export function withUrl(request: Request, url: string): Request {
  const { method, headers, signal } = request
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal })
  // `duplex` is required with a stream (fetch standard); the DOM types don't have it.
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, body: request.body, duplex: 'half' }
  return new Request(url, init)
}

/**
 * What the handler gets: the host's request with Next.js's members; a new one only where the base path or the strict
 * mode change its URL.
 * @param serverOrigin the origin by which Next.js would know the server, in strict mode
 */
export function toHandlerRequest(context: RouterContext, request: Request, serverOrigin: string | undefined): ServerRequest {
  const { basePath, strict, trailingSlash } = context
  const options = trailingSlash ? { trailingSlash } : undefined
  if (basePath === '' && !strict) return asNextRequest(request, options)
  const url = new URL(request.url)
  if (basePath !== '') url.pathname = url.pathname.slice(basePath.length) || '/'
  const target = strict ? strictUrl(url, serverOrigin) : url.href
  const changed = target === request.url || request.method === 'TRACE' ? request : withUrl(request, target)
  if (strict) removeInternalHeaders(changed.headers)
  return asNextRequest(changed, options, strict)
}
