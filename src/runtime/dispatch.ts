import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { RouteEntry, RouterContext } from './context.js'
import { type HandlerRun, runHandler } from './handler.js'
import type { RouteMatch } from './matcher.js'
import { allowedMethods, handlerFor, isNextMethod, nextAllowedMethods } from './methods.js'
import type { ServerRequest } from './next-request.js'

const isPromise = (value: RouteModule | Promise<RouteModule>): value is Promise<RouteModule> =>
  typeof (value as Promise<RouteModule>).then === 'function'

/** The answer of a file that doesn't export the method. */
function answerWithoutHandler(context: RouterContext, module: RouteModule, method: string): Response {
  const allow = context.strict ? nextAllowedMethods(module) : allowedMethods(module)
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
  return context.responses.methodNotAllowed(allow)
}

function load(context: RouterContext, route: RouteEntry): RouteModule | Promise<RouteModule> {
  const module = route.load()
  if (!isPromise(module)) return module
  return module.catch((error: unknown) => {
    context.report(error, { phase: 'load', file: route.file, pathname: route.pathname })
    throw error
  })
}

/**
 * Answers a request whose file has been found.
 * @throws what the module threw while loading, or its handler while running
 */
export async function answerRoute(
  context: RouterContext,
  match: RouteMatch<RouteEntry>,
  request: ServerRequest,
  lifetime: () => ResponseLifetime,
): Promise<Response> {
  const { route } = match
  const loaded = load(context, route)
  const module = isPromise(loaded) ? await loaded : loaded
  const { method } = request
  if (context.strict && !isNextMethod(method)) {
    return method === 'TRACE' ? context.responses.internalError(undefined) : context.responses.badRequest('Bad Request')
  }
  const handler = handlerFor(module, method)
  if (!handler) return answerWithoutHandler(context, module, method)
  const run: HandlerRun = {
    context,
    route,
    module,
    handler,
    request,
    params: match.params,
    isStaticRoute: match.isStatic,
    lifetime,
  }
  return runHandler(run)
}
