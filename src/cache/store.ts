/** What JSON can carry. `undefined`, dates, maps and class instances don't survive a store. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** A value that a store in memory gives at once and a store behind a wire gives later. */
export type MaybePromise<T> = T | Promise<T>

/** What is kept under a key. Entries are shared between all who read them: never change one. */
export interface CacheEntry {
  readonly value: JsonValue
  /** Bytes beside the value, such as the body of an answer. */
  readonly body?: Uint8Array
  readonly tags: readonly string[]
  /** ms since the epoch: when producing began. An invalidation at or after it concerns this entry. */
  readonly startedAt: number
  /** ms since the epoch: when producing ended. Ages count from it. */
  readonly createdAt: number
  /** Seconds after `createdAt` from which the entry is stale, more than 0; `false`: never by age. */
  readonly revalidate: number | false
  /** Seconds after `createdAt` from which the entry must not be answered any more. Default: never by age. */
  readonly expire?: number
}

/** What has been said about a tag; every time is in ms since the epoch, 0 for never. */
export interface TagState {
  /** Entries begun at or before it must not be answered any more. */
  readonly expiredAt: number
  /** Entries begun at or before it are stale. */
  readonly staleAt: number
  /** From then on the entries that `staleAt` made stale must not be answered any more. `Infinity`: no such time. */
  readonly staleUntil: number
}

export interface Invalidation {
  /** ms since the epoch. */
  readonly at: number
  /**
   * Seconds, 0 or more, `Infinity` for never: how long entries may still be answered as stale.
   * Default 0: from now on they must not be answered at all.
   */
  readonly expireIn?: number
}

/**
 * Where a cache keeps entries and tags. A store keeps and finds; it never judges whether an entry is fresh.
 *
 * - Keys and tags are any strings of any length; two that differ never meet.
 * - `set` replaces the whole entry: a reader gets the old one or the new one, never a mixture or a part.
 *   An entry that can't be read whole is a miss.
 * - Entries may be lost at any time (bounds, TTLs, another process). Tag states must outlive every entry
 *   that was begun before them; a store that has to forget one, or can't read one, answers a state that
 *   expires the entries concerned.
 * - Once `set` or `invalidateTags` has settled, a later read through the same store sees it. Whether other
 *   processes see it at once, each store says for itself.
 * - The store keeps no clock of its own for staleness: all times are ms since the epoch as given. Processes
 *   that share a store need clocks in step: an entry begun on a clock that is ahead outlives invalidations by that much.
 * - A failing backend rejects (or throws); the cache answers as if nothing were stored and reports it.
 *
 * A store in memory returns values, not promises, so that a hit costs no more than a `Map` lookup.
 */
export interface CacheStore {
  get(key: string): MaybePromise<CacheEntry | undefined>
  /** The entry belongs to the store from then on. It may be dropped once `expire` is past. */
  set(key: string, entry: CacheEntry): MaybePromise<void>
  delete(key: string): MaybePromise<void>
  /** The states of those of the tags that were ever invalidated, in any order; often the empty array. */
  readTags(tags: readonly string[]): MaybePromise<readonly TagState[]>
  /** Merges with what was said before: an earlier `expiredAt` or `staleAt` never replaces a later one. */
  invalidateTags(tags: readonly string[], invalidation: Invalidation): MaybePromise<void>
  /** Ends connections. Nothing may be called afterwards. */
  close?(): MaybePromise<void>
}

/** Seconds (one year): the longest that a store with TTLs keeps an entry, also one that never expires by age. */
export const MAX_ENTRY_TTL = 31_536_000
