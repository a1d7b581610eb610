import type { Cache, CacheValue } from '../cache/cache.js'
import { cacheKey } from '../cache/keys.js'
import type { CacheEntry } from '../cache/store.js'
import { pathTags } from '../cache/tags.js'
import type { RouteModule } from '../routing/manifest.js'
import { pageOf, type RouteEntry } from './context.js'
import { type HandlerRun, type IncomingRun, runHandler } from './handler.js'
import type { RouteParamValues } from './matcher.js'
import { handlerFor } from './methods.js'
import { asNextRequest } from './next-request.js'
import { serverError } from './responses.js'
import { isDynamicUsage, StaticAttempt } from './static-attempt.js'
import { generateStaticParams, listedPaths, paramsKey, readStaticPlan, type StaticPlan } from './static-plan.js'
import { keptRequest, trackedRequest } from './static-request.js'

/** A kept answer as the cache holds it; its body lies beside it. */
interface KeptAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
}

const NULL_BODY = new Set([204, 205, 304])
const MAX_DYNAMIC_KEYS = 1000
const ONE_YEAR = 31_536_000

/** What has been learnt of a file whose GET may be kept. */
export class StaticRoute {
  readonly plan: StaticPlan
  /** Set once the handler turned out to read the request, or to fail: from then on it runs for each, but for what was made before. */
  isDynamic = false
  /** Keys of paths for which the handler read the request, where it does not for others. */
  readonly #dynamicKeys = new Set<string>()
  /** Keys of the generated params whose answers are kept. */
  readonly #made = new Set<string>()
  #listed: Promise<readonly RouteParamValues[]> | undefined
  #listedKeys: ReadonlySet<string> | undefined
  #prepared: Promise<void> | undefined
  /** Whether what a build has learnt of the file has been applied. */
  isKnown = false
  /** Of the answer for the only path, where the file has no params and somebody has asked. */
  key: string | undefined = undefined
  /** Whether what decides if the file is dynamic has been made: the generated params, or the only path. */
  isSettled = false

  constructor(plan: StaticPlan) {
    this.plan = plan
  }

  /** Takes over what a build has found. @param madeParams by `paramsKey` */
  settle(found: { isDynamic: boolean; madeParams?: readonly string[] }): void {
    this.isSettled = true
    this.isDynamic = found.isDynamic
    for (const key of found.madeParams ?? []) this.#made.add(key)
  }

  /** Whether the answer for the params is kept. */
  keeps(params: RouteParamValues): boolean {
    return !this.isDynamic || this.#made.has(paramsKey(params))
  }

  /** The generated params whose answers are kept, by `paramsKey`. */
  get madeParams(): readonly string[] {
    return [...this.#made]
  }

  isDynamicFor(key: string): boolean {
    return this.#dynamicKeys.has(key)
  }

  /** Notes that the answer for a path can't be kept. What is forgotten is only tried again. */
  noteDynamic(key: string): void {
    if (!this.isSettled) this.isDynamic = true
    if (this.#dynamicKeys.size >= MAX_DYNAMIC_KEYS) this.#dynamicKeys.clear()
    this.#dynamicKeys.add(key)
  }

  /** The params that the file generates. Asked again next time where that fails. */
  listed(route: RouteEntry): Promise<readonly RouteParamValues[]> {
    this.#listed ??= generateStaticParams(this.plan, route).catch((error: unknown) => {
      this.#listed = undefined
      throw error
    })
    return this.#listed
  }

  /** Whether the params are among those that the file generates. */
  async lists(params: RouteParamValues, route: RouteEntry): Promise<boolean> {
    const listed = await this.listed(route)
    this.#listedKeys ??= new Set(listed.map(paramsKey))
    return this.#listedKeys.has(paramsKey(params))
  }

  /**
   * Makes the answers for the generated params, which decide whether the file is dynamic for all others.
   * @param before called before each with its path
   * @throws what the handler threw for one of them
   */
  async prepare(cache: Cache, incoming: IncomingRun, before?: (pathname: string) => Promise<void>): Promise<void> {
    if (!this.plan.generateParams || this.isSettled) return
    this.#prepared ??= this.#makeListed(cache, incoming, before).catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    await this.#prepared
  }

  async #makeListed(cache: Cache, incoming: IncomingRun, before?: (pathname: string) => Promise<void>): Promise<void> {
    const { route } = incoming
    const handler = handlerFor(incoming.module, 'GET')!
    for (const [pathname, params] of listedPaths(route.pathname, await this.listed(route))) {
      await before?.(pathname)
      const request = asNextRequest(new Request(new URL(pathname, incoming.request.url)))
      await answerStatic(cache, this, { ...incoming, request, params, pathname, handler })
      if (!this.isDynamicFor(await answerKey(route, params))) this.#made.add(paramsKey(params))
    }
    this.isSettled = true
  }
}

const staticRoutes = new WeakMap<RouteEntry, StaticRoute | null>()

/** The file's static side, or `undefined` where its answers are never kept. */
export function staticRouteOf(entry: RouteEntry, module: RouteModule, isStaticRoute: boolean): StaticRoute | undefined {
  let route = staticRoutes.get(entry)
  if (route === undefined) {
    const plan = readStaticPlan(module, isStaticRoute)
    route = plan ? new StaticRoute(plan) : null
    staticRoutes.set(entry, route)
  }
  return route ?? undefined
}

function cacheControl(revalidate: number | false): string {
  return revalidate === false ? `s-maxage=${ONE_YEAR}` : `s-maxage=${revalidate}, stale-while-revalidate=${ONE_YEAR - revalidate}`
}

async function toKept(response: Response, tags: readonly string[], attempt: StaticAttempt): Promise<CacheValue> {
  const headers = new Headers(response.headers)
  if (!headers.has('cache-control')) headers.set('cache-control', cacheControl(attempt.revalidate))
  return {
    value: { status: response.status, headers: [...headers] } satisfies KeptAnswer,
    body: new Uint8Array(await response.arrayBuffer()),
    tags,
    revalidate: attempt.revalidate,
  }
}

/** What kept answers are made with, once for each. */
const inits = new WeakMap<KeptAnswer, ResponseInit>()

function initOf(kept: KeptAnswer): ResponseInit {
  let init = inits.get(kept)
  if (!init) {
    const { headers, status } = kept
    const record: Record<string, string> = Object.fromEntries(headers)
    // A host may remember what it has made of what can't change.
    const isRecord = Object.keys(record).length === headers.length
    init = Object.freeze({ status, headers: isRecord ? Object.freeze(record) : (headers as [string, string][]) })
    inits.set(kept, init)
  }
  return init
}

/** @param isGuarded whether middleware stands in front, past which a cache on the way would answer if it kept the answer too */
export function fromKept(entry: CacheEntry, isHead: boolean, isGuarded: boolean): Response {
  const answer = entry.value as unknown as KeptAnswer
  const { status, headers: kept } = answer
  const body = entry.body && entry.body.length > 0 && !isHead && !NULL_BODY.has(status) ? (entry.body as Uint8Array<ArrayBuffer>) : null
  if (!isGuarded) return new Response(body, initOf(answer))
  const isDefault = (name: string, value: string): boolean => name === 'cache-control' && value === cacheControl(entry.revalidate)
  const headers = kept.map(([name, value]) => [name, isDefault(name, value) ? 'private, no-cache' : value])
  return new Response(body, { status, headers: headers as HeadersInit })
}

/** Whether Next.js's build would keep an answer with the status; later it keeps any. */
const isKeptByBuild = (status: number): boolean => status < 400 || status === 404

/** Runs the handler for an answer that is kept. @throws {DynamicUsageError} where it reads the request */
async function produce(route: StaticRoute, run: HandlerRun, key: string, isRefresh = false): Promise<CacheValue> {
  const { strict } = run.context
  const attempt = new StaticAttempt(route.plan.mode, route.plan.revalidate)
  attempt.dropsCallbacks = isRefresh && strict
  const { pathname, request } = run
  const seen =
    attempt.mode === 'force-static' ? keptRequest(request, pathname) : trackedRequest(request, pathname, attempt, run.route.pathname)
  const response = await runHandler({ ...run, request: seen, staticAttempt: attempt })
  // Next.js gathers lifetimes and tags once a handler returns: what it throws is kept for ever, out of reach of every invalidation.
  const isForever = strict && attempt.isThrown
  if (isForever) attempt.revalidate = false
  const isDecisive = !route.isSettled && (run.isStaticRoute || route.plan.generateParams !== undefined)
  if (isDecisive && !isKeptByBuild(response.status)) {
    route.noteDynamic(key)
    attempt.revalidate = 0
  }
  const tags = isForever ? [] : [...pathTags(run.pathname, pageOf(run.route), strict), ...attempt.tags]
  return toKept(response, tags, attempt)
}

/** The same for an answer that is kept already. Nobody waits for it, so that a failure is told here, as Next.js does: with the path of the file. */
async function refresh(route: StaticRoute, run: HandlerRun, key: string): Promise<CacheValue> {
  try {
    return await produce(route, run, key, true)
  } catch (error) {
    await run.context.instrumentation?.onRequestError(error, run.request, pageOf(run.route), 'stale')
    throw error
  }
}

/** The key under which a route's answer for params is kept. */
export const answerKey = (route: RouteEntry, params: RouteParamValues): string | Promise<string> =>
  cacheKey('answer', route.pathname, paramsKey(params))

/**
 * Answers from the cache, running the handler where nothing is kept.
 * @returns `undefined` where the handler turned out to read the request: it must run for this one
 */
export async function answerStatic(cache: Cache, route: StaticRoute, run: HandlerRun): Promise<Response | undefined> {
  const { lifetime, request } = run
  const key = await answerKey(run.route, run.params)
  if (route.isDynamicFor(key)) return undefined
  try {
    const make = (stale?: CacheEntry): Promise<CacheValue> => (stale ? refresh(route, run, key) : produce(route, run, key))
    const { entry } = await cache.remember(key, { waitUntil: (work) => lifetime().waitUntil(work) }, make)
    if (run.isStaticRoute && !route.isDynamic) route.isSettled = true
    // Next.js keeps a 204 but fails to send it.
    if (run.context.strict && (entry.value as unknown as KeptAnswer).status === 204) return serverError()
    return fromKept(entry, request.method === 'HEAD', run.route.guard?.hasMiddleware === true)
  } catch (error) {
    // Once a file's generated params have made it static, Next.js takes a read of the request for a mistake.
    if (!isDynamicUsage(error) || (run.context.strict && route.isSettled)) {
      run.onKeptFailure?.()
      throw error
    }
    route.noteDynamic(key)
    return undefined
  }
}
