import { HAS_BASE_PATH, HAS_TRAILING_SLASH } from './features.js'
import type { FileRoutes } from './file-routes.js'
import type { RouteMatch } from './matcher.js'
import type { LoadableRoute } from './route-loader.js'
import { canonicalPathname } from './slashes.js'

/** A match of {@link findPlain} for whoever looks for the path next. */
export interface SpareMatch {
  readonly path: string
  readonly match: RouteMatch<LoadableRoute>
}

/** Takes a match that was left for a path: what is in its params is one request's. */
export function takeSpare(files: FileRoutes, path: string): SpareMatch | undefined {
  const { spare } = files
  if (!spare) return undefined
  files.spare = undefined
  return spare.path === path ? spare : undefined
}

/** @throws {URIError} where a param has malformed percent-encoding */
function matchCanonical(files: FileRoutes, path: string): RouteMatch<LoadableRoute> | undefined {
  const { basePath, trailingSlash } = files.context
  const isPlain = (!HAS_BASE_PATH || basePath === '') && (!HAS_TRAILING_SLASH || !trailingSlash)
  const match = isPlain ? files.matcher.match(path) : files.match(path)
  if (!match) return match
  // But for a catch-all's, the values of params are not empty and hold no slash.
  if (isPlain && !match.hasSlashes) return match
  return canonicalPathname(path, files.context) === undefined ? match : undefined
}

/** The file of a canonical path, where instrumentation is registered and no proxy stands in front. */
export function findPlain(files: FileRoutes, path: string): RouteMatch<LoadableRoute> | undefined {
  const { instrumentation } = files.context
  if (instrumentation && !instrumentation.isRegistered) return undefined
  const spare = takeSpare(files, path)
  if (spare) return spare.match
  try {
    return matchCanonical(files, path)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
