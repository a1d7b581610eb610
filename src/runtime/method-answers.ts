import type { RouteModule } from '../routing/manifest.js'
import type { RouterContext } from './context.js'
import { allowedMethods, nextAllowedMethods } from './methods.js'

/** The answer of a file that doesn't export the method: to OPTIONS what it does export, to any other 405. */
export function answerWithoutHandler(context: RouterContext, module: RouteModule, method: string): Response {
  const allow = context.strict ? nextAllowedMethods(module) : allowedMethods(module)
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
  return context.responses.methodNotAllowed(allow)
}
