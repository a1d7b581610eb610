import type { Context } from 'hono'

/** What runs a handler hands to it beside its params, for handlers that run Hono middleware themselves. */
export interface HandlerHost {
  /** Middleware in front has left its variables here. */
  readonly c: Context
  /** The answer to what was thrown: that of the nearest `_error` file, or of the app's `onError`. */
  readonly answerError: (thrown: unknown) => Promise<Response>
}

/** One for all copies of this package: the router and the handlers may come from different ones. */
const HOST: unique symbol = Symbol.for('everyroute.handlerHost@1') as never

/** The handler's second argument with a host on it, which spreading it keeps. */
export function withHost<T extends object>(context: T, host: HandlerHost): T {
  return Object.assign(context, { [HOST]: host })
}

/** `undefined` where the handler runs natively in Next.js, or was called without a router. */
export const hostOf = (context: unknown): HandlerHost | undefined => (context as { [HOST]?: HandlerHost } | undefined)?.[HOST]
