/**
 * The cache: judges what a {@link CacheStore} keeps, and makes anew what is stale, once for all who ask.
 *
 * ```ts
 * const cache = new Cache(memoryStore(), { onError })
 * const { entry, state } = await cache.remember(await cacheKey('answer', pathname), { waitUntil }, async () => {
 *   const response = await handle()
 *   return { value: { status, headers }, body, tags: [...pathTags(pathname, page), ...tagsUsed], revalidate: 60 }
 * })
 * await cache.revalidateTag(revalidatePathTags('/users/7'))
 * ```
 *
 * - A static answer learns its tags and lifetime by being made: `produce` returns them and the options stay empty. If the
 *   handler turns out to need the request, `produce` returns `revalidate: 0`: it isn't kept, and callers who were waiting
 *   for it make their own, so that nobody gets an answer made for somebody else.
 * - `fetch` and `unstable_cache` know both before: `{ tags, revalidate }` as options, the route's `pathTags` as `softTags`.
 * - `produce` runs in the context of the caller that made it necessary, of which it must not depend; it must not ask for
 *   the key that it is making, for it would wait for itself.
 * - With a store in memory, `lookup` and a fresh `remember` return values, not promises.
 */
import { CACHE_PROFILES, type CacheProfile, checkSeconds, staleSeconds } from './profiles.js'
import { type Freshness, freshnessByAge, freshnessByTags } from './staleness.js'
import type { CacheEntry, CacheStore, JsonValue, MaybePromise, TagState } from './store.js'
import { encodeTag } from './tags.js'

export interface CacheErrorContext {
  /** `read` and `write`: the store failed and was passed by. `refresh`: a new value could not be made and the stale one stays. */
  readonly phase: 'read' | 'write' | 'refresh'
  readonly key: string
}

export interface CacheOptions {
  /** ms since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Told of every failure that callers don't see. Default: `console.error`. */
  readonly onError?: (error: unknown, context: CacheErrorContext) => void
  /** Profiles by name for {@link Cache.revalidateTag}, beside and before Next.js's own. */
  readonly profiles?: Readonly<Record<string, CacheProfile>>
}

/** What is to be kept. */
export interface CacheValue {
  readonly value: JsonValue
  /** Belongs to the cache from then on. */
  readonly body?: Uint8Array
  /** Default: none. */
  readonly tags?: readonly string[]
  /** Seconds; `false` and `Infinity`: never stale by age; 0: don't keep it. Default `false`. */
  readonly revalidate?: number | false
  /** Seconds, 0 or more. Default: never. */
  readonly expire?: number
}

export interface LookupOptions {
  /** Tags to heed beside the entry's own. Default: none. */
  readonly tags?: readonly string[]
  /** The reader's own limit in seconds in place of the entry's `revalidate`. Default: the entry's. */
  readonly revalidate?: number | false
}

export interface Lookup {
  /** Absent for a miss; for `expired` what must not be answered any more. */
  readonly entry: CacheEntry | undefined
  readonly state: Freshness | 'miss'
}

export interface RememberOptions {
  /** Kept with a new entry, unless `produce` gives its own, and heeded on reading. Default: none. */
  readonly tags?: readonly string[]
  /** Heeded on reading, not kept: the caller's path tags, where other callers share the entry. Default: none. */
  readonly softTags?: readonly string[]
  /**
   * Seconds; `false`: never stale by age; 0: neither read nor kept. Given, it is the limit on reading and the default of
   * what `produce` returns. Default: the entry's own on reading, `false` for a new one.
   */
  readonly revalidate?: number | false
  /** Seconds: the default of what `produce` returns. Default: never. */
  readonly expire?: number
  /** Seconds, 0 or more, until a refresh that failed is tried again. Default, as in Next.js: `revalidate`, but from 3 to 30. */
  readonly retryAfter?: number
  /**
   * Takes work that others may wait for, or that goes on after the answer: making a missing entry, refreshing a stale one.
   * What it takes never rejects. On Workers `ctx.waitUntil`, without which such work ends with the request. Default: none.
   */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

export interface Remembered {
  readonly entry: CacheEntry
  /** `miss`: made for this call, or for one it waited with. */
  readonly state: 'fresh' | 'stale' | 'miss'
}

/** @param stale the entry that is made anew behind its answer; throwing keeps it, for `revalidate: 0` takes it away */
export type Produce = (stale?: CacheEntry) => MaybePromise<CacheValue>

/** How many keys whose refresh failed are held back one by one; the oldest is simply tried again earlier. */
const MAX_HELD_BACK = 1000

/**
 * ms after which nobody waits any more for work that was begun. It may never end: a Workers isolate stops it when the
 * request that began it is over.
 */
const ABANDONED_AFTER = 60_000

interface Flight {
  readonly answer: Promise<Remembered>
  readonly begunAt: number
}

/** Nothing that may be answered. */
export const MISS: Lookup = { entry: undefined, state: 'miss' }

export class Cache {
  readonly #store: CacheStore
  readonly #clock: () => number
  readonly #onError: (error: unknown, context: CacheErrorContext) => void
  readonly #profiles: Readonly<Record<string, CacheProfile>>
  #lastTime = 0
  /** Running calls by key that wait for the store or for a new value; others join them. */
  readonly #flights = new Map<string, Flight>()
  /** Keys that are being made anew, with the time in ms at which that began. */
  readonly #refreshes = new Map<string, number>()
  /** Keys whose refresh failed, with the time in ms at which it is tried again. */
  readonly #retryAt = new Map<string, number>()

  constructor(store: CacheStore, options: CacheOptions = {}) {
    this.#store = store
    this.#clock = options.now ?? Date.now
    this.#onError = options.onError ?? ((error, { phase, key }) => console.error(`Cache ${phase} failed for ${key}:`, error))
    this.#profiles = { ...CACHE_PROFILES, ...options.profiles }
  }

  /** ms since the epoch, larger with every call: within a process, entries and invalidations of one millisecond keep their order. */
  now(): number {
    this.#lastTime = Math.max(this.#clock(), this.#lastTime + 0.001)
    return this.#lastTime
  }

  /** What is kept under the key, and whether it may be answered. A store that fails is reported and counts as a miss. */
  lookup(key: string, options: LookupOptions = {}): MaybePromise<Lookup> {
    try {
      const found = this.#store.get(key)
      const looked = isPromise(found) ? found.then((entry) => this.#judge(entry, options)) : this.#judge(found, options)
      return isPromise(looked) ? looked.catch((error: unknown) => this.#unread(error, key)) : looked
    } catch (error) {
      return this.#unread(error, key)
    }
  }

  /**
   * Keeps a value, unless its `revalidate` is 0. A store that fails is reported.
   * @param times in ms since the epoch: when producing began (default now) and ended (default now)
   * @returns the entry as kept
   * @throws TypeError for lifetimes that aren't seconds
   */
  async set(key: string, value: CacheValue, times: { startedAt?: number; createdAt?: number } = {}): Promise<CacheEntry> {
    const startedAt = times.startedAt ?? this.now()
    const entry = createEntry(value, {}, startedAt, times.createdAt ?? this.now())
    await this.#save(key, entry)
    return entry
  }

  /** Forgets a key. Rejects where the store fails. */
  async delete(key: string): Promise<void> {
    await this.#store.delete(key)
  }

  /**
   * What is kept under the key, made by `produce` where there is nothing that may be answered. A stale entry is answered
   * and made anew in the background. However many ask at once, `produce` runs once per key in this process; only those
   * who ask after an invalidation never get what was begun before it.
   * @throws TypeError for lifetimes that aren't seconds; whatever `produce` throws where there is nothing to answer instead
   */
  remember(key: string, options: RememberOptions, produce: Produce): MaybePromise<Remembered> {
    if (options.revalidate === 0) return this.#produceUnshared(options, produce)
    const flight = this.#flights.get(key)
    if (flight !== undefined && this.#isRunning(flight.begunAt)) return this.#join(flight.answer, key, options, produce)
    const looked = this.lookup(key, heeded(options))
    const answer = isPromise(looked)
      ? looked.then((found) => this.#answer(found, key, options, produce))
      : this.#answer(looked, key, options, produce)
    return isPromise(answer) ? this.#fly(key, answer, options) : answer
  }

  /**
   * Invalidates what carries one of the tags. Rejects where the store fails.
   * @param profile without one and with `expire: 0`, entries are not answered any more; with one, such as `'max'`, each is
   *   answered once more as stale while it is made anew, until `expire` seconds from now
   * @throws TypeError for an unknown profile and for lifetimes that aren't seconds
   */
  async revalidateTag(tags: string | readonly string[], profile?: string | CacheProfile): Promise<void> {
    const expireIn = staleSeconds(profile, this.#profiles)
    const names = (typeof tags === 'string' ? [tags] : tags).map(encodeTag)
    if (names.length > 0) await this.#store.invalidateTags(names, { at: this.now(), expireIn })
  }

  /** Ends the store's connections. */
  async close(): Promise<void> {
    await this.#store.close?.()
  }

  #judge(entry: CacheEntry | undefined, options: LookupOptions): MaybePromise<Lookup> {
    if (entry === undefined) return MISS
    const states = this.#tagStates(entry, options.tags)
    return isPromise(states) ? states.then((read) => this.#weigh(entry, read, options)) : this.#weigh(entry, states, options)
  }

  #weigh(entry: CacheEntry, states: readonly TagState[], { revalidate = entry.revalidate }: LookupOptions): Lookup {
    // Asking for the time is a tenth of a kept answer.
    if (revalidate === false && entry.expire === undefined && states.length === 0) return { entry, state: 'fresh' }
    const now = this.#clock()
    const byAge = freshnessByAge(entry, now, revalidate)
    const byTags = byAge === 'expired' ? 'expired' : freshnessByTags(entry, states, now)
    return { entry, state: byTags === 'fresh' ? byAge : byTags }
  }

  #tagStates(entry: CacheEntry, more: readonly string[] | undefined): MaybePromise<readonly TagState[]> {
    return this.#store.readTags(more === undefined || more.length === 0 ? entry.tags : [...entry.tags, ...more.map(encodeTag)])
  }

  #unread(error: unknown, key: string): Lookup {
    this.#onError(error, { phase: 'read', key })
    return MISS
  }

  #answer(found: Lookup, key: string, options: RememberOptions, produce: Produce): MaybePromise<Remembered> {
    const { entry, state } = found
    if (entry === undefined || state === 'miss' || state === 'expired') return this.#load(key, options, produce)
    if (state === 'stale') this.#refresh(key, entry, options, produce)
    return { entry, state }
  }

  #fly(key: string, answer: Promise<Remembered>, options: RememberOptions): Promise<Remembered> {
    const flight: Flight = { answer, begunAt: this.#clock() }
    this.#flights.set(key, flight)
    const land = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    const landed = answer.then(land, land)
    options.waitUntil?.(landed)
    return answer
  }

  #isRunning(begunAt: number | undefined): boolean {
    return begunAt !== undefined && this.#clock() - begunAt < ABANDONED_AFTER
  }

  async #join(joined: Promise<Remembered>, key: string, options: RememberOptions, produce: Produce): Promise<Remembered> {
    const { entry, state } = await joined
    if (entry.revalidate === 0) return this.#produceUnshared(options, produce)
    // The flight may have begun before an invalidation that this caller comes after. Age is left out: what takes longer
    // to make than it lives would be made once for every caller.
    try {
      const states = await this.#tagStates(entry, heeded(options).tags)
      if (freshnessByTags(entry, states, this.#clock()) !== 'expired') return { entry, state }
    } catch (error) {
      this.#onError(error, { phase: 'read', key })
      return this.#produceUnshared(options, produce)
    }
    return this.remember(key, options, produce)
  }

  async #load(key: string, options: RememberOptions, produce: Produce): Promise<Remembered> {
    const made = await this.#produceUnshared(options, produce)
    await this.#save(key, made.entry)
    return made
  }

  async #produceUnshared(options: RememberOptions, produce: Produce): Promise<Remembered> {
    const startedAt = this.now()
    const value = await produce()
    return { entry: createEntry(value, options, startedAt, this.now()), state: 'miss' }
  }

  #refresh(key: string, stale: CacheEntry, options: RememberOptions, produce: Produce): void {
    const now = this.#clock()
    if (this.#isRunning(this.#refreshes.get(key)) || (this.#retryAt.get(key) ?? 0) > now) return
    this.#refreshes.set(key, now)
    const refresh = this.#makeAnew(key, stale, options, produce).finally(() => {
      if (this.#refreshes.get(key) === now) this.#refreshes.delete(key)
    })
    options.waitUntil?.(refresh)
  }

  async #makeAnew(key: string, stale: CacheEntry, options: RememberOptions, produce: Produce): Promise<void> {
    try {
      await undefined // the stale answer goes first
      const { entry } = await this.#produceUnshared(options, () => produce(stale))
      this.#retryAt.delete(key)
      if (entry.revalidate === 0) await this.#forget(key)
      else await this.#save(key, entry)
    } catch (error) {
      this.#holdBack(key, options.retryAfter ?? Math.min(Math.max(stale.revalidate || 3, 3), 30))
      this.#onError(error, { phase: 'refresh', key })
    }
  }

  #holdBack(key: string, seconds: number): void {
    const [oldest] = this.#retryAt.keys()
    if (oldest !== undefined && this.#retryAt.size >= MAX_HELD_BACK) this.#retryAt.delete(oldest)
    this.#retryAt.set(key, this.#clock() + seconds * 1000)
  }

  async #save(key: string, entry: CacheEntry): Promise<void> {
    if (entry.revalidate === 0) return
    try {
      await this.#store.set(key, entry)
    } catch (error) {
      this.#onError(error, { phase: 'write', key })
    }
  }

  /** What may not be kept any more must not go on being answered either. */
  async #forget(key: string): Promise<void> {
    try {
      await this.#store.delete(key)
    } catch (error) {
      this.#onError(error, { phase: 'write', key })
    }
  }
}

/** The options of {@link RememberOptions} that concern reading. */
function heeded(options: RememberOptions): LookupOptions {
  const { tags, softTags, revalidate } = options
  if (softTags === undefined) return options
  return { tags: tags === undefined ? softTags : [...tags, ...softTags], ...(revalidate !== undefined && { revalidate }) }
}

function createEntry(made: CacheValue, defaults: RememberOptions, startedAt: number, createdAt: number): CacheEntry {
  const revalidate = made.revalidate ?? defaults.revalidate ?? false
  const expire = made.expire ?? defaults.expire
  const tags = made.tags ?? defaults.tags ?? []
  if (revalidate !== false) checkSeconds('revalidate', revalidate)
  if (expire !== undefined) checkSeconds('expire', expire)
  return {
    value: made.value,
    ...(made.body !== undefined && { body: made.body }),
    tags: [...new Set(tags.map(encodeTag))],
    startedAt,
    createdAt,
    revalidate: revalidate === Number.POSITIVE_INFINITY ? false : revalidate,
    // JSON has no Infinity, and absent means the same.
    ...(expire !== undefined && expire !== Number.POSITIVE_INFINITY && { expire }),
  }
}

/** Whether a store's answer is still to come. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}
