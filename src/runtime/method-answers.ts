import type { RouteModule } from '../routing/manifest.js'
import type { RouterContext } from './context.js'
import { CAN_BE_STRICT, HAS_MIDDLEWARE } from './features.js'
import type { HandlerHost } from './handler-host.js'
import { allowedMethods, nextAllowedMethods } from './methods.js'
import { answerPreflight } from './preflight.js'

/**
 * The answer of a file that doesn't export the method: to OPTIONS what it does export, to any other 405. A preflight is answered
 * by the middleware of the handler that it asks for.
 */
export function answerWithoutHandler(
  context: RouterContext,
  module: RouteModule,
  request: Request,
  host: HandlerHost | undefined,
): Response | Promise<Response> {
  const allow = CAN_BE_STRICT && context.strict ? nextAllowedMethods(module) : allowedMethods(module)
  const answer = (): Response => new Response(null, { status: 204, headers: { allow } })
  if (request.method !== 'OPTIONS') return context.responses.methodNotAllowed(allow)
  const preflight = HAS_MIDDLEWARE && host ? answerPreflight(module, request, host, answer) : undefined
  return preflight ?? answer()
}
