import type { Cache, CacheValue } from '../cache/cache.js'
import { cacheKey } from '../cache/keys.js'
import type { CacheEntry } from '../cache/store.js'
import { pathTags } from '../cache/tags.js'
import type { RouteModule } from '../routing/manifest.js'
import type { RouteEntry } from './context.js'
import { type HandlerRun, type IncomingRun, runHandler } from './handler.js'
import type { RouteParamValues } from './matcher.js'
import { handlerFor } from './methods.js'
import { asNextRequest } from './next-request.js'
import { serverError } from './responses.js'
import { isDynamicUsage, StaticAttempt } from './static-attempt.js'
import { generateStaticParams, paramsKey, readStaticPlan, type StaticPlan } from './static-plan.js'
import { emptyRequest, trackedRequest } from './static-request.js'

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
  /** Set once the handler turned out to read the request: from then on it runs for each. */
  isDynamic = false
  /** Keys of paths for which the handler read the request, where it does not for others. */
  readonly #dynamicKeys = new Set<string>()
  #listed: Promise<readonly RouteParamValues[]> | undefined
  #prepared: Promise<void> | undefined
  /** Whether what a build has learnt of the file has been applied. */
  isKnown = false
  /** Whether the generated params have been made, and none of them read the request. */
  isSettled = false

  constructor(plan: StaticPlan) {
    this.plan = plan
  }

  readsRequest(key: string): boolean {
    return this.#dynamicKeys.has(key)
  }

  /** Notes that the handler reads the request for a path. What is forgotten is only tried again. */
  noteRead(key: string): void {
    if (!this.isSettled) this.isDynamic = true
    if (this.#dynamicKeys.size >= MAX_DYNAMIC_KEYS) this.#dynamicKeys.clear()
    this.#dynamicKeys.add(key)
  }

  /** The params that the file generates. Asked again next time where that fails. */
  listed(file: string): Promise<readonly RouteParamValues[]> {
    this.#listed ??= generateStaticParams(this.plan, file).catch((error: unknown) => {
      this.#listed = undefined
      throw error
    })
    return this.#listed
  }

  /** Whether the params are among those that the file generates. */
  async lists(params: RouteParamValues, file: string): Promise<boolean> {
    const key = paramsKey(params)
    return (await this.listed(file)).some((listed) => paramsKey(listed) === key)
  }

  /**
   * Makes the answers for the generated params, which decide whether the file is static at all.
   * @returns whether its answers are kept
   * @throws what the handler threw for one of them
   */
  async prepare(cache: Cache, incoming: IncomingRun): Promise<boolean> {
    if (this.plan.generateParams && !this.isSettled) {
      this.#prepared ??= this.#makeListed(cache, incoming).catch((error: unknown) => {
        this.#prepared = undefined
        throw error
      })
      await this.#prepared
    }
    return !this.isDynamic
  }

  async #makeListed(cache: Cache, incoming: IncomingRun): Promise<void> {
    const { route } = incoming
    const listed = await this.listed(route.file)
    const handler = handlerFor(incoming.module, 'GET')!
    for (const given of listed) {
      if (this.isDynamic) return
      const pathname = pathnameOf(route.pathname, given)
      const request = asNextRequest(new Request(new URL(pathname, incoming.request.url)))
      const params = Object.fromEntries(Object.entries(given).filter(([, value]) => value?.length !== 0))
      await answerStatic(cache, this, { ...incoming, request, params, pathname, handler })
    }
    this.isSettled = !this.isDynamic
  }
}

/** The path that a route's pathname and params make. @throws {Error} naming a param that is missing or of the wrong kind */
export function pathnameOf(pathname: string, params: RouteParamValues): string {
  const path = pathname
    .split('/')
    .map((segment) => {
      if (!segment.startsWith('[')) return segment
      const name = segment.replace(/^\[+(?:\.\.\.)?|\]+$/g, '')
      const value = params[name]
      const isRest = segment.includes('...')
      if (isRest && Array.isArray(value)) return value.map(encodeURIComponent).join('/')
      if (!isRest && typeof value === 'string') return encodeURIComponent(value)
      if (segment.startsWith('[[') && value === undefined) return ''
      throw new Error(
        `generateStaticParams gives ${JSON.stringify(value)} for "${name}" of ${pathname}; give ${isRest ? 'an array of strings' : 'a string'}.`,
      )
    })
    .join('/')
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path || '/'
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
  return route && !route.isDynamic ? route : undefined
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

function fromKept(entry: CacheEntry, isHead: boolean): Response {
  const { status, headers } = entry.value as unknown as KeptAnswer
  const body = entry.body && entry.body.length > 0 && !isHead && !NULL_BODY.has(status) ? (entry.body as Uint8Array<ArrayBuffer>) : null
  return new Response(body, { status, headers: headers as [string, string][] })
}

/** Runs the handler for an answer that is kept. @throws {DynamicUsageError} where it reads the request */
async function produce(route: StaticRoute, run: HandlerRun): Promise<CacheValue> {
  const attempt = new StaticAttempt(route.plan.mode, route.plan.revalidate)
  const { context, request } = run
  const seen =
    attempt.mode === 'force-static'
      ? emptyRequest(context, request, run.pathname)
      : trackedRequest(request, run.pathname, attempt, run.route.pathname)
  const response = await runHandler({ ...run, request: seen, staticAttempt: attempt })
  const page = `/${run.route.file.replace(/\.[^./]+$/, '')}`
  return toKept(response, [...pathTags(run.pathname, page), ...attempt.tags], attempt)
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
  if (route.readsRequest(key)) return undefined
  try {
    const { entry } = await cache.remember(key, { waitUntil: (work) => lifetime().waitUntil(work) }, () => produce(route, run))
    // Next.js keeps a 204 but fails to send it.
    if (run.context.strict && (entry.value as unknown as KeptAnswer).status === 204) return serverError()
    return fromKept(entry, request.method === 'HEAD')
  } catch (error) {
    // Once a file's generated params have made it static, Next.js takes a read of the request for a mistake.
    if (!isDynamicUsage(error) || (run.context.strict && route.isSettled)) throw error
    route.noteRead(key)
    return undefined
  }
}
