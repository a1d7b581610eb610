import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { Arrival } from './arrival.js'
import type { ErrorPhase, RouteEntry, RouterContext } from './context.js'
import { answerRoute, dynamicHandler } from './dispatch.js'
import { presentError } from './error-answer.js'
import { asServerError, toError } from './error-origin.js'
import { CAN_BE_STRICT, HAS_DIRECT, HAS_INSTRUMENTATION } from './features.js'
import { type HandlerRun, runHandler } from './handler.js'
import type { HandlerHost } from './handler-host.js'
import { toHandlerRequest } from './incoming.js'
import type { RevalidateReason } from './instrumentation.js'
import { isKeptFile } from './kept-file.js'
import type { RouteMatch, RouteParamValues } from './matcher.js'
import type { RouteHandlerFunction } from './methods.js'
import { type Mount, mountOf } from './mount.js'
import type { ServerRequest } from './next-request.js'

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

const isPromise = (value: RouteModule | Promise<RouteModule>): value is Promise<RouteModule> => value instanceof Promise

/** Ends the stream of an answer to HEAD, which nobody reads: its source could wait for ever. */
function endUnsentBody({ body }: Response, lifetime: ResponseLifetime): void {
  if (!body) return
  lifetime.onClose(() => {
    if (!body.locked) void body.cancel().catch(() => {})
  })
}

/** Tells instrumentation of what was thrown. @throws it, with its origin noted */
async function failRun(
  { arrival, context, match: { route } }: FileRun,
  request: Request,
  thrown: unknown,
  phase: ErrorPhase,
  revalidateReason?: RevalidateReason,
): Promise<never> {
  arrival.release(new Response(null))
  if (HAS_INSTRUMENTATION) await context.instrumentation?.onRequestError(thrown, request, route.pathname, revalidateReason)
  const error = toError(thrown, { phase, file: route.file, method: request.method, pathname: route.pathname })
  const isEdge = CAN_BE_STRICT && context.strict && phase === 'handler' && (await route.load()).runtime === 'edge'
  throw isEdge ? asServerError(error) : error
}

function releaseRun({ arrival, host }: FileRun, answer: Response): Response {
  const response = presentError(host.c, answer)
  if (arrival.request.method === 'HEAD') endUnsentBody(response, arrival.lifetime())
  return arrival.release(response)
}

/** One run of a handler of a file whose answers are not kept. */
class HostedRun implements HandlerRun {
  readonly context: RouterContext
  readonly route: RouteEntry
  readonly module: RouteModule
  readonly handler: RouteHandlerFunction
  readonly request: ServerRequest
  readonly params: RouteParamValues
  readonly pathname: string
  readonly isStaticRoute: boolean
  readonly host: HandlerHost
  readonly notFound: FileRun['notFound']
  private readonly run: FileRun

  constructor(run: FileRun, module: RouteModule, handler: RouteHandlerFunction, request: ServerRequest) {
    const { match } = run
    this.context = run.context
    this.route = match.route
    this.module = module
    this.handler = handler
    this.request = request
    this.params = match.params
    this.pathname = run.pathname
    this.isStaticRoute = match.isStatic
    this.host = run.host
    this.notFound = run.notFound
    this.run = run
  }

  /** {@link answerHosted} runs such a file in full. */
  get isKept(): boolean {
    return false
  }
  get lifetime(): () => ResponseLifetime {
    return this.run.arrival.lifetime
  }
  release(answer: Response): Response {
    return releaseRun(this.run, answer)
  }
  fail(thrown: unknown): Promise<Response> {
    return failRun(this.run, this.request, thrown, 'handler')
  }
}

/** Runs a file in every way that its configuration may ask for, loading it where it has to be. */
async function answerInFull(run: FileRun, request: ServerRequest): Promise<Response> {
  const { context, match, pathname, host, arrival, notFound } = run
  const { isStatic: isStaticRoute, params, route } = match
  let phase: ErrorPhase = 'load'
  let revalidateReason: RevalidateReason | undefined
  const onKeptFailure = (): void => {
    revalidateReason = 'stale'
  }
  try {
    const module = await route.load()
    phase = 'handler'
    const { lifetime } = arrival
    const settings = { context, route, module, request, params, pathname, isStaticRoute, lifetime, host, notFound }
    const answer = await answerRoute({ ...settings, onKeptFailure })
    return releaseRun(run, answer)
  } catch (thrown) {
    return failRun(run, request, thrown, phase, revalidateReason)
  }
}

function answerHosted(run: FileRun): Response | Promise<Response> {
  const { arrival, context, match } = run
  const request = toHandlerRequest(context, arrival.request, arrival.serverOrigin)
  if (!HAS_DIRECT) return answerInFull(run, request)
  const module = match.route.load()
  const handler = isPromise(module) || isKeptFile(module) ? undefined : dynamicHandler(context, module, request.method)
  return handler ? runHandler(new HostedRun(run, module as RouteModule, handler, request)) : answerInFull(run, request)
}

/**
 * Runs a file in the way that the host asks for.
 * @throws {Error} what went wrong, with its origin noted
 */
export function answerFile(run: FileRun): Response | Promise<Response> {
  if (typeof __EVERYROUTE_LIBRARY__ !== 'undefined' && !__EVERYROUTE_LIBRARY__) return answerHosted(run)
  const mount = mountOf(run.host.c.env)
  return mount ? answerInFramework(run, mount) : answerHosted(run)
}

async function answerInFramework(run: FileRun, mount: Mount): Promise<Response> {
  const { answerMounted } = await import('./mounted.js')
  return answerMounted(run, mount)
}
