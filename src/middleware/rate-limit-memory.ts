import type { ClientRateLimitInfo, Store } from 'hono-rate-limiter'
import { LRUCache } from 'lru-cache'
import { checkNames } from './option-checks.js'

const DEFAULT_KEYS = 100_000
const MAX_KEYS = 10_000_000

/**
 * Counts in this process, or Workers isolate, alone. Has no timers, so that it can be made while a Worker loads.
 * @param options.maxKeys clients counted at once, 1 to 10,000,000; the one not seen for longest is forgotten first. Default 100,000.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function memoryStore(options: { readonly maxKeys?: number } = {}): Store {
  checkNames('memoryStore', options, ['maxKeys'])
  const { maxKeys = DEFAULT_KEYS } = options
  if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > MAX_KEYS) {
    throw new TypeError(`memoryStore: maxKeys is ${maxKeys}; give a whole number from 1 to ${MAX_KEYS}`)
  }
  const counts = new LRUCache<string, Required<ClientRateLimitInfo>>({ max: maxKeys })
  let windowMs = 0
  const current = (key: string): Required<ClientRateLimitInfo> | undefined => {
    const count = counts.get(key)
    return count && count.resetTime.getTime() > Date.now() ? count : undefined
  }
  return {
    init: (config) => {
      if (windowMs > 0) throw new TypeError('memoryStore: one store is given to two rate limits; give each its own')
      windowMs = config.windowMs
    },
    get: current,
    increment: (key) => {
      const before = current(key)
      const count = { totalHits: (before?.totalHits ?? 0) + 1, resetTime: before?.resetTime ?? new Date(Date.now() + windowMs) }
      counts.set(key, count)
      return count
    },
    decrement: (key) => {
      const count = current(key)
      if (count && count.totalHits > 0) counts.set(key, { ...count, totalHits: count.totalHits - 1 })
    },
    resetKey: (key) => {
      counts.delete(key)
    },
  }
}
