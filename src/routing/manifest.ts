/**
 * The contract of build and runtime: the build half writes a module whose default export is a
 * {@link RouteManifest}; `createRouter` takes it as its argument.
 */

/** The format that this version writes and reads. A manifest of another version is refused. */
export const MANIFEST_VERSION = 2

/** The methods that Next.js serves, in the order in which Next.js lists them. */
export const ROUTE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH'] as const

export type RouteMethod = (typeof ROUTE_METHODS)[number]

/**
 * Route segment config as a route file exports it.
 * @see https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config
 */
export interface RouteSegmentConfig {
  readonly dynamic?: 'auto' | 'force-dynamic' | 'error' | 'force-static'
  /** Whether params outside `generateStaticParams` are served. Default `true`. */
  readonly dynamicParams?: boolean
  /** Seconds, 0 or more; `false` keeps the answer until it is invalidated. */
  readonly revalidate?: number | false
  readonly fetchCache?: string
  readonly runtime?: 'nodejs' | 'edge' | 'experimental-edge'
  readonly preferredRegion?: string | readonly string[]
  /** Seconds, 1 or more. */
  readonly maxDuration?: number
}

/** A route file's module: handlers under method names, segment config, `generateStaticParams`. */
export type RouteModule = Readonly<Record<string, unknown>>

/** What folders around a route, or around a path without one, say. */
export interface FolderFiles {
  /** `_middleware` files, outermost first: all of them run before any handler. Default: none. */
  readonly middleware?: readonly ManifestFile[]
  /** The nearest `_error` file. */
  readonly error?: ManifestFile
  /** The nearest `_not-found` file. */
  readonly notFound?: ManifestFile
}

/** A folder with such files in it or above it: what holds for paths below it that no route answers. */
export interface ManifestFolder extends FolderFiles {
  /** As a route's: `/users/[id]`; `/` for the routes folder. */
  readonly pathname: string
}

/** One route file, in match order within {@link RouteManifest.routes}. */
export interface ManifestRoute extends FolderFiles {
  /** Next.js's notation without groups and slots: `/users/[id]`. */
  readonly pathname: string
  /** Relative to the routes folder, with `/`: `(shop)/users/[id]/route.ts`. */
  readonly file: string
  /** The methods exported, as far as parsing tells; `undefined` where an `export *` from a package hides them. */
  readonly methods?: readonly string[]
  /** Segment config whose values are literals; the loaded module has the last word. */
  readonly config?: RouteSegmentConfig
  /** Whether the file exports `generateStaticParams`. Default `false`. */
  readonly hasStaticParams?: boolean
  readonly load: () => Promise<RouteModule>
}

/** A module that the runtime loads once: `proxy.ts` and `instrumentation.ts`, a folder's `_middleware.ts` and the like. */
export interface ManifestFile {
  /** With `/`: relative to the project root, a folder's relative to the routes folder. */
  readonly file: string
  readonly load: () => Promise<RouteModule>
}

export interface RouteManifest {
  readonly version: typeof MANIFEST_VERSION
  /** `''` or `/base`, as in `next.config`. Default `''`. */
  readonly basePath?: string
  /** As in `next.config`. Default `false`. */
  readonly trailingSlash?: boolean
  /** `experimental.authInterrupts` of `next.config`: lets `forbidden()` and `unauthorized()` answer. Default `false`. */
  readonly authInterrupts?: boolean
  readonly proxy?: ManifestFile
  readonly instrumentation?: ManifestFile
  /** In Next.js's match order. */
  readonly routes: readonly ManifestRoute[]
  /** In the same order. Default: none. */
  readonly folders?: readonly ManifestFolder[]
}
