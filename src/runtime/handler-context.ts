import { CAN_BE_STRICT, HAS_MIDDLEWARE } from './features.js'
import type { IncomingRun } from './handler.js'
import { type HandlerHost, setHost } from './handler-host.js'
import type { RouteParamValues } from './matcher.js'

/**
 * The handler's second argument. By default the params promise carries its values as properties too, so that files
 * written for Next.js 14 (`params.id` without await) run; a static route's is a promise of `{}`.
 */
export function createHandlerContext(
  run: Pick<IncomingRun, 'context' | 'params' | 'isStaticRoute'>,
  host: HandlerHost | undefined,
): { params: unknown } {
  const context = { params: createParams(run) }
  if (HAS_MIDDLEWARE && host) setHost(context, host)
  return context
}

function createParams(run: Pick<IncomingRun, 'context' | 'params' | 'isStaticRoute'>): unknown {
  if (CAN_BE_STRICT && run.context.strict) return run.isStaticRoute ? undefined : Promise.resolve(run.params)
  const params = Promise.resolve(run.params)
  for (const name in run.params) {
    if (!(name in params)) (params as unknown as RouteParamValues)[name] = run.params[name]!
  }
  return params
}
