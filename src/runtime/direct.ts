import type { Context } from 'hono'
import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { findPlain } from './direct-find.js'
import { loadedStatic } from './dispatch.js'
import { noticeEnv } from './env.js'
import { presentError } from './error-answer.js'
import { toError } from './error-origin.js'
import { type Exchange, FetchExchange, type ServeDirectly } from './exchange.js'
import { installFetch } from './fetch.js'
import type { FileRoutes } from './file-routes.js'
import type { OnError } from './folder-layer.js'
import { type HandlerRun, runHandler } from './handler.js'
import { DEFINITION, type HandlerHost } from './handler-host.js'
import { toHandlerRequest } from './incoming.js'
import { isKeptFile } from './kept-file.js'
import { pathnameOf } from './made-url.js'
import type { RouteMatch, RouteParamValues } from './matcher.js'
import { handlerFor, type RouteHandlerFunction } from './methods.js'
import { mountOf } from './mount.js'
import type { ServerRequest } from './next-request.js'
import type { LoadableRoute } from './route-loader.js'

/** What answering without Hono's context needs of those who have it. */
export interface DirectOptions {
  readonly files: FileRoutes
  /** Makes a request's context. */
  readonly createContext: (arrived: ArrivedRequest, file: LoadableRoute) => Context
  /** Answers an error as the application asks for. */
  readonly onError: OnError
}

/** A request with what the host has handed out with it. */
export interface ArrivedRequest {
  readonly request: Request
  /** Raw. */
  readonly path: string
  readonly env: unknown
  readonly executionContext: unknown
}

/** One run of a handler that has nothing in front of it. Hono's context is made when somebody asks for it. */
class DirectRun implements HandlerRun, HandlerHost {
  readonly handler: RouteHandlerFunction
  readonly request: ServerRequest
  private readonly match: RouteMatch<LoadableRoute>
  private readonly options: DirectOptions
  private readonly arrived: Request
  /** Raw. */
  private readonly path: string
  private readonly exchange: Exchange
  private honoContext: Context | undefined = undefined

  constructor(
    options: DirectOptions,
    match: RouteMatch<LoadableRoute>,
    path: string,
    handler: RouteHandlerFunction,
    request: Request,
    exchange: Exchange,
  ) {
    this.handler = handler
    this.request = toHandlerRequest(options.files.context, request, undefined)
    this.match = match
    this.options = options
    this.arrived = request
    this.path = path
    this.exchange = exchange
  }

  get context(): RouterContext {
    return this.options.files.context
  }
  get route(): RouteEntry {
    return this.match.route
  }
  get module(): RouteModule {
    return this.match.route.loaded!
  }
  get params(): RouteParamValues {
    return this.match.params
  }
  /** A handler of such a file is not run here. */
  get isKept(): boolean {
    return false
  }
  get isStaticRoute(): boolean {
    return this.match.isStatic
  }
  get host(): HandlerHost {
    return this
  }
  get pathname(): string {
    return this.options.files.innerPathname(this.path)
  }
  get lifetime(): () => ResponseLifetime {
    return () => this.exchange.lifetime(this.arrived)
  }
  get c(): Context {
    if (!this.honoContext) {
      const { arrived: request, exchange, options, path } = this
      const [env, executionContext] = [exchange.env(request), exchange.executionContext(request)]
      this.honoContext = options.createContext({ request, path, env, executionContext }, this.match.route)
    }
    return this.honoContext
  }
  get answerError(): AnswerError {
    return (thrown) => this.options.files.errorAnswerer(this.c, this.route)(thrown)
  }

  release(answer: Response): Response {
    return this.exchange.release(this.arrived, this.honoContext ? presentError(this.honoContext, answer) : answer)
  }

  fail(thrown: unknown): Promise<Response> {
    return this.exchange.releaseError(this.arrived, this.#answerFailure(thrown))
  }

  async #answerFailure(thrown: unknown): Promise<Response> {
    const { request, route } = this
    const { file, pathname } = route
    await this.context.instrumentation?.onRequestError(thrown, request, pathname)
    return this.options.onError(toError(thrown, { phase: 'handler', file, method: request.method, pathname }), this.c)
  }
}

/** Answers requests past Hono. */
export interface Direct {
  /** @returns `undefined` where the request is Hono's */
  answer(request: Request, env: unknown, executionContext: unknown): Response | Promise<Response> | undefined
  readonly serve: ServeDirectly
}

/**
 * Makes what answers requests for files that no middleware of the application's and no proxy stands in front of. Handlers that need
 * nothing but the request and its params run without Hono's context, the middleware of folders with it. All others are Hono's.
 * @returns `undefined` where there is always something else to do
 */
export function createDirect(options: DirectOptions): Direct | undefined {
  const { files } = options
  const { development, strict } = files.context
  if (strict || development || files.hasProxy) return undefined

  /** The handler of a file that asks for nothing else than to run it. A file that isn't loaded is left to Hono. */
  const plainHandler = (match: RouteMatch<LoadableRoute>, method: string, path: string): RouteHandlerFunction | undefined => {
    const { route } = match
    const isGet = method === 'GET'
    if (isGet && route.plainGet) return route.plainGet
    const module = route.loaded
    if (!module) {
      files.spare = { path, match }
      return undefined
    }
    route.isKept ??= isKeptFile(module)
    const handler = route.isKept ? undefined : handlerFor(module, method)
    if (!handler || DEFINITION in handler) return undefined
    if (isGet) route.plainGet = handler
    return handler
  }
  /** Answers behind the middleware of folders, which needs Hono's context and no more of Hono. */
  const answerGuarded = (match: RouteMatch<LoadableRoute>, arrived: ArrivedRequest): Response | Promise<Response> =>
    files.answerMatch(match, arrived.path, options.createContext(arrived, match.route))
  const freshAnswer = (match: RouteMatch<LoadableRoute>, request: Request): Response | undefined => {
    const { isKept, loaded } = match.route
    return isKept && loaded && request.method === 'GET' ? loadedStatic()?.answerFresh(files.context, match, loaded, request) : undefined
  }

  return {
    answer(request, env, executionContext) {
      if (request.method === 'HEAD' || mountOf(env)) return undefined
      const path = pathnameOf(request)
      const match = findPlain(files, path)
      if (!match) return undefined
      if (match.route.guard) return answerGuarded(match, { request, path, env, executionContext })
      const handler = plainHandler(match, request.method, path)
      if (!handler) return freshAnswer(match, request)
      installFetch()
      noticeEnv(env)
      return runHandler(new DirectRun(options, match, path, handler, request, new FetchExchange(env, executionContext)))
    },
    serve(request, path, exchange) {
      const match = request.method === 'HEAD' ? undefined : findPlain(files, path)
      if (!match) return false
      if (match.route.guard) {
        const [env, executionContext] = [exchange.env(request), exchange.executionContext(request)]
        const answer = answerGuarded(match, { request, path, env, executionContext })
        if (answer instanceof Promise) exchange.releaseLater(request, answer)
        else exchange.release(request, answer)
        return true
      }
      const handler = plainHandler(match, request.method, path)
      if (!handler) {
        const answer = freshAnswer(match, request)
        if (answer) exchange.release(request, answer)
        return answer !== undefined
      }
      installFetch()
      // It never rejects: errors are the run's to release.
      void runHandler(new DirectRun(options, match, path, handler, request, exchange))
      return true
    },
  }
}
