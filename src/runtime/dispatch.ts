import type { RouteModule } from '../routing/manifest.js'
import type { RouterContext } from './context.js'
import { CAN_BE_STRICT, HAS_STATIC } from './features.js'
import { type IncomingRun, runHandler } from './handler.js'
import { mayBeStatic } from './kept-file.js'
import { answerWithoutHandler } from './method-answers.js'
import { handlerFor, isNextMethod, type RouteHandlerFunction } from './methods.js'
import type { ServerRequest } from './next-request.js'

declare const __EVERYROUTE_STATIC__: boolean | undefined

type StaticSide = typeof import('./static-side.js')

let staticSide: StaticSide | undefined

/** What only files with static configuration need; loaded with the first of them. Their `fetch` has to know its request. */
async function loadStatic(): Promise<StaticSide | undefined> {
  if (typeof __EVERYROUTE_STATIC__ !== 'undefined' && !__EVERYROUTE_STATIC__) return undefined
  const [side] = await Promise.all([import('./static-side.js'), enableScope()])
  staticSide = side
  return side
}

/** The same, once it is loaded. */
export const loadedStatic = (): StaticSide | undefined => (HAS_STATIC ? staticSide : undefined)

async function enableScope(): Promise<void> {
  if (typeof __EVERYROUTE_STATIC__ !== 'undefined' && !__EVERYROUTE_STATIC__) return
  const { enableScopeLater } = await import('./lazy-scope.js')
  await enableScopeLater()
}

/**
 * Answers a request whose file has been found and loaded.
 * @throws what the handler threw
 */
export async function answerRoute(incoming: IncomingRun): Promise<Response> {
  const { module, request } = incoming
  if (!HAS_STATIC || !mayBeStatic(module)) {
    if (HAS_STATIC && module.fetchCache !== undefined) await enableScope()
    return answerDynamic(incoming, request)
  }
  const side = staticSide ?? (await loadStatic())
  return side!.answerWithStatic(incoming, answerDynamic)
}

/** The handler that a file exports for a method, if Next.js or the default mode serves that. */
export const dynamicHandler = ({ strict }: RouterContext, module: RouteModule, method: string): RouteHandlerFunction | undefined =>
  CAN_BE_STRICT && strict && !isNextMethod(method) ? undefined : handlerFor(module, method)

/** Runs the handler that the file exports for the request's method, or answers that it exports none. */
function answerDynamic(incoming: IncomingRun, request: ServerRequest): Response | Promise<Response> {
  const { context, module } = incoming
  const { method } = request
  const handler = dynamicHandler(context, module, method)
  if (handler) return runHandler({ ...incoming, request, handler })
  if (CAN_BE_STRICT && context.strict && !isNextMethod(method)) {
    return method === 'TRACE' ? context.responses.internalError(undefined) : context.responses.badRequest('Bad Request')
  }
  return answerWithoutHandler(context, module, request, incoming.host)
}
