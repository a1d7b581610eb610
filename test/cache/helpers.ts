import { vi } from 'vitest'
import { Cache, type CacheOptions, type CacheValue } from '../../src/cache/cache.js'
import { memoryStore } from '../../src/cache/memory.js'
import type { CacheStore } from '../../src/cache/store.js'

/** A cache on a clock that the test turns, with what it reported. */
export function setUp(options: CacheOptions & { store?: CacheStore } = {}) {
  const clock = { time: 1_000_000 }
  const errors: [unknown, { phase: string; key: string }][] = []
  const store = options.store ?? memoryStore()
  const cache = new Cache(store, { now: () => clock.time, onError: (error, context) => void errors.push([error, context]), ...options })
  const seconds = (n: number): void => {
    clock.time += n * 1000
  }
  return { cache, store, clock, errors, seconds }
}

/** A store whose every call takes its time, as one behind a wire. */
export function slowStore(inner: CacheStore = memoryStore()): CacheStore & { reads: number } {
  const later = async <T>(run: () => T): Promise<Awaited<T>> => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
    return await run()
  }
  const slow = {
    reads: 0,
    get: (key: string) => {
      slow.reads++
      return later(() => inner.get(key))
    },
    set: (...args: Parameters<CacheStore['set']>) => later(() => inner.set(...args)),
    delete: (key: string) => later(() => inner.delete(key)),
    readTags: (tags: readonly string[]) => later(() => inner.readTags(tags)),
    invalidateTags: (...args: Parameters<CacheStore['invalidateTags']>) => later(() => inner.invalidateTags(...args)),
  }
  return slow
}

/** A producer of 1, 2, 3 …, with lifetimes and tags. */
export function counter(fields: Partial<CacheValue> = {}) {
  let runs = 0
  return vi.fn(async (): Promise<CacheValue> => ({ value: ++runs, ...fields }))
}

export function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

export async function ask(cache: Cache, produce: () => Promise<CacheValue>, options: Parameters<Cache['remember']>[1] = {}) {
  const background: Promise<unknown>[] = []
  const { entry, state } = await cache.remember('key', { ...options, waitUntil: (work) => void background.push(work) }, produce)
  await Promise.all(background)
  return `${entry.value} ${state}`
}
