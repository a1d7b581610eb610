import type { CacheEntry, TagState } from './store.js'

/** `fresh`: answer it. `stale`: answer it and make a new one. `expired`: make a new one and answer that. */
export type Freshness = 'fresh' | 'stale' | 'expired'

/**
 * What an entry's age says. An entry is fresh up to and including `revalidate` seconds, as in Next.js.
 * @param now ms since the epoch
 * @param revalidate seconds; the reader's own limit in place of the entry's
 */
export function freshnessByAge(entry: CacheEntry, now: number, revalidate: number | false = entry.revalidate): Freshness {
  const age = now - entry.createdAt
  if (entry.expire !== undefined && age > entry.expire * 1000) return 'expired'
  return revalidate !== false && age > revalidate * 1000 ? 'stale' : 'fresh'
}

/**
 * What the states of an entry's tags say. An invalidation in the very millisecond in which the entry was begun
 * counts: one production too many is better than an old value kept for good.
 * @param now ms since the epoch
 */
export function freshnessByTags(entry: CacheEntry, states: readonly TagState[], now: number): Freshness {
  let freshness: Freshness = 'fresh'
  for (const { expiredAt, staleAt, staleUntil } of states) {
    if (expiredAt >= entry.startedAt) return 'expired'
    // As in Next.js, what was made while the tag was stale expires with it.
    if (now >= staleUntil && staleUntil >= entry.startedAt) return 'expired'
    if (staleAt >= entry.startedAt) freshness = 'stale'
  }
  return freshness
}
