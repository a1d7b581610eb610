import { ResponseCookies } from '@edge-runtime/cookies'
import { type Context, Hono } from 'hono'
import { MANIFEST_VERSION } from '../routing/manifest.js'
import type { RouteEntry, RouterContext } from '../runtime/context.js'
import { provideEnvByRequest } from '../runtime/env.js'
import { presentError } from '../runtime/error-answer.js'
import { runHandler } from '../runtime/handler.js'
import { rawPathname } from '../runtime/incoming.js'
import type { RouteParamValues } from '../runtime/matcher.js'
import type { RouteHandlerFunction } from '../runtime/methods.js'
import type { ServerRequest } from '../runtime/next-request.js'
import { enableRequestScope } from '../runtime/request-scope.js'
import { createContext, logToConsole } from '../runtime/router-context.js'
import { currentScope } from '../runtime/scope.js'
import { cacheOf, createTestCache, type TestCache } from './cache.js'
import { enterFetch } from './fetch.js'
import { bindingsOf, prepareContext, ThrownRecord } from './host.js'
import { AfterRecord, TestLifetime } from './lifetime.js'
import { type CallOptions, checkOptions } from './options.js'
import { createRequest } from './request.js'
import type { AnsweredJson, CallArguments, TestableHandler } from './types.js'

enableRequestScope()

/** The bindings of requests that were given some; by the request, for a scope within another keeps that. */
const bindings = new WeakMap<Request, object>()

provideEnvByRequest(() => {
  const request = currentScope()?.request
  return request && bindings.get(request)
})

/** What came of a call. */
export interface CallResult<Json = unknown> {
  /** The answer, whose body has not been read. */
  readonly response: Response
  readonly status: number
  readonly headers: Headers
  /** The body of an answer of JSON; `undefined` for any other. Reading it throws where it is malformed. */
  readonly json: Json
  /** The cookies that the answer sets: `cookies.get('session')?.value`. */
  readonly cookies: ResponseCookies
  /** How the tasks of `after()` ended, in the order in which they were given to it. */
  readonly after: readonly PromiseSettledResult<unknown>[]
  /** What the handler has kept and invalidated. */
  readonly cache: TestCache
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i

/** Reads JSON, and gives what reads it. */
async function readJson(response: Response): Promise<() => unknown> {
  if (!response.body || !JSON_TYPE.test(response.headers.get('content-type') ?? '')) return () => undefined
  const text = await response.clone().text()
  return () => JSON.parse(text)
}

function createRouterContext(options: CallOptions<unknown>, cache: TestCache): RouterContext {
  const { authInterrupts = false, logError = logToConsole } = options
  const context = createContext({ version: MANIFEST_VERSION, routes: [] }, { authInterrupts, logError })
  context.cache.cache = cacheOf(cache)
  return context
}

function createRoute(options: CallOptions<unknown>, pathname: string): RouteEntry {
  const { route = pathname } = options
  const folder = route.replace(/^\/|\/$/g, '')
  return { pathname: route, file: folder === '' ? 'route.ts' : `${folder}/route.ts`, load: () => ({}) }
}

/** One call while it is under way. */
interface Running {
  readonly handler: RouteHandlerFunction
  readonly options: CallOptions<unknown>
  readonly context: RouterContext
  readonly request: ServerRequest
  readonly lifetime: TestLifetime
  readonly after: AfterRecord
  readonly thrown: ThrownRecord
}

/** Runs the handler behind a Hono context, as the router does. */
async function answer(running: Running, c: Context): Promise<Response> {
  const { after, context, handler, lifetime, options, request, thrown } = running
  const pathname = rawPathname(request.url)
  const params = (options.params ?? {}) as RouteParamValues
  const watched = thrown.watch(handler)
  prepareContext(c, options)
  try {
    const response = await runHandler({
      context,
      request,
      params,
      pathname,
      route: createRoute(options, pathname),
      module: {},
      isStaticRoute: Object.keys(params).length === 0,
      lifetime: () => lifetime,
      host: { c, answerError: async (error) => thrown.answer(c, error) },
      handler: (...args) => {
        after.watch(currentScope()!.after)
        return watched(...args)
      },
    })
    return presentError(c, response)
  } catch (error) {
    return thrown.answer(c, error)
  }
}

/** @throws what the handler threw, where the options say so */
async function run(running: Running): Promise<Response> {
  const { context, lifetime, options, request, thrown } = running
  const app = new Hono().all('*', (c) => answer(running, c))
  const leaveFetch = enterFetch()
  try {
    const { waitUntil } = lifetime
    const response = await app.fetch(request, bindingsOf(options), { waitUntil, passThroughOnException() {}, props: {} })
    await lifetime.finish()
    const { failure, navigation } = thrown
    if (failure && options.errors !== 'response') throw failure.value
    if (navigation && options.navigation === 'throw') throw navigation.value
    if (failure) context.report(failure.value, { phase: 'handler', method: request.method, pathname: rawPathname(request.url) })
    return response
  } finally {
    leaveFetch()
  }
}

/**
 * Runs one route handler as the server does: what it imports of `next/*` works, `after()` has run when the call is over, and what it
 * keeps and invalidates can be looked at. Calls share nothing unless they are given a cache, so that they may run side by side.
 * @throws {TypeError} where an option is wrong
 * @throws what the handler threw, unless that is an answer: see the options `errors` and `navigation`
 * @example const { status, json } = await call(GET, { params: { id: '7' }, cookies: { session: 'abc' } })
 */
export async function call<H extends TestableHandler>(handler: H, ...args: CallArguments<H>): Promise<CallResult<AnsweredJson<H>>> {
  if (typeof handler !== 'function') {
    throw new TypeError(
      `call was given ${handler === undefined ? 'undefined' : `a ${typeof handler}`}; give it a handler that a route file exports`,
    )
  }
  const options = (args[0] ?? {}) as CallOptions<unknown>
  checkOptions(options)
  const cache = options.cache ?? createTestCache()
  const context = createRouterContext(options, cache)
  const request = createRequest(options, context.draftMode)
  if (options.env) bindings.set(request, options.env)
  const after = new AfterRecord()
  const lifetime = new TestLifetime((error) => context.report(error, { phase: 'after' }))
  const thrown = new ThrownRecord(context)
  const response = await run({
    handler: handler as unknown as RouteHandlerFunction,
    options,
    context,
    request,
    lifetime,
    after,
    thrown,
  })
  const parse = await readJson(response)
  return {
    response,
    status: response.status,
    headers: response.headers,
    get json() {
      return parse() as AnsweredJson<H>
    },
    cookies: new ResponseCookies(response.headers),
    after: await after.results(),
    cache,
  }
}
