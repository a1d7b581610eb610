/** A cache life: all in seconds, 0 or more, `Infinity` for never. */
export interface CacheProfile {
  /** How long a client may use a value without asking. Kept for Next.js's sake; nothing here reads it. */
  readonly stale?: number
  /** After how long a value is made anew in the background. */
  readonly revalidate?: number
  /** After how long a stale value must not be answered any more. Default: never. */
  readonly expire?: number
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Next.js's own profiles. */
export const CACHE_PROFILES: Readonly<Record<string, CacheProfile>> = {
  default: { revalidate: 15 * MINUTE, expire: Number.POSITIVE_INFINITY },
  seconds: { stale: 30, revalidate: 1, expire: MINUTE },
  minutes: { stale: 5 * MINUTE, revalidate: MINUTE, expire: HOUR },
  hours: { stale: 5 * MINUTE, revalidate: HOUR, expire: DAY },
  days: { stale: 5 * MINUTE, revalidate: DAY, expire: 7 * DAY },
  weeks: { stale: 5 * MINUTE, revalidate: 7 * DAY, expire: 30 * DAY },
  max: { stale: 5 * MINUTE, revalidate: 30 * DAY, expire: 365 * DAY },
}

/**
 * How many seconds entries may still be answered as stale once `revalidateTag(tag, profile)` was called: 0 without a profile.
 * @throws TypeError for an unknown profile and for values that aren't seconds
 */
export function staleSeconds(profile: string | CacheProfile | undefined, profiles: Readonly<Record<string, CacheProfile>>): number {
  if (profile === undefined || profile === '') return 0
  if (typeof profile !== 'string') {
    checkProfile(profile)
    return profile.expire ?? Number.POSITIVE_INFINITY
  }
  const known = Object.hasOwn(profiles, profile) ? profiles[profile] : undefined
  if (known === undefined) {
    throw new TypeError(`Unknown cache profile ${JSON.stringify(profile)}; known are ${Object.keys(profiles).join(', ')}`)
  }
  return known.expire ?? Number.POSITIVE_INFINITY
}

function checkProfile(profile: CacheProfile): void {
  const revalidate = checkSeconds('revalidate', profile.revalidate ?? 0)
  const expire = checkSeconds('expire', profile.expire ?? Number.POSITIVE_INFINITY)
  checkSeconds('stale', profile.stale ?? 0)
  if (revalidate > expire) {
    throw new TypeError(`A profile's expire must not be less than its revalidate; got expire ${expire} and revalidate ${revalidate}`)
  }
}

/**
 * The value itself.
 * @throws TypeError unless it is a number of seconds, 0 or more
 */
export function checkSeconds(name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new TypeError(`${name} must be a number of seconds, 0 or more; got ${String(value)}`)
  }
  return value
}
