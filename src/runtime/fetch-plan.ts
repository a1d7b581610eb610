import type { RequestScope } from './scope.js'

/** What a call of `fetch` asks for. */
export interface FetchWish {
  readonly cache: string | undefined
  /** Seconds; `false`: until invalidated. */
  readonly revalidate: number | false | undefined
}

export interface FetchPlan {
  /** Seconds for which the answer is kept; `false`: until invalidated; 0: it isn't kept. */
  readonly revalidate: number | false
  /** Whether it was asked, and not merely left out, that the answer isn't kept: a route's own can't be kept either then. */
  readonly optsOut: boolean
  /** What is wrong with the options, both of which are ignored then. */
  readonly warning?: string
}

/** @throws {Error} where `revalidate` is neither a number of 0 or more nor `false` */
function checkRevalidate(revalidate: unknown, route: string): number | false | undefined {
  if (revalidate === undefined || revalidate === false) return revalidate
  if (revalidate === Number.POSITIVE_INFINITY) return false
  if (typeof revalidate === 'number' && revalidate >= 0) return revalidate
  throw new Error(`Invalid revalidate value "${String(revalidate)}" on "${route}", must be a non-negative number or false`)
}

const isConflict = ({ cache, revalidate }: FetchWish): boolean =>
  (cache === 'force-cache' && revalidate === 0) || (cache === 'no-store' && revalidate !== undefined && revalidate !== 0)

/** Throws where the call asks for what the file's `fetchCache` forbids. */
function checkFetchCache(fetchCache: string | undefined, cache: string | undefined, url: string): void {
  if (fetchCache === 'only-no-store' && cache === 'force-cache') {
    throw new Error(`cache: 'force-cache' used on fetch for ${url} with 'export const fetchCache = 'only-no-store'`)
  }
  if (fetchCache === 'only-cache' && cache === 'no-store') {
    throw new Error(`cache: 'no-store' used on fetch for ${url} with 'export const fetchCache = 'only-cache'`)
  }
}

const KEPT: FetchPlan = { revalidate: false, optsOut: false }
const OPTED_OUT: FetchPlan = { revalidate: 0, optsOut: true }

/** The plan for a call that says nothing of a lifetime. */
function planDefault(fetchCache: string | undefined, cache: string | undefined, scope: RequestScope | undefined): FetchPlan {
  if (fetchCache === 'default-cache' || fetchCache === 'only-cache') return KEPT
  if (fetchCache === 'default-no-store') return OPTED_OUT
  // `reload` and `only-if-cached` are kept by Next.js, against what the words say, and all that `fetchCache = 'auto'` stands above.
  const isAccident = scope?.strict === true && (fetchCache === 'auto' || (cache !== undefined && cache !== 'default'))
  return { revalidate: isAccident ? (scope.staticAttempt?.revalidate ?? false) : 0, optsOut: false }
}

/** The lifetime that a call asks for; `undefined` where it says nothing of one. In this order, `force-cache` wins over the file. */
function wishedLifetime(wish: FetchWish, fetchCache: string | undefined, scope: RequestScope | undefined): number | false | undefined {
  const { cache, revalidate } = wish
  if (cache === 'force-cache' && revalidate === undefined) return false
  if (cache === 'no-store' || cache === 'no-cache') return 0
  if (fetchCache === 'force-no-store' || fetchCache === 'only-no-store') return 0
  // Of a file that is forced to be dynamic, `revalidate: false` is taken for nothing said.
  if (scope?.forceDynamic && fetchCache === undefined && cache === undefined && !revalidate) return 0
  return revalidate
}

/**
 * Decides whether and for how long an answer is kept: by the call's own options, then the file's `fetchCache`.
 * @throws {Error} where an option is invalid or the file's `fetchCache` forbids it
 * @see https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config#fetchcache
 */
export function planFetch(given: FetchWish, scope: RequestScope | undefined, url: string): FetchPlan {
  const fetchCache = scope?.phase === 'cache' ? 'force-no-store' : scope?.fetchCache
  if (isConflict(given)) {
    const warning = `fetch ${url}: "cache: ${given.cache}" and "revalidate: ${String(given.revalidate)}" contradict each other; give only one.`
    return { ...planFetch({ cache: undefined, revalidate: undefined }, scope, url), warning }
  }
  const wish = { cache: given.cache, revalidate: checkRevalidate(given.revalidate, scope?.route ?? 'fetch') }
  checkFetchCache(fetchCache, wish.cache, url)
  const lifetime = wishedLifetime(wish, fetchCache, scope)
  if (fetchCache === 'force-cache' && (lifetime === undefined || lifetime === 0)) return KEPT
  if (lifetime === undefined) return planDefault(fetchCache, wish.cache, scope)
  return lifetime === 0 ? OPTED_OUT : { revalidate: lifetime, optsOut: false }
}
