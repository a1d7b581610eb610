import type { Context } from 'hono'
import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { isKeptFile, loadedStatic } from './dispatch.js'
import { noticeEnv } from './env.js'
import { presentError } from './error-answer.js'
import { toError } from './error-origin.js'
import { installFetch } from './fetch.js'
import type { FileRoutes } from './file-routes.js'
import type { OnError } from './folder-layer.js'
import { type HandlerRun, runHandler } from './handler.js'
import { DEFINITION, type HandlerHost } from './handler-host.js'
import { rawPathname, toHandlerRequest } from './incoming.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import type { RouteMatch, RouteParamValues } from './matcher.js'
import { handlerFor, type RouteHandlerFunction } from './methods.js'
import { mountOf } from './mount.js'
import type { ServerRequest } from './next-request.js'

/** What answering without Hono's context needs of those who have it. */
export interface DirectOptions {
  readonly files: FileRoutes
  /** Makes a request's context after all, and hands it over before it returns. */
  readonly createContext: (arrived: ArrivedRequest, use: (c: Context) => void) => void
  /** Answers an error as the application asks for. */
  readonly onError: OnError
}

/** A request with what the host has handed out with it. */
export interface ArrivedRequest {
  readonly request: Request
  readonly env: unknown
  readonly executionContext: unknown
}

/** Answers a request, or leaves it to Hono. */
export type AnswerDirectly = (request: Request, env: unknown, executionContext: unknown) => Response | Promise<Response> | undefined

/** Who wants the context that Hono makes of a request, in place of an answer. */
const wanted = /* @__PURE__ */ new WeakMap<Request, (c: Context) => void>()

/** Has Hono make the context of a request, by its own `fetch`. */
export function askHono(fetch: (arrived: ArrivedRequest) => unknown): DirectOptions['createContext'] {
  return (arrived, use) => {
    wanted.set(arrived.request, use)
    fetch(arrived)
  }
}

/** Hands over a context that was asked for. @returns whether it was */
export function handOver(c: Context): boolean {
  const use = wanted.get(c.req.raw)
  if (!use) return false
  wanted.delete(c.req.raw)
  use(c)
  return true
}

interface Found {
  readonly match: RouteMatch<RouteEntry>
  readonly module: RouteModule
  readonly handler: RouteHandlerFunction
  readonly pathname: string
}

/** One run of a handler that has nothing in front of it. Hono's context is made when somebody asks for it. */
class DirectRun implements HandlerRun, HandlerHost, ArrivedRequest {
  readonly context: RouterContext
  readonly route: RouteEntry
  readonly module: RouteModule
  readonly handler: RouteHandlerFunction
  readonly request: ServerRequest
  readonly params: RouteParamValues
  readonly pathname: string
  readonly isStaticRoute: boolean
  readonly env: unknown
  readonly executionContext: unknown
  readonly #options: DirectOptions
  readonly #arrived: Request
  /** What tells of the end of the answer, where the host doesn't. */
  readonly #body: BodyLifetime | undefined
  #c: Context | undefined

  constructor(options: DirectOptions, found: Found, request: Request, env: unknown, executionContext: unknown) {
    const { context } = options.files
    const { match } = found
    const host = executionContext as HostContext | undefined
    this.context = context
    this.route = match.route
    this.module = found.module
    this.handler = found.handler
    this.request = toHandlerRequest(context, request, undefined)
    this.params = match.params
    this.pathname = found.pathname
    this.isStaticRoute = match.isStatic
    this.env = env
    this.executionContext = executionContext
    this.#options = options
    this.#arrived = request
    this.#body = host?.onClose ? undefined : new BodyLifetime(host)
  }

  get host(): HandlerHost {
    return this
  }
  get lifetime(): () => ResponseLifetime {
    return () => this.#body ?? (this.executionContext as ResponseLifetime)
  }
  get c(): Context {
    if (!this.#c) {
      const arrived = { request: this.#arrived, env: this.env, executionContext: this.executionContext }
      this.#options.createContext(arrived, (c) => {
        this.#c = c
      })
    }
    return this.#c!
  }
  get answerError(): AnswerError {
    return (thrown) => this.#options.files.errorAnswerer(this.c, this.route)(thrown)
  }

  release(answer: Response): Response {
    const response = this.#c ? presentError(this.#c, answer) : answer
    return this.#body ? this.#body.watch(response, true) : response
  }

  async fail(thrown: unknown): Promise<Response> {
    this.#body?.watch(new Response(null), true)
    const { request, route } = this
    const { file, pathname } = route
    await this.context.instrumentation?.onRequestError(thrown, request, pathname)
    return this.#options.onError(toError(thrown, { phase: 'handler', file, method: request.method, pathname }), this.c)
  }
}

/**
 * Makes a function that answers requests for files whose handlers need nothing but the request and its params: in front of them
 * stands nothing of the application's, no proxy and no folder's middleware. All others are Hono's.
 * @returns `undefined` where there is always something else to do
 */
export function createDirect(options: DirectOptions): AnswerDirectly | undefined {
  const { files } = options
  const { development, strict } = files.context
  if (strict || development || !files.hasPlain) return undefined
  return (request, env, executionContext) => {
    const { method } = request
    if (method === 'HEAD' || mountOf(env)) return undefined
    const found = files.findPlain(rawPathname(request.url))
    if (!found || found.match.route.guard) return undefined
    const { match, pathname } = found
    const module = match.route.load()
    if (module instanceof Promise) return undefined
    if (isKeptFile(module)) return method === 'GET' ? loadedStatic()?.answerFresh(files.context, match, module, request) : undefined
    const handler = handlerFor(module, method)
    if (!handler || DEFINITION in handler) return undefined
    installFetch()
    noticeEnv(env)
    return runHandler(new DirectRun(options, { match, module, handler, pathname }, request, env, executionContext))
  }
}
