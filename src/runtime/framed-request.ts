/**
 * Where an adapter of ours leaves the request whose body its host ends at the `content-length`, in the request's bindings: of
 * this one, and of no request that middleware has put in its place, the header can be believed.
 */
export const FRAMED_REQUEST: unique symbol = Symbol.for('everyroute.framedRequest@1') as never

/** Whether the host has framed the body by the request's own headers. */
export const isFramed = (env: unknown, request: Request): boolean =>
  (env as { readonly [FRAMED_REQUEST]?: Request } | undefined)?.[FRAMED_REQUEST] === request
