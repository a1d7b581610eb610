import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { Arrival } from './arrival.js'
import type { ErrorPhase, RouteEntry, RouterContext } from './context.js'
import { answerRoute } from './dispatch.js'
import { presentError } from './error-answer.js'
import { toError } from './error-origin.js'
import { HAS_INSTRUMENTATION } from './features.js'
import type { HandlerHost } from './handler-host.js'
import { toHandlerRequest } from './incoming.js'
import type { RouteMatch } from './matcher.js'
import { type Mount, mountOf } from './mount.js'

declare const __EVERYROUTE_LIBRARY__: boolean | undefined

/** One run of a file. */
export interface FileRun {
  readonly context: RouterContext
  readonly match: RouteMatch<RouteEntry>
  /** The raw path by which the file was found, without base path. */
  readonly pathname: string
  readonly host: HandlerHost
  readonly arrival: Arrival
  /** The answer of the nearest `_not-found` file, where there is one. */
  readonly notFound?: (() => Promise<Response | undefined>) | undefined
}

const isPromise = (value: RouteModule | Promise<RouteModule>): value is Promise<RouteModule> =>
  typeof (value as Promise<RouteModule>).then === 'function'

/** Ends the stream of an answer to HEAD, which nobody reads: its source could wait for ever. */
function endUnsentBody({ body }: Response, lifetime: ResponseLifetime): void {
  if (!body) return
  lifetime.onClose(() => {
    if (!body.locked) void body.cancel().catch(() => {})
  })
}

async function answerHosted({ context, match, pathname, host, arrival, notFound }: FileRun): Promise<Response> {
  const { isStatic: isStaticRoute, params, route } = match
  const { lifetime } = arrival
  const request = toHandlerRequest(context, arrival.request, arrival.serverOrigin)
  let phase: ErrorPhase = 'load'
  try {
    const loaded = route.load()
    const module = isPromise(loaded) ? await loaded : loaded
    phase = 'handler'
    const answer = await answerRoute({ context, route, module, request, params, pathname, isStaticRoute, lifetime, host, notFound })
    const response = presentError(host.c, answer)
    if (request.method === 'HEAD') endUnsentBody(response, lifetime())
    return arrival.release(response)
  } catch (thrown) {
    arrival.release(new Response(null))
    if (HAS_INSTRUMENTATION) await context.instrumentation?.onRequestError(thrown, request, route.pathname)
    throw toError(thrown, { phase, file: route.file, method: request.method, pathname: route.pathname })
  }
}

/**
 * Runs a file in the way that the host asks for.
 * @throws {Error} what went wrong, with its origin noted
 */
export function answerFile(run: FileRun): Promise<Response> {
  if (typeof __EVERYROUTE_LIBRARY__ !== 'undefined' && !__EVERYROUTE_LIBRARY__) return answerHosted(run)
  const mount = mountOf(run.host.c.env)
  return mount ? answerInFramework(run, mount) : answerHosted(run)
}

async function answerInFramework(run: FileRun, mount: Mount): Promise<Response> {
  const { answerMounted } = await import('./mounted.js')
  return answerMounted(run, mount)
}
