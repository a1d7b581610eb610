import { isPromise } from '../cache/cache.js'
import { decodeEntry } from '../cache/codec.js'
import type { CacheEntry, CacheStore, Invalidation, MaybePromise, TagState } from '../cache/store.js'
import type { Prerendered } from './context.js'

const newer = (kept: CacheEntry | undefined, built: CacheEntry | undefined): CacheEntry | undefined =>
  kept === undefined || (built !== undefined && built.createdAt > kept.createdAt) ? built : kept

/**
 * A store in front of which lies what a build has made, read from the build's output with the first look-up. What the build
 * made counts until the store has something newer, so that a store which forgets, or which an earlier deployment filled, does no harm.
 */
export class PrerenderedStore implements CacheStore {
  readonly #store: CacheStore
  readonly #load: () => Promise<Prerendered>
  /** Entries as text until they are first read; `undefined` until they are loaded. */
  #built: Map<string, CacheEntry | string> | undefined

  constructor(store: CacheStore, load: () => Promise<Prerendered>) {
    this.#store = store
    this.#load = load
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    const kept = this.#store.get(key)
    return this.#built && !isPromise(kept) ? newer(kept, this.#entry(key)) : this.#getLater(key, kept)
  }

  async set(key: string, entry: CacheEntry): Promise<void> {
    await this.#store.set(key, entry)
    if (newer(entry, this.#entry(key)) === entry) this.#built?.delete(key)
  }

  async delete(key: string): Promise<void> {
    ;(await this.#open()).delete(key)
    await this.#store.delete(key)
  }

  readTags(tags: readonly string[]): MaybePromise<readonly TagState[]> {
    return this.#store.readTags(tags)
  }

  invalidateTags(tags: readonly string[], invalidation: Invalidation): MaybePromise<void> {
    return this.#store.invalidateTags(tags, invalidation)
  }

  close(): MaybePromise<void> {
    return this.#store.close?.()
  }

  async #open(): Promise<Map<string, CacheEntry | string>> {
    const { entries } = await this.#load()
    return (this.#built ??= new Map(Object.entries(entries)))
  }

  async #getLater(key: string, reading: MaybePromise<CacheEntry | undefined>): Promise<CacheEntry | undefined> {
    const [kept] = await Promise.all([reading, this.#open()])
    return newer(kept, this.#entry(key))
  }

  #entry(key: string): CacheEntry | undefined {
    const found = this.#built?.get(key)
    if (typeof found !== 'string') return found
    const entry = decodeEntry(found)
    if (entry) this.#built?.set(key, entry)
    else this.#built?.delete(key)
    return entry
  }
}
