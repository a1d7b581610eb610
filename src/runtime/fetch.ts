import type { CacheHandle } from './context.js'
import { isWorkers } from './env.js'
import { processWide } from './process-wide.js'
import { HostResponse, isResponse } from './responses.js'
import { currentScope } from './scope.js'

declare const __EVERYROUTE_FETCH__: boolean | undefined

/** What Next.js adds to `fetch`'s second argument. */
export interface NextFetchOptions {
  /** Seconds, 0 or more; `false`: until invalidated. Default: not kept, or with `cache: 'force-cache'` until invalidated. */
  readonly revalidate?: number | false
  /** At most 128 of at most 256 characters each; more are left out. */
  readonly tags?: readonly string[]
}

export type FetchInit = RequestInit & { next?: NextFetchOptions | undefined }

interface FetchHolder {
  /** The cache of the router made last: for calls outside of a request's scope. */
  cache: CacheHandle | undefined
  isInstalled: boolean
}

const holder: FetchHolder = /* @__PURE__ */ processWide('fetch@1', () => ({ cache: undefined, isInstalled: false }))

/** Lets calls outside of a request's scope use this cache, once {@link installFetch} has been called. */
export function setFetchCache(cache: CacheHandle): void {
  holder.cache = cache
}

/** Whether the answer may be kept, or the call must be known to what is keeping the route's own answer. */
export function concernsCache(input: unknown, init: FetchInit | undefined): boolean {
  if (init?.next || init?.cache === 'force-cache') return true
  const scope = currentScope()
  if (scope && (scope.staticAttempt || scope.fetchCache !== undefined || (scope.strict && init?.cache))) return true
  return typeof input === 'object' && input !== null && 'cache' in input && input.cache === 'force-cache'
}

/** Whether Next.js shares a call with equal ones, each of which gets a copy of the answer. */
function isShared(input: unknown, init: RequestInit | undefined): boolean {
  const { keepalive = false, method = 'GET' } = typeof input === 'object' && input !== null ? (input as Partial<Request>) : {}
  return (init?.method ?? method).toUpperCase() === 'GET' && !init?.signal && !(init?.keepalive ?? keepalive)
}

/** What bodies came with: Node.js ends an unread one whose response has been collected, whoever else has the body. */
const origins = /* @__PURE__ */ new WeakMap<ReadableStream, Response>()

/** An answer whose headers can be changed, as many a proxy does. Without a body there is no copy, in Next.js neither. */
function copyOf(response: Response): Response {
  // A status beyond 599, which servers do send, makes no response.
  if (!isResponse(response) || !response.body || response.status > 599) return response
  const { body, redirected, type, url } = response
  origins.set(body, response)
  const copy = Object.defineProperty(new HostResponse(body, response), 'url', { value: url })
  return currentScope()?.strict ? copy : Object.defineProperties(copy, { redirected: { value: redirected }, type: { value: type } })
}

/**
 * The options as the host takes them. Workers refuse a `cache` of `default`, which says nothing, and of `reload`, which goes
 * past their cache as `no-store` does. Options whose `cache` is inherited, such as a Request's, are no plain ones to copy.
 */
function toHostInit(init: RequestInit | undefined): RequestInit | undefined {
  if (!isWorkers || !init || !Object.hasOwn(init, 'cache')) return init
  const { cache, ...rest } = init
  if (cache === 'default') return rest
  return cache === 'reload' ? { ...rest, cache: 'no-store' } : init
}

/**
 * Puts a `fetch` in place, once per process, that knows Next.js's caching options. Calls without them go straight on; the
 * code behind the others is loaded with the first of them. Called with the first request rather than when a router is made:
 * inside Next.js, `fetch` is Next.js's own.
 * @see https://nextjs.org/docs/app/api-reference/functions/fetch
 */
export function installFetch(): void {
  if (holder.isInstalled) return
  if (typeof __EVERYROUTE_FETCH__ !== 'undefined' && !__EVERYROUTE_FETCH__) return
  holder.isInstalled = true
  const original = globalThis.fetch
  const send = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const hasCopies = isShared(input, init)
    const answer = original.call(globalThis, input, toHostInit(init))
    return hasCopies ? Promise.resolve(answer).then(copyOf) : answer
  }
  const patched = function fetch(input: RequestInfo | URL, init?: FetchInit): Promise<Response> {
    const { cache } = holder
    if (!cache || !concernsCache(input, init)) return send(input, init)
    return import('./fetch-cache.js').then(({ fetchThroughCache }) => fetchThroughCache(send, cache, input, init))
  }
  // Hosts add members of their own, such as Bun's `preconnect`.
  globalThis.fetch = Object.setPrototypeOf(patched, original) as typeof fetch
}
