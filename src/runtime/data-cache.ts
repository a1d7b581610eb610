import { Cache } from '../cache/cache.js'
import { memoryStore } from '../cache/memory.js'
import type { CacheHandle } from './context.js'

/** The cache of a router, made on first use: a bounded one in memory unless the router was given a store. */
export function openCache(handle: CacheHandle): Cache {
  handle.cache ??= new Cache(handle.store ?? memoryStore(), {
    onError: (error) => handle.report(error),
  })
  return handle.cache
}
