import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { type AnswerError, type Composed, compose } from '../runtime/compose.js'
import { presentError } from '../runtime/error-answer.js'
import { type HandlerHost, hostOf, setHost, setParams } from '../runtime/handler-host.js'
import { rawPathname, readableRequest } from '../runtime/incoming.js'
import { toNextRequest } from '../runtime/native-request.js'
import { isNavigationError } from '../runtime/navigation-errors.js'
import { createOneHandlerApp } from '../runtime/one-handler.js'
import { noteBeforeHandler, type PreparedHeaders, restoreHeaders } from '../runtime/prepared-headers.js'
import { isResponse } from '../runtime/responses.js'
import { currentScope } from '../runtime/scope.js'
import { createInnerContext } from './inner-context.js'
import { answerNatively } from './native-errors.js'
import { NoResponseError } from './no-response.js'
import type { PathParams, RouteHandlerContext } from './types.js'

/** What the middleware stands in front of: the handler, with the request that the middleware has left. */
export type InnerHandler = (
  request: Request,
  handed: HandedContext,
  context: RouteHandlerContext | undefined,
) => Response | Promise<Response>

type Run = (c: Context) => Promise<Response>

/** A request that comes without a router, and what is to be done with it. */
const runs = new WeakMap<Request, Run>()

/** An app that makes the context. It reads no URL unasked, for whoever does is taken for dynamic. */
function createStage(): { fetch(request: Request): Response | Promise<Response> } {
  const app = createOneHandlerApp((c) => {
    const { raw } = c.req
    Object.defineProperty(c.req, 'path', { get: () => rawPathname(raw.url), configurable: true })
    return runs.get(raw)!(c)
  })
  const executionContext = { waitUntil: (work: Promise<unknown>) => void work.catch(console.error), passThroughOnException() {}, props: {} }
  return { fetch: (request) => app.fetch(request, {}, executionContext as never) }
}

let stage: ReturnType<typeof createStage> | undefined

/** Runs something with a Hono context of its own. @throws what Next.js or the router is to answer by itself */
async function onStage(request: Request, run: (c: Context, answerError: AnswerError) => Promise<Response>): Promise<Response> {
  let signal: { readonly thrown: unknown } | undefined
  // Of an answer for all, errors are the router's: what it is thrown, it does not keep.
  const mayBeKept = currentScope()?.staticAttempt !== undefined
  stage ??= createStage()
  runs.set(request, (c) =>
    run(c, async (thrown) => {
      if (mayBeKept && !isNavigationError(thrown)) {
        signal = { thrown }
        return new Response(null, { status: 500 })
      }
      const answer = answerNatively(thrown, c)
      if (answer.isSignal) signal = { thrown }
      return answer.response
    }),
  )
  const response = await stage.fetch(request)
  if (signal) throw signal.thrown
  return response
}

/** Hono's context, as a handler gets it: what it prepares is taken back where it fails. */
export class HandedContext {
  /** For looking at alone. */
  readonly inner: Context
  #before: PreparedHeaders | undefined

  constructor(c: Context) {
    this.inner = c
  }

  /** For the handler. */
  get c(): Context {
    this.#before ??= noteBeforeHandler(this.inner)
    return this.inner
  }

  /** Takes back the headers that the handler has prepared. */
  undo(): void {
    if (this.#before) restoreHeaders(this.inner, this.#before)
  }
}

/** Composed chains without the middleware that folders have run already, by what that is. */
function createSelection(middleware: readonly MiddlewareHandler[]): (ran: HandlerHost['ran']) => Composed {
  const all = compose(middleware)
  const others = new WeakMap<object, Composed>()
  return (ran) => {
    if (!ran || !middleware.some((one) => ran.has(one))) return all
    let composed = others.get(ran)
    if (!composed) others.set(ran, (composed = compose(middleware.filter((one) => !ran.has(one)))))
    return composed
  }
}

/** The handler's second argument, by which handlers that it wraps find its context. */
function withHost(context: RouteHandlerContext | undefined, host: HandlerHost): RouteHandlerContext {
  const handed = { ...context, params: context?.params ?? Promise.resolve({}) }
  setHost(handed, host)
  return handed
}

/**
 * Makes a route handler of a chain of middleware and what it stands in front of. In a router it has the variables of the middleware
 * in front, whose members of the chain don't run twice; in Next.js and elsewhere it stands alone.
 * @param options.readsBody whether the chain reads the body on purpose, so that it needn't be readable again
 */
export function createRun(
  middleware: readonly MiddlewareHandler[],
  inner: InnerHandler,
  { readsBody = false }: { readsBody?: boolean } = {},
): (request: Request, context?: RouteHandlerContext) => Promise<Response> {
  const select = createSelection(middleware)
  const runIn = async (host: HandlerHost, request: Request, context: RouteHandlerContext | undefined): Promise<Response> => {
    const { c } = host
    setParams(c, ((await context?.params) ?? {}) as PathParams)
    const innermost = async (): Promise<Response> => {
      const left = readsBody ? c.req.raw : await readableRequest(c)
      const handed = new HandedContext(c)
      try {
        const answer: unknown = await inner(left === request ? request : toNextRequest(left, request), handed, withHost(context, host))
        if (!isResponse(answer)) throw new NoResponseError(answer, request.method)
        return presentError(c, answer)
      } catch (thrown) {
        handed.undo()
        throw thrown
      }
    }
    return select(host.ran)(c, innermost, host.answerError)
  }
  const runWithin = async (outer: HandlerHost, request: Request, context: RouteHandlerContext | undefined): Promise<Response> => {
    const c = createInnerContext(outer.c, request)
    const response = await runIn({ c, ran: outer.ran, answerError: outer.answerError }, request, context)
    if (c.error) outer.c.error = c.error
    return response
  }
  return (request, context) => {
    const host = hostOf(context)
    if (host) return runWithin(host, request, context)
    return onStage(request, (c, answerError) => {
      const native = toNextRequest(request)
      c.req.raw = native
      return runIn({ c, answerError }, native, context)
    })
  }
}
