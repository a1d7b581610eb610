import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { RouteEntry, RouterContext } from './context.js'
import { type IncomingRun, runHandler } from './handler.js'
import type { RouteMatch } from './matcher.js'
import { answerWithoutHandler } from './method-answers.js'
import { handlerFor, isNextMethod } from './methods.js'
import type { ServerRequest } from './next-request.js'

const isPromise = (value: RouteModule | Promise<RouteModule>): value is Promise<RouteModule> =>
  typeof (value as Promise<RouteModule>).then === 'function'

function load(context: RouterContext, route: RouteEntry): RouteModule | Promise<RouteModule> {
  const module = route.load()
  if (!isPromise(module)) return module
  return module.catch((error: unknown) => {
    context.report(error, { phase: 'load', file: route.file, pathname: route.pathname })
    throw error
  })
}

const mayBeStatic = (module: RouteModule): boolean =>
  module.dynamic !== undefined || module.revalidate !== undefined || module.generateStaticParams !== undefined

/** What only files with static configuration need; loaded with the first of them. Their `fetch` has to know its request. */
async function loadStatic(): Promise<typeof import('./static-side.js')> {
  const [side] = await Promise.all([import('./static-side.js'), enableScope()])
  return side
}

const enableScope = async (): Promise<void> => (await import('./lazy-scope.js')).enableScopeLater()

/**
 * Answers a request whose file has been found.
 * @param pathname the raw path by which it was found, without base path
 * @throws what the module threw while loading, or its handler while running
 */
export async function answerRoute(
  context: RouterContext,
  match: RouteMatch<RouteEntry>,
  pathname: string,
  request: ServerRequest,
  lifetime: () => ResponseLifetime,
): Promise<Response> {
  const { route } = match
  const loaded = load(context, route)
  const module = isPromise(loaded) ? await loaded : loaded
  const incoming: IncomingRun = { context, route, module, request, params: match.params, pathname, isStaticRoute: match.isStatic, lifetime }
  if (!mayBeStatic(module)) {
    if (module.fetchCache !== undefined) await enableScope()
    return answerDynamic(incoming, request)
  }
  const side = await loadStatic()
  return side.answerWithStatic(incoming, answerDynamic)
}

/** Runs the handler that the file exports for the request's method, or answers that it exports none. */
function answerDynamic(incoming: IncomingRun, request: ServerRequest): Response | Promise<Response> {
  const { context, module } = incoming
  const { method } = request
  if (context.strict && !isNextMethod(method)) {
    return method === 'TRACE' ? context.responses.internalError(undefined) : context.responses.badRequest('Bad Request')
  }
  const handler = handlerFor(module, method)
  return handler ? runHandler({ ...incoming, request, handler }) : answerWithoutHandler(context, module, method)
}
