import type { Context } from 'hono'
import type { RouteModule, RouteSegmentConfig } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { clearForgedDraftMode } from './draft-mode.js'
import { errorAnswer } from './error-answer.js'
import { CAN_BE_STRICT, HAS_DIRECT, HAS_MAX_DURATION, HAS_MIDDLEWARE, HAS_SCOPE, HAS_STATIC } from './features.js'
import { finishResponse, withMutableHeaders } from './finish-response.js'
import { createHandlerContext } from './handler-context.js'
import type { HandlerHost } from './handler-host.js'
import { HandlerScope, settle } from './handler-scope.js'
import { addSignal } from './incoming.js'
import { isKeptFile } from './kept-file.js'
import type { RouteParamValues } from './matcher.js'
import type { RouteHandlerFunction } from './methods.js'
import { readFallbackStatus, readRedirect } from './navigation-errors.js'
import type { ServerRequest } from './next-request.js'
import { appendModifiedCookies } from './request-cookies.js'
import { runInScope, scopeHolder } from './scope.js'
import { isDynamicUsage, type StaticAttempt } from './static-attempt.js'
import { isThenable } from './thenable.js'

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
  /** What is handed to handlers that run middleware themselves; none where the answer may be kept. */
  readonly host?: HandlerHost | undefined
  /** Told where making an answer that is to be kept fails, before that is thrown. */
  readonly onKeptFailure?: (() => void) | undefined
  /** The answer of the nearest `_not-found` file. Default: the router's own. */
  readonly notFound?: (() => Promise<Response | undefined>) | undefined
}

/** One run of one of the file's handlers. */
export interface HandlerRun extends IncomingRun {
  readonly handler: RouteHandlerFunction
  /** Whether the file's configuration asks for more than running its handlers. Default: the module tells. */
  readonly isKept?: boolean
  readonly staticAttempt?: StaticAttempt | undefined
  /** Gets the answer before it is handed out. Default: it is handed out as it is. */
  readonly release?: (response: Response) => Response
  /** Answers what the handler threw. Default: the run throws it. */
  readonly fail?: (thrown: unknown) => Promise<Response>
}

const BEYOND_LATIN1 = /[^\0-\xff]/

/** Turns what a handler threw into an answer, or throws it on where it's an error. */
async function answerThrown(error: unknown, run: HandlerRun, scope = new HandlerScope(run)): Promise<Response> {
  const redirect = readRedirect(error)
  if (redirect) {
    if (redirect.url === '') throw new Error('redirect() was called with an empty URL.')
    // Headers of Node.js throw by themselves; those of other hosts take any character.
    if (BEYOND_LATIN1.test(redirect.url))
      throw new TypeError(`redirect() was called with ${redirect.url}: encode it, a header can't carry it.`)
    const headers = new Headers({ location: redirect.url })
    appendModifiedCookies(headers, scope.cookies)
    return new Response(null, { status: scope.isAction ? 303 : redirect.status, headers })
  }
  const status = readFallbackStatus(error)
  if (status === undefined) throw error
  scope.invalidations.length = 0
  const own = status === 404 ? await run.notFound?.() : undefined
  return own ?? run.context.responses.fallback(status)
}

/** A handler took too long. Like Hono's HTTPException it answers by itself; being thrown, it takes the place of nothing that is kept. */
class HandlerTimeoutError extends Error {
  override readonly name: string = 'HandlerTimeoutError'
  readonly res: Response = errorAnswer({ status: 504, message: 'Gateway Timeout' })

  getResponse(): Response {
    return this.res
  }
}

/** Ends the wait after `maxDuration` seconds: the request's signal aborts, the answer is 504. */
function withMaxDuration(run: HandlerRun, seconds: number, call: () => unknown): Promise<unknown> {
  const controller = new AbortController()
  const { request } = run
  addSignal(request, controller.signal)
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new HandlerTimeoutError(`The handler took longer than maxDuration, ${seconds} seconds.`)
      controller.abort(error)
      run.context.report(error, { phase: 'handler', file: run.route.file, method: request.method, pathname: run.route.pathname })
      reject(error)
    }, seconds * 1000)
  })
  return Promise.race([Promise.resolve().then(call), timeout]).finally(() => clearTimeout(timer))
}

const maxDurationOf = (run: HandlerRun): number | undefined => {
  const { maxDuration } = run.module as RouteSegmentConfig
  return (CAN_BE_STRICT && run.context.strict) || typeof maxDuration !== 'number' || !(maxDuration > 0) ? undefined : maxDuration
}

/** A host that answers a redirect and the like too, as this run of the handler does. */
class NavigationHost implements HandlerHost {
  private readonly host: HandlerHost
  private readonly run: HandlerRun
  private readonly scope: HandlerScope | undefined

  constructor(host: HandlerHost, run: HandlerRun, scope: HandlerScope | undefined) {
    this.host = host
    this.run = run
    this.scope = scope
  }

  get c(): Context {
    return this.host.c
  }
  get ran(): HandlerHost['ran'] {
    return this.host.ran
  }
  get answerError(): AnswerError {
    return (thrown) => answerThrown(thrown, this.run, this.scope).catch(this.host.answerError)
  }
}

function hostFor(run: HandlerRun, scope: HandlerScope | undefined): HandlerHost | undefined {
  if (!HAS_MIDDLEWARE || !run.host || run.staticAttempt) return undefined
  return HAS_SCOPE ? new NavigationHost(run.host, run, scope) : run.host
}

/** Calls the handler, as its file's `maxDuration` asks for. */
function callHandler(run: HandlerRun, scope: HandlerScope | undefined): unknown {
  const context = createHandlerContext(run, hostFor(run, scope))
  const seconds = HAS_MAX_DURATION ? maxDurationOf(run) : undefined
  return seconds === undefined ? run.handler(run.request, context) : withMaxDuration(run, seconds, () => run.handler(run.request, context))
}

/** The answer, which takes a forged or outdated cookie of draft mode away. */
export function withoutForgedDraftMode(response: Response, { context, request }: IncomingRun): Response {
  const cleared = clearForgedDraftMode(request, context.draftMode)
  if (cleared.length === 0) return response
  const answer = withMutableHeaders(response)
  for (const line of cleared) answer.headers.append('set-cookie', line)
  return answer
}

/** Hands an answer out, as the run wants it. */
function handOut(response: Response, run: HandlerRun): Response {
  // What is kept is for everybody; whoever sends it does this for each.
  const answer = run.staticAttempt ? response : withoutForgedDraftMode(response, run)
  return run.release ? run.release(answer) : answer
}

/** Lets the run answer what is no answer. @throws it where the run doesn't */
function giveUp(thrown: unknown, run: HandlerRun): Promise<Response> {
  if (run.fail) return run.fail(thrown)
  throw thrown
}

/** Turns what was thrown into an answer, and hands that out. */
async function recover(error: unknown, run: HandlerRun, scope: HandlerScope | undefined): Promise<Response> {
  try {
    if (!HAS_SCOPE) throw error
    if (isDynamicUsage(error)) throw run.staticAttempt?.usage ?? error
    const response = await answerThrown(error, run, scope)
    if (HAS_STATIC && run.staticAttempt) run.staticAttempt.isThrown = true
    if (scope?.hasInvalidations) await settle(scope)
    return handOut(response, run)
  } catch (thrown) {
    return giveUp(thrown, run)
  }
}

async function settleAndHandOut(response: Response, run: HandlerRun, scope: HandlerScope): Promise<Response> {
  await settle(scope)
  return handOut(response, run)
}

/** Makes the answer of what the handler has returned, and hands it out. */
function conclude(result: unknown, run: HandlerRun, scope: HandlerScope | undefined): Response | Promise<Response> {
  let response: Response
  try {
    if (HAS_STATIC && run.staticAttempt?.usage) throw run.staticAttempt.usage
    response = finishResponse(result, run, scope)
  } catch (error) {
    return recover(error, run, scope)
  }
  try {
    if (!HAS_SCOPE || !scope?.hasInvalidations) return handOut(response, run)
    return settleAndHandOut(response, run, scope).catch((thrown) => giveUp(thrown, run))
  } catch (thrown) {
    return giveUp(thrown, run)
  }
}

/** Whether something may ask which request is being answered. */
function needsScope(run: HandlerRun): boolean {
  return scopeHolder.storage !== undefined && (scopeHolder.isWanted || (run.isKept ?? isKeptFile(run.module)))
}

/** What a handler returns that is no promise is answered at once. */
function runFast(run: HandlerRun): Response | Promise<Response> {
  const scope = HAS_SCOPE && needsScope(run) ? new HandlerScope(run) : undefined
  try {
    const result = scope ? runInScope(scope, callHandler, run, scope) : callHandler(run, undefined)
    if (!isThenable(result)) return conclude(result, run, scope)
    return (result instanceof Promise ? result : Promise.resolve(result)).then(
      (value) => conclude(value, run, scope),
      (error) => recover(error, run, scope),
    )
  } catch (error) {
    return recover(error, run, scope)
  }
}

/** The same where nothing asks for a scope, in fewer bytes. */
async function runPlainly(run: HandlerRun): Promise<Response> {
  try {
    return handOut(finishResponse(await callHandler(run, undefined), run), run)
  } catch (thrown) {
    return giveUp(thrown, run)
  }
}

/**
 * Runs a handler, in a scope where something may ask for it, and gives the answer that it made, with the cookies it set.
 * @throws what the handler threw, where that is an error and not a redirect or the like, and the run does not answer it
 */
export const runHandler: (run: HandlerRun) => Response | Promise<Response> = HAS_SCOPE || HAS_DIRECT ? runFast : runPlainly
