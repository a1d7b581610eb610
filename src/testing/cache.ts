import { Cache } from '../cache/cache.js'
import { memoryStore } from '../cache/memory.js'
import type { CacheProfile } from '../cache/profiles.js'
import type { Freshness } from '../cache/staleness.js'
import type { CacheEntry, CacheStore, JsonValue } from '../cache/store.js'

/** One call of `revalidateTag` or `revalidatePath` that has taken effect. */
export type Revalidated =
  | { readonly tag: string; readonly profile?: string | CacheProfile }
  /** With a type as it was given: `/users/[id]/layout`. */
  | { readonly path: string }

interface KeptEntry {
  readonly tags: readonly string[]
  /** Seconds; `false`: until invalidated. */
  readonly revalidate: number | false
  /** What the next call would get: the entry, the entry once more, or a new one. Tags of paths are not looked at. */
  readonly state: Freshness
}

/** A result of a function made by `unstable_cache`. */
export interface KeptResult extends KeptEntry {
  readonly kind: 'unstable_cache'
  readonly value: unknown
}

/** An answer to a `fetch` with Next.js's caching options. */
export interface KeptFetch extends KeptEntry {
  readonly kind: 'fetch'
  readonly url: string
  readonly status: number
  /** The body as text. */
  readonly text: string
}

const PATH_TAG = '_N_T_'

type Value = { readonly [name: string]: JsonValue }

function describe({ body, revalidate, tags, ...entry }: CacheEntry, state: Freshness): KeptResult | KeptFetch {
  const value = entry.value as Value
  const common = { tags, revalidate, state }
  if (!('url' in value)) {
    const { json } = value
    return { kind: 'unstable_cache', value: typeof json === 'string' ? JSON.parse(json) : undefined, ...common }
  }
  return { kind: 'fetch', url: String(value.url), status: Number(value.status), text: new TextDecoder().decode(body), ...common }
}

/** Keeps in memory, and tells the keys. */
class RecordingStore implements CacheStore {
  readonly #store: CacheStore = memoryStore()
  readonly keys: Set<string> = new Set()

  get: CacheStore['get'] = (key) => this.#store.get(key)
  readTags: CacheStore['readTags'] = (tags) => this.#store.readTags(tags)
  invalidateTags: CacheStore['invalidateTags'] = (tags, invalidation) => this.#store.invalidateTags(tags, invalidation)

  set(key: string, entry: CacheEntry): void {
    this.keys.add(key)
    this.#store.set(key, entry)
  }

  delete(key: string): void {
    this.keys.delete(key)
    this.#store.delete(key)
  }
}

class RecordingCache extends Cache {
  readonly revalidated: Revalidated[] = []

  override async revalidateTag(tags: string | readonly string[], profile?: string | CacheProfile): Promise<void> {
    await super.revalidateTag(tags, profile)
    // A path stands for several tags, of which the first is the path as it was given.
    const tag = typeof tags === 'string' ? tags : tags[0]
    if (tag === undefined) return
    this.revalidated.push(
      tag.startsWith(PATH_TAG) ? { path: tag.slice(PATH_TAG.length) } : { tag, ...(profile !== undefined && { profile }) },
    )
  }
}

/** What calls keep and invalidate. */
export interface TestCache {
  /** What `revalidateTag` and `revalidatePath` have invalidated, in order; nothing of a handler that failed. */
  readonly revalidated: readonly Revalidated[]
  /** What is kept, the oldest first. */
  readonly entries: readonly (KeptResult | KeptFetch)[]
}

const caches = new WeakMap<TestCache, Cache>()

/** An empty cache for calls that are to share one. */
export function createTestCache(): TestCache {
  const store = new RecordingStore()
  const cache = new RecordingCache(store)
  const seen: TestCache = {
    get revalidated() {
      return cache.revalidated
    },
    get entries() {
      return [...store.keys].flatMap((key) => {
        // With a store in memory, looking up is no promise.
        const found = cache.lookup(key)
        return 'then' in found || !found.entry || found.state === 'miss' ? [] : [describe(found.entry, found.state)]
      })
    },
  }
  caches.set(seen, cache)
  return seen
}

/** The cache that the handler's functions use. @throws {TypeError} where it isn't one of {@link createTestCache} */
export function cacheOf(seen: TestCache): Cache {
  const cache = caches.get(seen)
  if (!cache) throw new TypeError('call: cache is not one that createTestCache() has made, or the cache of another call; give one of these')
  return cache
}
