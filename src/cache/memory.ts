import { LRUCache } from 'lru-cache'
import type { CacheEntry, CacheStore, Invalidation, TagState } from './store.js'
import { invalidationState, mergeTagStates } from './tag-state.js'

export interface MemoryStoreOptions {
  /** Bytes, 1 or more: what all entries may take, roughly. The least recently used go first; one that is larger alone isn't kept. Default 64 MiB. */
  readonly maxBytes?: number
  /** How many invalidated tags are remembered one by one, 1 or more; forgetting the oldest expires all entries begun before it. Default 100,000. */
  readonly maxTags?: number
}

const NO_STATES: readonly TagState[] = []

/** What the objects of an entry take beside its text and bytes, roughly. */
const ENTRY_OVERHEAD = 256

/**
 * A store in this process's memory. Other processes and Workers isolates don't see it.
 * @throws TypeError for bounds that aren't positive integers
 */
export function memoryStore(options: MemoryStoreOptions = {}): CacheStore {
  const maxBytes = checkBound('maxBytes', options.maxBytes ?? 64 * 1024 * 1024)
  const maxTags = checkBound('maxTags', options.maxTags ?? 100_000)
  const entries = new LRUCache<string, CacheEntry>({ maxSize: maxBytes, sizeCalculation: entryBytes })
  const tagStates = new Map<string, TagState>()
  // Stands for the tags that were forgotten: it expires what any of them may have expired.
  let forgotten: TagState | undefined

  const forgetOldest = (): void => {
    const [oldest] = tagStates
    if (oldest === undefined) return
    const [tag, state] = oldest
    tagStates.delete(tag)
    const expiredAt = Math.max(state.expiredAt, state.staleAt, forgotten?.expiredAt ?? 0)
    forgotten = { expiredAt, staleAt: 0, staleUntil: Number.POSITIVE_INFINITY }
  }

  return {
    get: (key) => entries.get(key),
    set: (key, entry) => {
      entries.set(key, entry)
    },
    delete: (key) => {
      entries.delete(key)
    },
    readTags: (tags) => {
      if (tagStates.size === 0) return NO_STATES
      let states: TagState[] | undefined
      for (const tag of tags) {
        const state = tagStates.get(tag)
        if (state !== undefined) {
          states ??= []
          states.push(state)
        }
      }
      if (forgotten !== undefined && tags.length > 0) return [...(states ?? NO_STATES), forgotten]
      return states ?? NO_STATES
    },
    invalidateTags: (tags, invalidation: Invalidation) => {
      const state = invalidationState(invalidation)
      for (const tag of tags) {
        const before = tagStates.get(tag)
        tagStates.delete(tag) // so that the Map's order is that of the latest invalidation
        tagStates.set(tag, before === undefined ? state : mergeTagStates(before, state))
        if (tagStates.size > maxTags) forgetOldest()
      }
    },
  }
}

function entryBytes(entry: CacheEntry, key: string): number {
  const text = key.length + JSON.stringify(entry.value).length + entry.tags.join().length
  return ENTRY_OVERHEAD + 2 * text + (entry.body?.byteLength ?? 0)
}

function checkBound(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name} must be a positive integer; got ${String(value)}`)
  return value
}
