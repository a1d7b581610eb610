import type { ManifestFile, RouteManifest, RouteModule } from '../routing/manifest.js'
import type { ErrorContext } from './context.js'
import { FileLoader } from './route-loader.js'

export type RevalidateReason = 'stale'

/** The project's `instrumentation.ts`. */
export interface Instrumentation {
  readonly file: string
  /** Whether `register` has ended well, so that nobody need wait. */
  readonly isRegistered: boolean
  /**
   * Runs the file's `register` once. Rejects, as in Next.js each time, where it fails.
   * @see https://nextjs.org/docs/app/api-reference/file-conventions/instrumentation
   */
  register(): Promise<void>
  /**
   * Hands an error to the file's `onRequestError`. Never rejects.
   * @param revalidateReason `'stale'` where the answer was to be kept. Default: it was for this request alone
   */
  onRequestError(error: unknown, request: Request, routePath: string, revalidateReason?: RevalidateReason): Promise<void>
}

/** Registrations by module: in development one module serves many routers, one after another. */
const registrations = new WeakMap<RouteModule, Promise<void>>()

const failure = (cause: unknown): Error =>
  new Error(`An error occurred while loading instrumentation hook: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })

function registerOnce(module: RouteModule): Promise<void> {
  let registration = registrations.get(module)
  if (!registration) {
    const { register } = module
    registration = Promise.resolve()
      .then(() => (typeof register === 'function' ? register() : undefined))
      .catch((cause: unknown) => {
        throw failure(cause)
      })
    registrations.set(module, registration)
  }
  return registration
}

function describeRequest(request: Request): { path: string; method: string; headers: Record<string, string> } {
  const { pathname, search } = new URL(request.url)
  return { path: pathname + search, method: request.method, headers: Object.fromEntries(request.headers) }
}

class LoadedInstrumentation implements Instrumentation {
  readonly file: string
  isRegistered = false
  readonly #loader: FileLoader
  readonly #report: (error: unknown, context: ErrorContext) => void

  constructor(file: ManifestFile, development: boolean, report: (error: unknown, context: ErrorContext) => void) {
    this.file = file.file
    this.#loader = new FileLoader(file, development)
    this.#report = report
  }

  async register(): Promise<void> {
    await registerOnce(await this.#loader.load())
    this.isRegistered = true
  }

  async onRequestError(error: unknown, request: Request, routePath: string, revalidateReason?: RevalidateReason): Promise<void> {
    try {
      const { onRequestError } = await this.#loader.load()
      if (typeof onRequestError !== 'function') return
      const context = { routerKind: 'App Router', routePath, routeType: 'route', revalidateReason }
      await onRequestError(error, describeRequest(request), context)
    } catch (cause) {
      this.#report(cause, { phase: 'instrumentation', file: this.file })
    }
  }
}

/** @param development whether a file that failed to load is tried again */
export function createInstrumentation(
  manifest: RouteManifest,
  development: boolean,
  report: (error: unknown, context: ErrorContext) => void,
): Instrumentation | undefined {
  return manifest.instrumentation && new LoadedInstrumentation(manifest.instrumentation, development, report)
}
