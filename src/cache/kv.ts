import { createStorage } from 'unstorage'
import cloudflareKv from 'unstorage/drivers/cloudflare-kv-binding'
import type { CacheStore } from './store.js'
import { type UnstorageStoreOptions, unstorageStore } from './unstorage.js'

/** The part of a Workers KV namespace that the store needs. */
export interface KvBinding {
  get(key: string): Promise<string | null>
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>
  delete(key: string): Promise<void>
}

export interface KvStoreOptions extends UnstorageStoreOptions {
  /** The namespace, as `env.CACHE` or from `import { env } from 'cloudflare:workers'`. */
  readonly binding: KvBinding
}

/**
 * A store in Cloudflare Workers KV. KV is eventually consistent: other locations may see an entry or an invalidation up
 * to 60 seconds late, it keeps entries for 60 seconds at least (they still count as expired in time), and takes one write
 * per second and key.
 * @throws TypeError for what isn't a namespace
 */
export function kvStore(options: KvStoreOptions): CacheStore {
  const { binding, ...rest } = options
  for (const method of ['get', 'put', 'delete'] as const) {
    if (typeof binding?.[method] !== 'function') {
      throw new TypeError(`binding must be a KV namespace with ${method}(); add it to kv_namespaces of the wrangler configuration`)
    }
  }
  const driver = cloudflareKv({ binding: binding as never, minTTL: 60 })
  return unstorageStore(createStorage({ driver }), rest)
}
