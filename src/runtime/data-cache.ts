import { Cache } from '../cache/cache.js'
import { memoryStore } from '../cache/memory.js'
import type { CacheHandle } from './context.js'
import { PrerenderedStore } from './prerendered-store.js'

/** The cache of a router, made on first use: a bounded one in memory unless the router was given a store; what a build made lies in it. */
export function openCache(handle: CacheHandle): Cache {
  return (handle.cache ??= createCache(handle))
}

function createCache({ store = memoryStore(), prerendered, report }: CacheHandle): Cache {
  return new Cache(prerendered ? new PrerenderedStore(store, prerendered) : store, { onError: (error) => report(error) })
}
