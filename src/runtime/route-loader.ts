import type { ManifestFile, RouteModule } from '../routing/manifest.js'

/**
 * Loads a module on first use and keeps it. Parallel first requests share one load.
 * @param retry whether a failed load is tried again on the next request; otherwise it keeps failing with the same error
 */
export function createLoader(file: Pick<ManifestFile, 'load'>, retry: boolean): () => RouteModule | Promise<RouteModule> {
  let module: RouteModule | undefined
  let pending: Promise<RouteModule> | undefined
  return () => {
    if (module) return module
    pending ??= Promise.resolve()
      .then(file.load)
      .then((loaded) => (module = loaded))
      .catch((error: unknown) => {
        if (retry) pending = undefined
        throw error
      })
    return pending
  }
}
