import type { Context } from 'hono'
import { HonoBase } from 'hono/hono-base'
import type { Handler, MiddlewareHandler, RouterRoute } from 'hono/types'
import { type AnswerError, type Composed, compose } from '../runtime/compose.js'
import { presentError } from '../runtime/error-answer.js'
import { type HandlerHost, hostOf, setParams } from '../runtime/handler-host.js'
import { readableRequest } from '../runtime/incoming.js'
import { toNextRequest } from '../runtime/native-request.js'
import { type PreparedHeaders, preparedHeaders, restoreHeaders } from '../runtime/prepared-headers.js'
import { answerNatively } from './native-errors.js'
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

/** A Hono app with one handler for everything: it makes the context. */
function createStage(): { fetch(request: Request): Response | Promise<Response> } {
  const handler: Handler = (c) => runs.get(c.req.raw)!(c)
  const route: RouterRoute = { handler, method: 'ALL', path: '/*', basePath: '/' }
  const router = { name: 'StageRouter', add: () => {}, match: () => [[[[handler, route], {}]]] }
  const app = new HonoBase({ router: router as never })
  const executionContext = { waitUntil: (work: Promise<unknown>) => void work.catch(console.error), passThroughOnException() {}, props: {} }
  return { fetch: (request) => app.fetch(request, {}, executionContext as never) }
}

let stage: ReturnType<typeof createStage> | undefined

/** Runs something with a Hono context of its own. @throws what Next.js is to answer by itself */
async function onStage(request: Request, run: (c: Context, answerError: AnswerError) => Promise<Response>): Promise<Response> {
  let signal: { readonly thrown: unknown } | undefined
  stage ??= createStage()
  runs.set(request, (c) =>
    run(c, async (thrown) => {
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
    this.#before ??= preparedHeaders(this.inner)
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

/**
 * Makes a route handler of a chain of middleware and what it stands in front of. In a router it shares the Hono context with
 * the middleware in front, whose members of the chain don't run twice; in Next.js and elsewhere it has one of its own.
 * @param options.readsBody whether the chain reads the body on purpose, so that it needn't be readable again
 */
export function createRun(
  middleware: readonly MiddlewareHandler[],
  inner: InnerHandler,
  { readsBody = false }: { readsBody?: boolean } = {},
): (request: Request, context?: RouteHandlerContext) => Promise<Response> {
  const select = createSelection(middleware)
  const runIn = async (
    c: Context,
    given: { request: Request; context: RouteHandlerContext | undefined; host?: HandlerHost | undefined },
    answerError: AnswerError,
  ): Promise<Response> => {
    const { request, context, host } = given
    const { raw } = c.req
    c.req.raw = request
    setParams(c, ((await context?.params) ?? {}) as PathParams)
    const innermost = async (): Promise<Response> => {
      const left = readsBody ? c.req.raw : await readableRequest(c)
      const handed = new HandedContext(c)
      try {
        return presentError(c, await inner(left === request ? request : toNextRequest(left, request), handed, context))
      } catch (thrown) {
        handed.undo()
        throw thrown
      }
    }
    const response = await select(host?.ran)(c, innermost, answerError)
    c.req.raw = raw
    return response
  }
  return (request, context) => {
    const host = hostOf(context)
    if (host) return runIn(host.c, { request, context, host }, host.answerError)
    return onStage(request, (c, answerError) => runIn(c, { request: toNextRequest(request), context }, answerError))
  }
}
