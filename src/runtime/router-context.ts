import type { CacheStore } from '../cache/store.js'
import { EveryrouteError } from '../routing/errors.js'
import { MANIFEST_VERSION, type RouteManifest } from '../routing/manifest.js'
import type { CacheHandle, ErrorContext, Prerendered, RouterContext } from './context.js'
import { createDraftModeSecret } from './draft-mode.js'
import { HAS_INSTRUMENTATION, HAS_STATIC, IS_LIBRARY } from './features.js'
import { createInstrumentation } from './instrumentation.js'
import { createResponses } from './responses.js'

export interface RouterOptions {
  /** Answers exactly as Next.js does, accidents included. Default `false`. */
  strict?: boolean
  /** Tries failed module loads again and shows errors in answers. Never in production. Default `false`. */
  development?: boolean
  /** Overrides the manifest's. `''` or `/base`. */
  basePath?: string
  /** Overrides the manifest's. */
  trailingSlash?: boolean
  /** Overrides the manifest's. */
  authInterrupts?: boolean
  /**
   * Value of the draft mode cookie: 16 characters or more, the same in all processes of a deployment. Whoever knows it
   * reads drafts. Default: random, made anew by each process.
   */
  draftModeSecret?: string
  /** Where static answers and data are kept. Default: memory, 64 MiB, the least recently used dropped first. */
  cache?: CacheStore
  /** Loads what a build has prerendered; asked for when something kept is first looked for. Default: nothing. */
  prerendered?: () => Promise<Prerendered>
  /** Gets every error that is not sent to a client. Default: `console.error`. */
  logError?: (error: unknown, context: ErrorContext) => void
}

const BASE_PATH = /^\/[^?#\\]*[^/?#\\]$/

function requireBasePath(basePath: string): string {
  if (!IS_LIBRARY || basePath === '' || (BASE_PATH.test(basePath) && !basePath.includes('//'))) return basePath
  throw new TypeError(
    `basePath is ${JSON.stringify(basePath)}; give '' or a path that starts and does not end with a slash, such as '/api'`,
  )
}

function requireManifest(manifest: RouteManifest): void {
  if (manifest?.version === MANIFEST_VERSION) return
  throw new EveryrouteError(
    'ERR_MANIFEST_VERSION',
    `The manifest has version ${String(manifest?.version)}; this everyroute reads version ${MANIFEST_VERSION}.`,
    {
      fix: 'Run `everyroute typegen` with the version of everyroute that the application uses.',
    },
  )
}

function draftModeSecret(given: string | undefined): () => string {
  if (given !== undefined && given.length < 16) throw new TypeError(`draftModeSecret has ${given.length} characters; give 16 or more`)
  // A build always gives one.
  if (!IS_LIBRARY) return () => given!
  let secret = given
  return () => (secret ??= createDraftModeSecret())
}

/** The default of `logError`. */
export function logToConsole(error: unknown, context: ErrorContext): void {
  const where = [context.phase, context.method, context.pathname, context.file && `(${context.file})`].filter(Boolean).join(' ')
  console.error(`everyroute: ${where}:`, error)
}

const NOTHING: Prerendered = { entries: {}, settled: [], dynamic: {} }

function createCacheHandle({ cache: store, prerendered: load }: RouterOptions, report: (error: unknown) => void): CacheHandle {
  if (!HAS_STATIC) return { store, prerendered: undefined, report, cache: undefined }
  let loaded: Promise<Prerendered> | undefined
  const loadOnce = (): Promise<Prerendered> =>
    (loaded ??= load!().catch((error: unknown) => {
      report(error)
      return NOTHING
    }))
  return { store, prerendered: load && loadOnce, report, cache: undefined }
}

/**
 * Settles what all requests share.
 * @throws {EveryrouteError} `ERR_MANIFEST_VERSION`
 * @throws {TypeError} where an option's value is out of its range
 */
export function createContext(manifest: RouteManifest, options: RouterOptions): RouterContext {
  if (IS_LIBRARY) requireManifest(manifest)
  const { strict = false, development = false, logError = logToConsole } = options
  return {
    strict,
    development,
    basePath: requireBasePath(options.basePath ?? manifest.basePath ?? ''),
    trailingSlash: options.trailingSlash ?? manifest.trailingSlash ?? false,
    authInterrupts: options.authInterrupts ?? manifest.authInterrupts ?? false,
    responses: createResponses({ strict, development }),
    draftMode: { secret: draftModeSecret(options.draftModeSecret), secure: !development },
    cache: createCacheHandle(options, (error) => logError(error, { phase: 'cache' })),
    report: logError,
    instrumentation: HAS_INSTRUMENTATION ? createInstrumentation(manifest, development, logError) : undefined,
  }
}
