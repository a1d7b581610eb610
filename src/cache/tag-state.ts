import type { Invalidation, TagState } from './store.js'

/** The state that one invalidation gives a tag. */
export function invalidationState({ at, expireIn = 0 }: Invalidation): TagState {
  return expireIn === 0
    ? { expiredAt: at, staleAt: 0, staleUntil: Number.POSITIVE_INFINITY }
    : { expiredAt: 0, staleAt: at, staleUntil: at + expireIn * 1000 }
}

/** Both states in one. The order doesn't matter, so that two processes that merge arrive at the same state. */
export function mergeTagStates(a: TagState, b: TagState): TagState {
  const stale = a.staleAt > b.staleAt ? a : b
  return { expiredAt: Math.max(a.expiredAt, b.expiredAt), staleAt: stale.staleAt, staleUntil: stale.staleUntil }
}

/** A state as `expiredAt staleAt staleUntil`, for stores that keep text. Redis merges this form too. */
export function encodeTagState(state: TagState): string {
  return `${state.expiredAt} ${state.staleAt} ${state.staleUntil}`
}

/**
 * The state that a text stands for; `undefined` for `null`. Anything else, such as a file read while it was
 * written, gives a state that expires all entries: a tag that may have been invalidated counts as invalidated.
 */
export function decodeTagState(text: unknown): TagState | undefined {
  if (text === null || text === undefined) return undefined
  const [expiredAt, staleAt, staleUntil, rest] = typeof text === 'string' ? text.split(' ').map(Number) : []
  if (!isTime(expiredAt) || !isTime(staleAt) || !isTime(staleUntil) || rest !== undefined) {
    return { expiredAt: Number.POSITIVE_INFINITY, staleAt: 0, staleUntil: Number.POSITIVE_INFINITY }
  }
  return { expiredAt, staleAt, staleUntil }
}

function isTime(value: number | undefined): value is number {
  return value !== undefined && value >= 0
}
