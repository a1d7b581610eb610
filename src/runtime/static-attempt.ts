import type { CacheEntry } from '../cache/store.js'

const DYNAMIC_USAGE = 'DYNAMIC_SERVER_USAGE'

/** Thrown where a handler reads the request while its answer is made to be kept: the route is dynamic then. */
export class DynamicUsageError extends Error {
  readonly digest: string = DYNAMIC_USAGE
}

/** Whether the error is Next.js's or our signal that a route reads the request. */
export const isDynamicUsage = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'digest' in error && error.digest === DYNAMIC_USAGE

/**
 * How reading the request is treated. `auto`: ends the attempt. `error`: fails the request. `force-static`: reads nothing.
 */
export type StaticMode = 'auto' | 'error' | 'force-static'

/** What is learnt while an answer is made that may be kept. */
export class StaticAttempt {
  readonly mode: StaticMode
  /** Tags of what the handler read from the data cache. */
  readonly tags: Set<string> = new Set()
  /** Running calls of `fetch` whose answers are kept, by key. They never reject; without an entry, the answer is not kept. */
  readonly fetches: Map<string, Promise<CacheEntry | undefined>> = new Map()
  /** Seconds; the shortest lifetime of all that the handler read. `false` for ever. */
  revalidate: number | false
  /** Whether callbacks of `after()` are not run: those of what Next.js makes anew behind a stale answer never are. */
  dropsCallbacks = false
  /** Whether the answer is that of a thrown redirect, notFound or the like. */
  isThrown = false
  /** The first thing that the handler read of the request, kept in case it catches the error. */
  usage: DynamicUsageError | undefined

  constructor(mode: StaticMode, revalidate: number | false = false) {
    this.mode = mode
    this.revalidate = revalidate
  }

  /**
   * Notes that `expression` reads the request.
   * @throws {DynamicUsageError} in mode `auto`
   * @throws {Error} in mode `error`
   */
  readsRequest(route: string, expression: string): void {
    if (this.mode === 'force-static') return
    if (this.mode === 'error') {
      throw new Error(
        `Route ${route} with \`dynamic = "error"\` couldn't be rendered statically because it used \`${expression}\`. Read more: https://nextjs.org/docs/messages/static-to-dynamic-error`,
      )
    }
    this.usage ??= new DynamicUsageError(`Route ${route} couldn't be rendered statically because it used \`${expression}\`.`)
    throw this.usage
  }

  /**
   * Notes that `expression` invalidates what is kept, which no kept answer can do.
   * @throws {DynamicUsageError} always
   */
  invalidates(route: string, expression: string): never {
    this.usage ??= new DynamicUsageError(`Route ${route} couldn't be rendered statically because it used \`${expression}\`.`)
    throw this.usage
  }

  /** Shortens the lifetime to that of something read. */
  limit(seconds: number | false): void {
    if (seconds !== false && (this.revalidate === false || seconds < this.revalidate)) this.revalidate = seconds
  }
}
