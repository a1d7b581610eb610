import { type Cache, type CacheValue, MISS } from '../cache/cache.js'
import type { CacheEntry } from '../cache/store.js'
import { checkTags, pathTags } from '../cache/tags.js'
import type { CacheHandle } from './context.js'
import { openCache } from './data-cache.js'
import type { FetchInit } from './fetch.js'
import { type FetchCall, isRequest, type PlainFetch, readCall } from './fetch-call.js'
import { type FetchPlan, planFetch } from './fetch-plan.js'
import { enableScopeLater } from './lazy-scope.js'
import { isPending } from './pending-tags.js'
import { HostResponse } from './responses.js'
import { currentScope, type RequestScope, scopeHolder } from './scope.js'
import type { StaticAttempt } from './static-attempt.js'

/** A kept answer as the cache holds it; its body lies beside it. */
interface KeptFetch {
  readonly url: string
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
}

/** How an answer is looked for and kept. */
interface Keeping {
  readonly tags: readonly string[]
  /** Tags of the path whose handler asks. */
  readonly softTags: readonly string[]
  /** Seconds, more than 0; `false`: until invalidated. */
  readonly revalidate: number | false
}

const MAX_WARNINGS = 100
const warned = new Set<string>()

/** Warns once of what is said once per call site, not once per request. */
function warn(message: string): void {
  if (warned.has(message) || warned.size >= MAX_WARNINGS) return
  warned.add(message)
  console.warn(`everyroute: ${message}`)
}

function urlOf(input: RequestInfo | URL): string {
  return isRequest(input) ? input.url : String(input)
}

/** The call as the host knows it. */
function pass(plain: PlainFetch, input: RequestInfo | URL, init: FetchInit | undefined): Promise<Response> {
  if (!init) return plain(input)
  const { next: _next, cache, ...rest } = init
  return plain(input, cache === undefined || cache === 'force-cache' ? rest : { ...rest, cache })
}

/** Tells the answer of a route that may itself be kept what it is made of. */
function noteInAttempt(attempt: StaticAttempt, scope: RequestScope, plan: FetchPlan, tags: readonly string[], url: string): void {
  for (const tag of tags) attempt.tags.add(tag)
  if (plan.optsOut) attempt.readsRequest(scope.route, `no-store fetch ${url}`)
  else if (plan.revalidate !== 0) attempt.limit(plan.revalidate)
}

const mayBeKept = (response: Response, scope: RequestScope | undefined): boolean =>
  response.status === 200 && (scope?.strict === true || !response.headers.has('set-cookie'))

async function toKept(response: Response, keeping: Keeping): Promise<CacheValue> {
  const { headers, status, url } = response
  const value = { url, status, headers: [...headers] } satisfies KeptFetch
  return { value, body: new Uint8Array(await response.arrayBuffer()), tags: keeping.tags, revalidate: keeping.revalidate }
}

/** @param statusText of the source, where it has just answered: as in Next.js, it is not kept */
function fromKept(entry: CacheEntry, statusText = ''): Response {
  const { headers, status, url } = entry.value as unknown as KeptFetch
  const body = (entry.body ?? null) as Uint8Array<ArrayBuffer> | null
  const response = new HostResponse(body, { status, statusText, headers: headers as [string, string][] })
  return Object.defineProperty(response, 'url', { value: url })
}

/** Answers from the cache; what is stale is made anew behind the answer. */
async function remember(cache: Cache, call: FetchCall, keeping: Keeping, scope: RequestScope | undefined): Promise<Response> {
  let unkept: Response | undefined
  let statusText: string | undefined
  const produce = async (stale?: CacheEntry): Promise<CacheValue> => {
    const response = await call.send()
    statusText = response.statusText
    if (mayBeKept(response, scope)) return toKept(response, keeping)
    if (stale) {
      await response.body?.cancel()
      throw new Error(`fetch ${call.url} was answered with status ${response.status}, which is not kept; the older answer stays.`)
    }
    unkept = response
    return { value: null, revalidate: 0 }
  }
  // As in Next.js, a refresh that failed is tried again by the next call.
  const options = { ...keeping, retryAfter: 0, ...(scope && { waitUntil: scope.waitUntil }) }
  const { entry, state } = await cache.remember(call.key, options, produce)
  return unkept ?? fromKept(entry, state === 'miss' ? statusText : undefined)
}

/**
 * Answers for what must not be made of anything stale: what will be kept itself, and what comes after an invalidation.
 * @param attempt shares equal calls at once, as far as their answers are kept
 */
async function rememberFresh(
  cache: Cache,
  call: FetchCall,
  keeping: Keeping,
  scope: RequestScope,
  attempt: StaticAttempt | undefined,
): Promise<Response> {
  const running = attempt?.fetches.get(call.key)
  const joined = running && (await running)
  if (joined) return fromKept(joined)
  let response: Response | undefined
  const make = async (): Promise<CacheEntry | undefined> => {
    const heeded = [...keeping.tags, ...keeping.softTags]
    const lookup = { tags: heeded, revalidate: keeping.revalidate }
    const { entry, state } = isPending(scope, heeded) ? MISS : await cache.lookup(call.key, lookup)
    if (entry && state === 'fresh') return entry
    const startedAt = cache.now()
    response = await call.send()
    return mayBeKept(response, scope) ? cache.set(call.key, await toKept(response, keeping), { startedAt }) : undefined
  }
  const made = make()
  const flight = made.catch(() => undefined).finally(() => attempt?.fetches.delete(call.key))
  attempt?.fetches.set(call.key, flight)
  const entry = await made
  return entry ? fromKept(entry, response?.statusText) : response!
}

/** Gives up waiting when the signal aborts; the call goes on for others. */
function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work()
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * `fetch` with Next.js's caching options.
 * @param handle the cache for calls outside of a request's scope
 * @throws {Error} where an option is invalid or the file's `fetchCache` forbids it
 */
export async function fetchThroughCache(
  plain: PlainFetch,
  handle: CacheHandle,
  input: RequestInfo | URL,
  init?: FetchInit,
): Promise<Response> {
  const scope = currentScope()
  if (!scope) {
    await enableScopeLater()
    scopeHolder.isWanted = true
  }
  if (scope?.bypassesCache) return pass(plain, input, init)
  const url = urlOf(input)
  const given = { cache: init?.cache ?? (isRequest(input) ? input.cache : undefined), revalidate: init?.next?.revalidate }
  const plan = planFetch(given, scope, url)
  if (plan.warning) warn(plan.warning)
  const { tags, dropped } = checkTags(init?.next?.tags ?? [])
  for (const { tag, reason } of dropped) warn(`fetch ${url}: tag ${JSON.stringify(tag)} is left out: ${reason}`)
  const attempt = scope?.phase === 'handler' ? scope.staticAttempt : undefined
  if (attempt && scope) noteInAttempt(attempt, scope, plan, tags, url)
  if (plan.revalidate === 0) return pass(plain, input, init)
  const call = await readCall(plain, input, init ?? {})
  if (!call) return pass(plain, input, init)
  const keeping = { tags, softTags: scope ? pathTags(scope.pathname, scope.page, scope.strict) : [], revalidate: plan.revalidate }
  const cache = openCache(scope?.cache ?? handle)
  const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined)
  const isFresh = scope && (attempt || isPending(scope, [...tags, ...keeping.softTags]))
  const work = () => (isFresh ? rememberFresh(cache, call, keeping, scope, attempt) : remember(cache, call, keeping, scope))
  return untilAborted(work, signal)
}
