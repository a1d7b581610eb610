import type { ResponseLifetime } from './after.js'
import { BodyLifetime, type HostContext } from './lifetime.js'

/**
 * What goes with a request on its way past Hono: what the host has given with it, and where its answer goes. One object may stand for
 * all requests of a host, which then makes what is asked for of the request.
 */
export interface Exchange {
  env(request: Request): unknown
  executionContext(request: Request): unknown
  lifetime(request: Request): ResponseLifetime
  /** Gets the answer once it is complete. */
  release(request: Request, answer: Response): Response
  /** Gets an answer that takes its time. */
  releaseLater(request: Request, answer: Promise<Response>): void
  /** Gets the answer to an error, which takes its time. */
  releaseError(request: Request, answer: Promise<Response>): Promise<Response>
}

/** The exchange of a request that came by `fetch`. */
export class FetchExchange implements Exchange {
  private readonly bindings: unknown
  private readonly context: unknown
  /** What tells of the end of the answer, where the host doesn't. */
  private readonly body: BodyLifetime | undefined

  constructor(env: unknown, executionContext: unknown) {
    const host = executionContext as HostContext | undefined
    this.bindings = env
    this.context = executionContext
    this.body = host?.onClose ? undefined : new BodyLifetime(host)
  }

  env(): unknown {
    return this.bindings
  }
  executionContext(): unknown {
    return this.context
  }
  lifetime(): ResponseLifetime {
    return this.body ?? (this.context as ResponseLifetime)
  }
  release(_request: Request, answer: Response): Response {
    return this.body ? this.body.watch(answer, true) : answer
  }
  releaseLater(): void {}
  releaseError(_request: Request, answer: Promise<Response>): Promise<Response> {
    this.body?.watch(new Response(null), true)
    return answer
  }
}

/** Answers a request past Hono, where it can. @returns whether the exchange gets an answer; otherwise nothing has been done */
export type ServeDirectly = (request: Request, pathname: string, exchange: Exchange) => boolean

/** Where the `fetch` of an app shows how it answers hosts that have no more than a request's path at hand. */
export const SERVE_DIRECTLY: unique symbol = Symbol.for('everyroute.serveDirectly@1') as never

/** `undefined` where the function is another's, or wraps the app's own. */
export const serveDirectlyOf = (fetch: unknown): ServeDirectly | undefined =>
  (fetch as { [SERVE_DIRECTLY]?: ServeDirectly })[SERVE_DIRECTLY]
