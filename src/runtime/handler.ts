import type { RouteModule, RouteSegmentConfig } from '../routing/manifest.js'
import { AfterTasks, type ResponseLifetime } from './after.js'
import type { RouteEntry, RouterContext } from './context.js'
import { clearForgedDraftMode, DraftMode, hasDraftMode } from './draft-mode.js'
import type { RouteParamValues } from './matcher.js'
import type { RouteHandlerFunction } from './methods.js'
import { readFallbackStatus, readRedirect } from './navigation-errors.js'
import type { ServerRequest } from './next-request.js'
import { appendModifiedCookies, createMutableCookies } from './request-cookies.js'
import { isResponse } from './responses.js'
import { type RequestScope, runInScope } from './scope.js'
import { isDynamicUsage, type StaticAttempt } from './static-attempt.js'

/** A request and the file that answers it. */
export interface IncomingRun {
  readonly context: RouterContext
  readonly route: RouteEntry
  readonly module: RouteModule
  readonly request: ServerRequest
  readonly params: RouteParamValues
  /** The raw path by which the file was found, without base path; a proxy's rewrite makes it another than the request's. */
  readonly pathname: string
  /** Whether the path has no params. */
  readonly isStaticRoute: boolean
  /** The client's own headers, where the handler sees none: they tell draft mode. Default: the request's. */
  readonly clientHeaders?: Headers
  readonly lifetime: () => ResponseLifetime
}

/** One run of one of the file's handlers. */
export interface HandlerRun extends IncomingRun {
  readonly handler: RouteHandlerFunction
  readonly staticAttempt?: StaticAttempt | undefined
}

const FORM = 'application/x-www-form-urlencoded'

/** Next.js takes these requests for Server Actions and answers their redirects with 303. */
function isServerAction(request: Request): boolean {
  if (request.method !== 'POST') return false
  const type = request.headers.get('content-type')
  return type === FORM || type?.startsWith('multipart/form-data') === true || request.headers.get('next-action') !== null
}

/** Applies the invalidations asked for so far. One that fails is reported; the answer stays as it is. */
async function settle(scope: RequestScope): Promise<void> {
  for (const invalidate of scope.invalidations.splice(0)) await invalidate().catch(scope.cache.report)
}

function createScope(run: HandlerRun): RequestScope {
  const { context, request, route, staticAttempt } = run
  // A request whose answer is kept must not be read here.
  const clientHeaders = (): Headers => run.clientHeaders ?? request.headers
  const scope: RequestScope = {
    request,
    route: route.pathname,
    pathname: run.pathname,
    strict: context.strict,
    fetchCache: (run.module as RouteSegmentConfig).fetchCache,
    authInterrupts: context.authInterrupts,
    cache: context.cache,
    page: `/${route.file.replace(/\.[^./]+$/, '')}`,
    invalidations: [],
    waitUntil: (work) => run.lifetime().waitUntil(work),
    get bypassesCache() {
      return staticAttempt === undefined && hasDraftMode(clientHeaders(), context.draftMode)
    },
    phase: 'handler',
    cookies: undefined,
    staticAttempt,
    get isAction() {
      return isServerAction(request)
    },
    after: new AfterTasks(
      run.lifetime,
      async (callback) => {
        scope.phase = 'after'
        await runInScope(scope, callback)
        await settle(scope)
      },
      (error) => context.report(error, { phase: 'after', file: route.file, method: request.method, pathname: route.pathname }),
    ),
    get draftMode() {
      draftMode ??= new DraftMode(clientHeaders(), context.draftMode, () => {
        scope.cookies ??= createMutableCookies(request.headers, () => scope.phase === 'handler')
        return scope.cookies
      })
      return draftMode
    },
  }
  let draftMode: DraftMode | undefined
  return scope
}

/**
 * The handler's second argument. By default the params promise carries its values as properties too, so that files
 * written for Next.js 14 (`params.id` without await) run; a static route's is a promise of `{}`.
 */
function createHandlerContext(run: HandlerRun): { params: unknown } {
  if (run.context.strict) return { params: run.isStaticRoute ? undefined : Promise.resolve(run.params) }
  const params = Promise.resolve(run.params)
  for (const name in run.params) {
    if (!(name in params)) Object.defineProperty(params, name, { value: run.params[name], enumerable: true, configurable: true })
  }
  return { params }
}

const STRIPPED = ['content-length', 'content-encoding', 'transfer-encoding', 'x-middleware-set-cookie']

/** Copies headers that a host or a `Response.redirect` has made immutable. */
function withMutableHeaders(response: Response): Response {
  try {
    response.headers.delete('x-everyroute')
    return response
  } catch {
    return new Response(response.body, response)
  }
}

/**
 * Checks what a handler returned and takes away the headers that the server itself decides.
 * @throws {Error} where it isn't a response that a route handler may return
 */
function finishResponse(result: unknown, run: HandlerRun, scope: RequestScope): Response {
  if (!isResponse(result)) {
    const kind = result === null ? 'null' : typeof result === 'object' ? (result.constructor?.name ?? 'object') : typeof result
    throw new Error(
      `No response is returned from route handler '${run.route.file}' (${run.request.method}): expected a Response, received '${kind}'. Return a Response in every branch.`,
    )
  }
  const { headers } = result
  if (headers.has('x-middleware-rewrite')) throw new Error('NextResponse.rewrite() can be used in a proxy alone, not in a route handler.')
  if (headers.get('x-middleware-next') === '1') throw new Error('NextResponse.next() can be used in a proxy alone, not in a route handler.')
  if (result.status === 0) throw new Error('Response.error() is not an answer that can be sent.')
  const isModified = (scope.cookies?.modified.size ?? 0) > 0
  if (!isModified && !STRIPPED.some((name) => headers.has(name))) return result
  const response = withMutableHeaders(result)
  appendModifiedCookies(response.headers, scope.cookies)
  for (const name of STRIPPED) response.headers.delete(name)
  return response
}

/** Turns what a handler threw into an answer, or throws it on where it's an error. */
function answerThrown(error: unknown, run: HandlerRun, scope: RequestScope): Response {
  const redirect = readRedirect(error)
  if (redirect) {
    if (redirect.url === '') throw new Error('redirect() was called with an empty URL.')
    const headers = new Headers({ location: redirect.url })
    appendModifiedCookies(headers, scope.cookies)
    return new Response(null, { status: scope.isAction ? 303 : redirect.status, headers })
  }
  const status = readFallbackStatus(error)
  if (status === undefined) throw error
  scope.invalidations.length = 0
  return run.context.responses.fallback(status)
}

/** Ends the wait after `maxDuration` seconds: the request's signal aborts, the answer is 504. */
function withMaxDuration(run: HandlerRun, seconds: number, call: () => unknown): Promise<unknown> {
  const controller = new AbortController()
  const { request } = run
  Object.defineProperty(request, 'signal', { value: AbortSignal.any([request.signal, controller.signal]), configurable: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<Response>((resolve) => {
    timer = setTimeout(() => {
      const error = new Error(`The handler took longer than maxDuration, ${seconds} seconds.`)
      controller.abort(error)
      run.context.report(error, { phase: 'handler', file: run.route.file, method: request.method, pathname: run.route.pathname })
      resolve(new Response(JSON.stringify({ error: 'Gateway Timeout' }), { status: 504, headers: { 'content-type': 'application/json' } }))
    }, seconds * 1000)
  })
  return Promise.race([Promise.resolve().then(call), timeout]).finally(() => clearTimeout(timer))
}

const maxDurationOf = (run: HandlerRun): number | undefined => {
  const { maxDuration } = run.module as RouteSegmentConfig
  return run.context.strict || typeof maxDuration !== 'number' || !(maxDuration > 0) ? undefined : maxDuration
}

/**
 * Runs a handler in its scope and gives the answer that it made, with the cookies it set.
 * @throws what the handler threw, where that is an error and not a redirect or the like
 */
export async function runHandler(run: HandlerRun): Promise<Response> {
  const scope = createScope(run)
  const call = (): unknown => run.handler(run.request, createHandlerContext(run))
  const seconds = maxDurationOf(run)
  let response: Response
  try {
    const result = await runInScope(scope, () => (seconds === undefined ? call() : withMaxDuration(run, seconds, call)))
    if (run.staticAttempt?.usage) throw run.staticAttempt.usage
    response = finishResponse(result, run, scope)
  } catch (error) {
    if (isDynamicUsage(error)) throw run.staticAttempt?.usage ?? error
    response = answerThrown(error, run, scope)
  }
  if (scope.invalidations.length > 0) await settle(scope)
  const cleared = run.staticAttempt ? [] : clearForgedDraftMode(run.request.headers, run.context.draftMode)
  if (cleared.length === 0) return response
  const answer = withMutableHeaders(response)
  for (const line of cleared) answer.headers.append('set-cookie', line)
  return answer
}
