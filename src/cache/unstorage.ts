import { decodeEntry, encodeEntry } from './codec.js'
import { storageName } from './keys.js'
import { type CacheEntry, type CacheStore, MAX_ENTRY_TTL, type TagState } from './store.js'
import { decodeTagState, encodeTagState, invalidationState, mergeTagStates } from './tag-state.js'

/** The part of unstorage's `Storage` that a store needs. */
export interface UnstorageLike {
  getItem(key: string): Promise<unknown>
  getItems(keys: string[]): Promise<readonly { readonly key: string; readonly value: unknown }[]>
  /** `ttl` is in seconds; drivers that know no TTL ignore it. */
  setItem(key: string, value: string, options?: { ttl?: number }): Promise<void>
  removeItem(key: string): Promise<void>
  dispose(): Promise<void>
}

export interface UnstorageStoreOptions {
  /** What all keys start with: letters, digits, `-`, `_`, with `:` between parts. Give each deployment that must not share answers its own. Default `everyroute`. */
  readonly base?: string
}

/** Seconds: a tag's state outlives every entry that was there when it was written. */
export const TAG_TTL: number = MAX_ENTRY_TTL + 86_400

/**
 * A store on any storage of unstorage. Entries go by themselves where the driver knows TTLs, after one year at the latest.
 *
 * Two processes that invalidate one tag at the same moment may overwrite each other, and the earlier of the two times
 * may stay; `redisStore` hasn't that gap.
 * @throws TypeError for a base with other characters
 */
export function unstorageStore(storage: UnstorageLike, options: UnstorageStoreOptions = {}): CacheStore {
  const base = checkBase(options.base)
  // Reading, merging and writing a tag's state is three steps: within this process one invalidation follows the other.
  let invalidated: Promise<unknown> = Promise.resolve()

  const invalidate = async (tag: string, state: TagState): Promise<void> => {
    const name = await tagName(base, tag)
    const before = decodeTagState(await storage.getItem(name))
    // One that can't be read expires everything for as long as it stands: replace it.
    const readable = before !== undefined && before.expiredAt !== Number.POSITIVE_INFINITY
    await storage.setItem(name, encodeTagState(readable ? mergeTagStates(before, state) : state), { ttl: TAG_TTL })
  }

  return {
    get: async (key) => decodeEntry(await storage.getItem(await entryName(base, key))),
    set: async (key, entry) => storage.setItem(await entryName(base, key), encodeEntry(entry), { ttl: entryTtl(entry) }),
    delete: async (key) => storage.removeItem(await entryName(base, key)),
    readTags: async (tags) => {
      if (tags.length === 0) return []
      const items = await storage.getItems(await Promise.all(tags.map((tag) => tagName(base, tag))))
      return items.map((item) => decodeTagState(item.value)).filter((state) => state !== undefined)
    },
    invalidateTags: (tags, invalidation) => {
      const state = invalidationState(invalidation)
      const done = invalidated.then(async () => {
        await Promise.all([...new Set(tags)].map((tag) => invalidate(tag, state)))
      })
      invalidated = done.catch(() => undefined)
      return done
    },
    close: () => storage.dispose(),
  }
}

export function checkBase(base = 'everyroute'): string {
  if (!/^[\w-]+(:[\w-]+)*$/.test(base)) {
    throw new TypeError(`base must be letters, digits, - and _, with : between parts; got ${JSON.stringify(base)}`)
  }
  return base
}

/** The name under which a tag's state is kept. */
export async function tagName(base: string, tag: string): Promise<string> {
  return `${base}:tag:${await storageName(tag)}`
}

async function entryName(base: string, key: string): Promise<string> {
  return `${base}:entry:${await storageName(key)}`
}

/** Seconds, a whole number from 1 to a year. */
function entryTtl(entry: CacheEntry): number {
  return Math.max(1, Math.ceil(Math.min(entry.expire ?? MAX_ENTRY_TTL, MAX_ENTRY_TTL)))
}
