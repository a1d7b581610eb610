import type { RequestScope } from './scope.js'

/** The cache that handlers read and invalidate through `next/cache` and `fetch`. */
export interface DataCache {
  /** Applies the invalidations that a handler asked for; called when it has answered, not when it failed. */
  settle(scope: RequestScope): Promise<void>
}
