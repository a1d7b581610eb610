import type { ResponseLifetime } from './after.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import { processWide } from './process-wide.js'

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
  /** Gets the answer to an error, which takes its time. */
  releaseError(request: Request, answer: Promise<Response>): Promise<Response>
}

/** The exchange of requests that come past `fetch`. */
export interface ServerExchange extends Exchange {
  /** Gets an answer that takes its time. */
  releaseLater(request: Request, answer: Promise<Response>): void
}

/** The exchange of a request that came by `fetch`. */
export class FetchExchange implements Exchange {
  private readonly bindings: unknown
  private readonly context: unknown
  /** What tells of the end of the answer, where the host doesn't and somebody has asked. */
  private body: BodyLifetime | undefined = undefined
  private isReleased = false

  constructor(env: unknown, executionContext: unknown) {
    this.bindings = env
    this.context = executionContext
  }

  env(): unknown {
    return this.bindings
  }
  executionContext(): unknown {
    return this.context
  }
  lifetime(): ResponseLifetime {
    const host = this.context as HostContext | undefined
    if (host?.onClose) return host as ResponseLifetime
    if (!this.body) {
      this.body = new BodyLifetime(host)
      if (this.isReleased) this.body.watch(new Response(null), true)
    }
    return this.body
  }
  release(_request: Request, answer: Response): Response {
    this.isReleased = true
    return this.body ? this.body.watch(answer, true) : answer
  }
  releaseError(request: Request, answer: Promise<Response>): Promise<Response> {
    this.release(request, new Response(null))
    return answer
  }
}

/** Answers a request past Hono, where it can. @returns whether the exchange gets an answer; otherwise nothing has been done */
export type ServeDirectly = (request: Request, pathname: string, exchange: ServerExchange) => boolean

/** How apps answer hosts that have no more than a request's path at hand, by their own `fetch`: whoever wraps that is asked instead. */
const servers = /* @__PURE__ */ processWide('serveDirectly@1', () => new WeakMap<object, ServeDirectly>())

export const serveDirectlyOf = (fetch: object): ServeDirectly | undefined => servers.get(fetch)

/** Lets hosts that call `fetch` go past it. @returns the same function */
export function withServeDirectly<T extends object>(fetch: T, serve: ServeDirectly): T {
  servers.set(fetch, serve)
  return fetch
}
