import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import type { AnswerError } from './compose.js'

/** What runs a handler hands to it beside its params, for handlers that run Hono middleware themselves. */
export interface HandlerHost {
  /** Middleware in front has left its variables here. */
  readonly c: Context
  /** The middleware of folders that has run. */
  readonly ran?: ReadonlySet<MiddlewareHandler> | undefined
  /** Gives the answer to what was thrown: that of a redirect or the like, of the nearest `_error` file, of the app's `onError`. */
  readonly answerError: AnswerError
}

/** One for all copies of this package: the router and the handlers may come from different ones. */
const HOST: unique symbol = Symbol.for('everyroute.handlerHost@1') as never

/** Puts a host on the handler's second argument; spreading that keeps it. */
export function setHost(context: object, host: HandlerHost): void {
  ;(context as { [HOST]?: HandlerHost })[HOST] = host
}

/** `undefined` where the handler runs natively in Next.js, or was called without a router. */
export const hostOf = (context: unknown): HandlerHost | undefined => (context as { [HOST]?: HandlerHost } | undefined)?.[HOST]

/** Where a handler's function says how it was defined. */
export const DEFINITION: unique symbol = Symbol.for('everyroute.definition@1') as never

/** The middleware of a `use` option, which takes one or a list. */
export const middlewareOf = (use: unknown): readonly MiddlewareHandler[] =>
  (use === undefined ? [] : Array.isArray(use) ? use : [use]) as readonly MiddlewareHandler[]

/** Marks middleware that answers CORS preflights: it does so also where a file exports no OPTIONS. */
export const PREFLIGHT: unique symbol = Symbol.for('everyroute.preflight@1') as never

type ParamValues = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Lets `c.req.param()` give a route's params, decoded; a catch-all's values are joined by slashes where it is asked for by name.
 */
export function setParams(c: Context, params: ParamValues): void {
  const param = (name?: string): unknown => {
    if (name === undefined) return params
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    return Array.isArray(value) ? value.join('/') : value
  }
  c.req.param = param as typeof c.req.param
}
