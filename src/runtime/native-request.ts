import { asNextRequest, hasOwnMembers } from './next-request.js'

/** As much of Next.js's own request as is needed to make another. */
interface NativeRequest extends Request {
  readonly constructor: new (url: string, init: object) => Request
  readonly nextUrl?: { readonly basePath?: string }
}

const isOfNext = (request: Request): request is NativeRequest => 'nextUrl' in request && !hasOwnMembers(request)

/**
 * The request as handlers of Next.js know it.
 * @param like the one that it takes the place of, where middleware has put another there
 */
export function toNextRequest(request: Request, like: Request = request): Request {
  if ('nextUrl' in request) return request
  if (!isOfNext(like)) return asNextRequest(request)
  const { headers, method, signal, url } = request
  // One that has been read, by the check of a schema, can't be sent on.
  const body = request.bodyUsed ? null : request.body
  const nextConfig = { basePath: like.nextUrl?.basePath }
  return new like.constructor(url, { method, headers, signal, nextConfig, ...(body && { body, duplex: 'half' }) })
}
