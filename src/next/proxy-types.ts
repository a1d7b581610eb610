import type { ServerRequest } from '../runtime/next-request.js'
import type { NextResponse } from './response.js'

/** The second argument of a proxy. */
export interface NextFetchEvent {
  /** `/proxy`, or `/middleware` by the file's older name. */
  readonly sourcePage: string
  /** Keeps the host alive until the promise settles. */
  waitUntil(promise: Promise<unknown>): void
  /** Does nothing, as in Next.js. */
  passThroughOnException(): void
}

// biome-ignore lint/suspicious/noConfusingVoidType: Next.js's own type, which lets a proxy end without a return
export type NextMiddlewareResult = NextResponse | Response | null | undefined | void

/** @see https://nextjs.org/docs/app/api-reference/file-conventions/proxy */
export type NextProxy = (request: ServerRequest, event: NextFetchEvent) => NextMiddlewareResult | Promise<NextMiddlewareResult>
export type NextMiddleware = NextProxy

export type RouteHas =
  | { type: 'header' | 'query' | 'cookie'; key: string; value?: string }
  | { type: 'host'; key?: undefined; value: string }

export interface ProxyMatcher {
  source: string
  locale?: false
  has?: RouteHas[]
  missing?: RouteHas[]
}

export interface ProxyConfig {
  matcher?: string | (string | ProxyMatcher)[]
  regions?: string | string[]
  unstable_allowDynamic?: string | string[]
}
export type MiddlewareConfig = ProxyConfig
