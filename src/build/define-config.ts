/** The settings of a project, the default export of `everyroute.config.ts`. Folders are relative to the project root. */
export interface EveryrouteConfig {
  /** The routes folder. Default: the first that exists of `routes`, `app`, `src/routes`, `src/app`. */
  readonly routesDir?: string | undefined
  /** Where `everyroute build` writes. Default `.output`. */
  readonly outDir?: string | undefined
  /** `''`, or a path that starts with `/` and does not end with one, below which all routes are served. Default `''`. */
  readonly basePath?: string | undefined
  /** Whether the canonical form of a path ends with `/`. Default `false`. */
  readonly trailingSlash?: boolean | undefined
  /** Lets `forbidden()` and `unauthorized()` answer 403 and 401, as `experimental.authInterrupts` of Next.js. Default `false`. */
  readonly authInterrupts?: boolean | undefined
  /** Port of `dev` and `start`, 0 to 65,535; 0 picks a free one. `PORT` and `--port` win. Default 3000. */
  readonly port?: number | undefined
  /** Host name or address on which `dev` and `start` listen. `HOST` and `--host` win. */
  readonly hostname?: string | undefined
  /**
   * Module that keeps static answers and cached data in place of each process's memory: its default export is a `CacheStore`,
   * or a function that gives one or a promise of one. Default: memory, 64 MiB per process.
   */
  readonly cacheHandler?: string | undefined
  /** Seconds, more than 0: how long `build` waits for one answer that it prerenders. Default 60. */
  readonly staticPageGenerationTimeout?: number | undefined
  /** Packages that `build` leaves outside the bundle, by name. Native packages are found without it. Default `[]`. */
  readonly external?: readonly string[] | undefined
}

/** Types the settings as they are written; returns them as they are. */
export function defineConfig(config: EveryrouteConfig): EveryrouteConfig {
  return config
}
