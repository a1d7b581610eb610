import type { Context, MiddlewareHandler } from 'hono'
import { type RateLimitInfo, rateLimiter, type Store } from 'hono-rate-limiter'
import { httpError } from '../runtime/error-answer.js'
import { checkNames } from './option-checks.js'
import { createAddressKey, type TrustProxy } from './rate-limit-address.js'
import { memoryStore } from './rate-limit-memory.js'
import { type Ask, createAsk, type StoreFailureOptions } from './rate-limit-store.js'

export type { RateLimitInfo, Store as RateLimitStore } from 'hono-rate-limiter'
export { clientAddress } from '../runtime/client-address.js'
export type { TrustProxy } from './rate-limit-address.js'
export { memoryStore } from './rate-limit-memory.js'
export { type RedisClient, redisStore } from './rate-limit-redis.js'

/** What both forms of {@link rateLimit} take. */
interface CommonOptions extends StoreFailureOptions {
  /**
   * Who is counted: a user's id, say. `undefined` or `''` for the client's address.
   * Default: the client's address, of IPv6 its first 64 bits.
   */
  readonly key?: (c: Context) => string | undefined | Promise<string | undefined>
  /**
   * How many proxies stand in front, 1 to 100, or the addresses and CIDR ranges they connect from; their `X-Forwarded-For` then
   * tells the client's address. With a number, clients that reach the server past its proxies can give any address.
   * Default: none, the connection's address counts.
   */
  readonly trustProxy?: TrustProxy
}

/** Counts by a store. */
export interface RateLimitOptions extends CommonOptions {
  /** Requests that are let through per window, 1 to 1,000,000,000. */
  readonly limit: number
  /** Seconds, 1 to 86,400: the count starts anew that long after its first request. */
  readonly window: number
  /** Default: {@link memoryStore}. A store of its own for each limit. */
  readonly store?: Store
  readonly binding?: never
}

/** As much of Cloudflare's rate limiting binding as is used. */
export interface RateLimitBinding {
  limit(options: { key: string }): Promise<{ success: boolean }>
}

/** Counts by Cloudflare's rate limiting binding, whose limit stands in the configuration of wrangler. */
export interface RateLimitBindingOptions extends CommonOptions {
  /** `(c) => c.env.LIMITER`, or the binding itself. */
  readonly binding: RateLimitBinding | ((c: Context) => RateLimitBinding | undefined)
  /** Seconds, 10 or 60: the `period` of the binding, for Retry-After. */
  readonly window: 10 | 60
  readonly limit?: never
  readonly store?: never
}

const COMMON_NAMES = ['window', 'key', 'trustProxy', 'onStoreFailure', 'storeTimeout'] satisfies (keyof RateLimitOptions)[]
const NAMES = ['limit', 'store', 'binding', ...COMMON_NAMES] satisfies (keyof RateLimitOptions)[]
const BINDING_NAMES = ['binding', ...COMMON_NAMES] satisfies (keyof RateLimitBindingOptions)[]
const MAX_LIMIT = 1_000_000_000
const MAX_WINDOW = 86_400
/** What clients count as whose address is not known. */
const UNKNOWN = 'unknown'

function checkWhole(name: string, value: unknown, max: number): void {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max) return
  throw new TypeError(`rateLimit: ${name} is ${String(value)}; give a whole number from 1 to ${max}`)
}

/** Tells whom a request counts for. Where nobody knows, all count as one, and that is said once. */
function createKey({ key, trustProxy }: CommonOptions): (c: Context) => Promise<string> {
  if (key !== undefined && typeof key !== 'function') throw new TypeError('rateLimit: key is no function; give (c) => string')
  const addressKey = createAddressKey(trustProxy)
  let isWarned = false
  return async (c) => {
    const own = await key?.(c)
    // No key is another client's address.
    if (own) return `key:${own}`
    const address = addressKey(c)
    if (address !== undefined) return address
    if (!isWarned) {
      isWarned = true
      console.error(
        `everyroute: rateLimit: the client's address is not known here, so all such clients share one count. ${
          typeof trustProxy === 'object' ? 'A list of proxies needs the address of the connection: give their number' : 'Give trustProxy'
        }, or key.`,
      )
    }
    return UNKNOWN
  }
}

function tooMany(seconds: number): never {
  throw httpError(429, 'Too Many Requests', { headers: { 'retry-after': String(seconds) } })
}

const secondsUntil = (time: Date | undefined, window: number): number =>
  Math.max(1, time ? Math.ceil((time.getTime() - Date.now()) / 1000) : window)

/** The store, asked by `ask`. */
const askedStore = (store: Store, ask: Ask): Store => ({
  init: (config) => store.init?.(config),
  increment: (key) => ask(() => store.increment(key), { totalHits: 0 }),
  decrement: (key) => store.decrement(key),
  resetKey: (key) => store.resetKey(key),
})

function countingLimiter(options: RateLimitOptions): MiddlewareHandler {
  const { limit, window, store } = options
  checkWhole('limit', limit, MAX_LIMIT)
  checkWhole('window', window, MAX_WINDOW)
  if (store !== undefined && typeof store?.increment !== 'function') {
    throw new TypeError('rateLimit: store has no increment(); give memoryStore(), redisStore(client) or a store of hono-rate-limiter')
  }
  const ask = createAsk(options)
  return rateLimiter({
    limit,
    windowMs: window * 1000,
    standardHeaders: 'draft-7',
    keyGenerator: createKey(options),
    store: store ? askedStore(store, ask) : memoryStore(),
    handler: (c) => tooMany(secondsUntil((c.get('rateLimit' as never) as RateLimitInfo).resetTime, window)),
  })
}

function bindingLimiter(options: RateLimitBindingOptions): MiddlewareHandler {
  const { binding, window } = options
  if (window !== 10 && window !== 60)
    throw new TypeError(`rateLimit: window is ${String(window)}; with a binding give its period, 10 or 60`)
  const limitOf = (c: Context): RateLimitBinding => {
    const found = typeof binding === 'function' ? binding(c) : binding
    if (typeof found?.limit === 'function') return found
    throw new TypeError('rateLimit: binding gives no rate limiting binding; name one under "ratelimits" in the configuration of wrangler')
  }
  const ask = createAsk(options)
  return rateLimiter({
    binding: (c) => {
      const found = limitOf(c)
      return { limit: (request) => ask(() => found.limit(request), { success: true }) }
    },
    keyGenerator: createKey(options),
    handler: () => tooMany(window),
  })
}

/**
 * Lets each client through so many times per window, and answers 429 with `Retry-After` beyond. All answers carry `RateLimit`
 * and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-07), except with a binding, which doesn't tell its count.
 * @throws {TypeError} where an option is missing, not known, undefined or out of its range
 */
export function rateLimit(
  options: RateLimitOptions | RateLimitBindingOptions,
): MiddlewareHandler<{ Variables: { rateLimit: RateLimitInfo } }> {
  checkNames('rateLimit', options, options?.binding === undefined ? NAMES : BINDING_NAMES)
  return options.binding === undefined ? countingLimiter(options) : bindingLimiter(options)
}
