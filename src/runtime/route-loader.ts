import type { Result } from 'hono/router'
import type { ManifestFile, ManifestRoute, RouteModule } from '../routing/manifest.js'
import type { RouteEntry } from './context.js'
import type { FolderGuard } from './folder-guard.js'
import type { RouteHandlerFunction } from './methods.js'
import type { Registered } from './registered.js'

/** A file whose module is loaded on first use and kept. Parallel first requests share one load. */
export class FileLoader {
  readonly file: string
  /** Once it is loaded. */
  loaded: RouteModule | undefined = undefined
  readonly #source: ManifestFile
  readonly #retry: boolean
  #pending: Promise<RouteModule> | undefined = undefined

  /** @param retry whether a failed load is tried again on the next request; otherwise it keeps failing with the same error */
  constructor(source: ManifestFile, retry: boolean) {
    this.file = source.file
    this.#source = source
    this.#retry = retry
  }

  load(): RouteModule | Promise<RouteModule> {
    return this.loaded ?? (this.#pending ??= this.#begin())
  }

  async #begin(): Promise<RouteModule> {
    try {
      // Also where it throws at once.
      const module = await Promise.resolve().then(() => this.#source.load())
      this.loaded = module
      return module
    } catch (error) {
      if (this.#retry) this.#pending = undefined
      throw error
    }
  }
}

/** A route of the table. */
export class LoadableRoute extends FileLoader implements RouteEntry {
  readonly pathname: string
  readonly guard: FolderGuard | undefined
  /** Whether its configuration asks for more than running its handlers, once it is loaded and somebody has asked. */
  isKept: boolean | undefined = undefined
  /** The file's GET, once it is known that running it is all there is to do. */
  plainGet: RouteHandlerFunction | undefined = undefined
  /** What Hono's router would give for it, once a context has been made. */
  matchResult: Result<Registered> | undefined = undefined

  constructor(route: ManifestRoute, guard: FolderGuard | undefined, retry: boolean) {
    super(route, retry)
    this.pathname = route.pathname
    this.guard = guard
  }
}
