import type { Context } from 'hono'
import type { Handler, Next } from 'hono/types'
import type { RouteManifest } from '../routing/manifest.js'
import type { Arrival } from './arrival.js'
import { answerBehindProxy, type BehindProxy } from './behind-proxy.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { type SpareMatch, takeSpare } from './direct-find.js'
import { presentError } from './error-answer.js'
import { toError } from './error-origin.js'
import {
  CAN_BE_STRICT,
  HAS_BASE_PATH,
  HAS_DIRECT,
  HAS_FOLDER_FILES,
  HAS_INSTRUMENTATION,
  HAS_MIDDLEWARE,
  HAS_PARAMS,
  HAS_PROXY,
} from './features.js'
import { FolderLayer, type OnError, type UnmatchedFolder } from './folder-layer.js'
import type { Instrumentation } from './instrumentation.js'
import { answerMatched } from './match-run.js'
import { createMatcher, createStaticMatcher, type Matcher, type RouteMatch } from './matcher.js'
import { mountOf } from './mount.js'
import { createProxyLayer, type ProxyLayer } from './proxy-layer.js'
import { type Registered, register } from './registered.js'
import { LoadableRoute } from './route-loader.js'
import { canonicalPathname } from './slashes.js'
import { withoutIndex } from './strict-match.js'

/** The file routes of a manifest, behind its proxy. */
export class FileRoutes implements BehindProxy {
  readonly context: RouterContext
  readonly hasProxy: boolean
  /** Of paths without base path and trailing slash. */
  readonly matcher: Matcher<LoadableRoute>
  readonly #proxy: ProxyLayer | undefined
  readonly #folders: FolderLayer | undefined
  readonly #malformed: Registered
  /** A match that nobody has used yet. */
  declare spare: SpareMatch | undefined

  constructor(context: RouterContext, manifest: RouteManifest, onError: OnError) {
    this.context = context
    const { development, responses } = context
    // Without middleware nobody asks the layer how errors are answered.
    const folders = HAS_MIDDLEWARE ? new FolderLayer(context, manifest.folders ?? [], onError) : undefined
    this.#folders = folders
    const matcher = (HAS_PARAMS ? createMatcher : createStaticMatcher)(
      manifest.routes,
      (route) => new LoadableRoute(route, HAS_FOLDER_FILES ? folders?.guardOf(route) : undefined, development),
    )
    this.matcher = CAN_BE_STRICT && HAS_PARAMS && context.strict ? withoutIndex(matcher) : matcher
    this.#proxy = HAS_PROXY && manifest.proxy ? createProxyLayer(context, manifest.proxy) : undefined
    this.hasProxy = this.#proxy !== undefined
    this.#malformed = register((c) => presentError(c, responses.malformedPath()))
  }

  /**
   * What answers a raw pathname: a redirect to its canonical form, the proxy, or a file.
   * @param prefix where the app is mounted in another, for redirects
   */
  find(path: string, prefix = ''): Registered | undefined {
    const found = this.#find(path, prefix)
    const instrumentation = HAS_INSTRUMENTATION ? this.context.instrumentation : undefined
    return found && instrumentation && !instrumentation.isRegistered ? afterRegistration(instrumentation, found) : found
  }

  #find(path: string, prefix: string): Registered | undefined {
    const spare = HAS_DIRECT ? takeSpare(this, path) : undefined
    if (HAS_DIRECT && spare) return this.#registerMatch(spare.match, path)
    const canonical = canonicalPathname(path, this.context)
    if (canonical !== undefined) return register(redirectTo(prefix + canonical))
    const proxy = HAS_PROXY ? this.#proxy : undefined
    if (proxy && this.#isBelowBase(path)) return register((c, next) => answerBehindProxy(proxy, this, c, next, path))
    try {
      const match = this.match(path)
      if (match) return this.#registerMatch(match, path)
      const folder = HAS_FOLDER_FILES ? this.matchFolder(path) : undefined
      return folder && register((c, next) => this.answerUnmatched(folder, c, next))
    } catch (error) {
      if (error instanceof URIError) return this.#malformed
      throw error
    }
  }

  #registerMatch(match: RouteMatch<RouteEntry>, path: string): Registered {
    return register((c) => this.answerMatch(match, path, c), match.route.pathname)
  }

  /** @throws {URIError} where a param has malformed percent-encoding */
  match(path: string): RouteMatch<LoadableRoute> | undefined {
    return this.#isBelowBase(path) ? this.matcher.match(this.innerPathname(path)) : undefined
  }

  #isBelowBase(path: string): boolean {
    const { basePath } = this.context
    return !HAS_BASE_PATH || basePath === '' || path === basePath || path.startsWith(`${basePath}/`)
  }

  /** The path without base path and trailing slash. */
  innerPathname(path: string): string {
    const inner = (HAS_BASE_PATH ? path.slice(this.context.basePath.length) : path) || '/'
    return inner.length > 1 && inner.endsWith('/') ? inner.slice(0, -1) : inner
  }

  /** @throws {URIError} where a param has malformed percent-encoding */
  matchFolder(path: string): RouteMatch<UnmatchedFolder> | undefined {
    return this.#folders?.match(path, (one) => (this.#isBelowBase(one) ? this.innerPathname(one) : undefined))
  }

  /** Gives the answer of the nearest `_error` file, else of the app's error handler. It never rejects. */
  errorAnswerer(c: Context, route: RouteEntry): AnswerError {
    return this.#folders ? this.#folders.errorAnswerer(c, route) : (thrown) => Promise.reject(thrown)
  }

  /** @param arrival Default: made when the handler is about to run. */
  answerMatch(match: RouteMatch<RouteEntry>, path: string, c: Context, arrival?: Arrival): Response | Promise<Response> {
    const { context } = this
    return answerMatched({
      context,
      match,
      pathname: this.innerPathname(path),
      c,
      answerError: this.errorAnswerer(c, match.route),
      arrival,
    })
  }

  /** Lets the middleware of the folder run in front of what the application itself has for the path, or of the 404. */
  answerUnmatched(folder: RouteMatch<UnmatchedFolder>, c: Context, next: Next): Promise<Response> {
    return this.#folders!.answerUnmatched(folder, c, next)
  }

  /** The answer of the nearest `_not-found` file to a path that no route answers, where there is one. */
  async notFound(c: Context): Promise<Response | undefined> {
    return HAS_FOLDER_FILES ? this.#folders?.notFound(c) : undefined
  }
}

/** What answers once `instrumentation.ts` has registered. A framework around the router has done that by itself. */
function afterRegistration(instrumentation: Instrumentation, [handler, { path }]: Registered): Registered {
  return register(async (c, next) => {
    if (!mountOf(c.env)) {
      await instrumentation.register().catch((error: unknown) => {
        throw toError(error, { phase: 'instrumentation', file: instrumentation.file })
      })
    }
    return handler(c, next)
  }, path)
}

/** Next.js's own redirects are 308 with the target in the body too. */
function redirectTo(pathname: string): Handler {
  return (c) => {
    const { url } = c.req
    const query = url.indexOf('?')
    const location = pathname + (query === -1 || query === url.length - 1 ? '' : url.slice(query))
    // Bytes, so that the answer gets no content-type.
    return new Response(new TextEncoder().encode(location), { status: 308, headers: { location, refresh: `0;url=${location}` } })
  }
}
