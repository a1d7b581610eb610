import type { RouteEntry } from './context.js'
import { HAS_TRAILING_SLASH } from './features.js'
import type { FileRoutes } from './file-routes.js'
import type { RouteMatch } from './matcher.js'
import { canonicalPathname } from './slashes.js'

/** A match of {@link findPlain} for whoever looks for the path next. */
export interface SpareMatch {
  readonly path: string
  readonly match: RouteMatch<RouteEntry>
  /** Whether a context is all that the path is looked for. */
  readonly isForContext: boolean
}

/** Takes a match that was left for a path: what is in its params is one request's. */
export function takeSpare(files: FileRoutes, path: string): SpareMatch | undefined {
  const { spare } = files
  if (!spare) return undefined
  files.spare = undefined
  return spare.path === path ? spare : undefined
}

/** The file of a canonical path, where instrumentation is registered and no proxy stands in front. */
export function findPlain(files: FileRoutes, path: string): RouteMatch<RouteEntry> | undefined {
  const { instrumentation, trailingSlash } = files.context
  if (instrumentation && !instrumentation.isRegistered) return undefined
  const spare = takeSpare(files, path)
  if (spare) return spare.match
  try {
    const match = files.match(path)
    if (!match) return undefined
    const isCanonical = path === match.route.pathname && !(HAS_TRAILING_SLASH && trailingSlash)
    return isCanonical || canonicalPathname(path, files.context) === undefined ? match : undefined
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
