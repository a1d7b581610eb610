import type { Context } from 'hono'
import type { Handler, Next, RouterRoute } from 'hono/types'
import type { RouteManifest, RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { ErrorContext, ErrorPhase, RouteEntry, RouterContext } from './context.js'
import { answerRoute } from './dispatch.js'
import { noticeEnv } from './env.js'
import { installFetch } from './fetch.js'
import { toHandlerRequest } from './incoming.js'
import type { Instrumentation } from './instrumentation.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import { createMatcher, type Matcher, type RouteMatch } from './matcher.js'
import { type Mount, mountOf } from './mount.js'
import { answerMounted } from './mounted.js'
import { createProxyLayer, type ProxyLayer } from './proxy-layer.js'
import { createLoader } from './route-loader.js'
import { canonicalPathname } from './slashes.js'

/** How Hono keeps a handler in its router. */
export type Registered = [Handler, RouterRoute]

/** Bindings that an adapter of ours adds to the host's. */
interface AdapterBindings {
  /** The origin that the server listens on, for strict mode. */
  serverOrigin?: string
}

/** Where errors that reach the error handler came from. */
const origins = new WeakMap<Error, ErrorContext>()

export const originOf = (error: Error): ErrorContext | undefined => origins.get(error)

function toError(thrown: unknown, origin: ErrorContext): Error {
  const error =
    thrown instanceof Error ? thrown : new Error(`A value that is not an Error was thrown: ${String(thrown)}`, { cause: thrown })
  origins.set(error, origin)
  return error
}

const isPromise = (value: RouteModule | Promise<RouteModule>): value is Promise<RouteModule> =>
  typeof (value as Promise<RouteModule>).then === 'function'

function hostContext(c: Context): HostContext | undefined {
  try {
    return c.executionCtx as HostContext
  } catch {
    return undefined
  }
}

/** What is known of one request before its file is looked for. */
export interface Arrival {
  readonly request: Request
  readonly serverOrigin: string | undefined
  readonly lifetime: () => ResponseLifetime
  /** Hands an answer out, once it is complete. */
  readonly release: (response: Response) => Response
}

function arrive(c: Context): Arrival {
  installFetch()
  noticeEnv(c.env)
  const host = hostContext(c)
  const own = host?.onClose ? undefined : new BodyLifetime(host)
  return {
    request: c.req.raw,
    serverOrigin: (c.env as AdapterBindings | undefined)?.serverOrigin,
    lifetime: () => own ?? (host as ResponseLifetime),
    release: (response) => (own ? own.watch(response, c.req.raw.method !== 'HEAD') : response),
  }
}

/** The file routes of a manifest, behind its proxy. */
export class FileRoutes {
  readonly #context: RouterContext
  readonly #matcher: Matcher<RouteEntry>
  readonly #proxy: ProxyLayer | undefined
  readonly #malformed: Registered

  constructor(context: RouterContext, manifest: RouteManifest) {
    this.#context = context
    const { development, responses, strict } = context
    this.#matcher = createMatcher(manifest.routes.map((route): RouteEntry => ({ ...route, load: createLoader(route, development) })))
    this.#proxy = manifest.proxy && createProxyLayer(context, manifest.proxy)
    this.#malformed = register(() =>
      strict ? responses.internalError(undefined) : responses.badRequest('Malformed percent-encoding in the path'),
    )
  }

  /**
   * What answers a raw pathname: a redirect to its canonical form, the proxy, or a file.
   * @param prefix where the app is mounted in another, for redirects
   */
  find(path: string, prefix = ''): Registered | undefined {
    const found = this.#find(path, prefix)
    const { instrumentation } = this.#context
    return found && instrumentation && !instrumentation.isRegistered ? afterRegistration(instrumentation, found) : found
  }

  #find(path: string, prefix: string): Registered | undefined {
    const canonical = canonicalPathname(path, this.#context)
    if (canonical !== undefined) return register(redirectTo(prefix + canonical))
    const proxy = this.#proxy
    if (proxy && this.#isBelowBase(path)) return register((c, next) => this.#answerBehindProxy(proxy, c, next, path))
    try {
      const match = this.#match(path)
      return match && register((c) => this.#answerMatch(match, path, c), match.route.pathname)
    } catch (error) {
      if (error instanceof URIError) return this.#malformed
      throw error
    }
  }

  /** @throws {URIError} where a param has malformed percent-encoding */
  #match(path: string): RouteMatch<RouteEntry> | undefined {
    return this.#isBelowBase(path) ? this.#matcher.match(this.#withoutBase(path)) : undefined
  }

  #isBelowBase(path: string): boolean {
    const { basePath } = this.#context
    return basePath === '' || path === basePath || path.startsWith(`${basePath}/`)
  }

  #withoutBase(path: string): string {
    const inner = path.slice(this.#context.basePath.length) || '/'
    return inner.length > 1 && inner.endsWith('/') ? inner.slice(0, -1) : inner
  }

  #answerMatch(match: RouteMatch<RouteEntry>, path: string, c: Context): Promise<Response> {
    const mount = mountOf(c.env)
    if (!mount) return this.#answer(match, path, arrive(c))
    return this.#answerMounted(match, c, mount)
  }

  async #answerMounted(match: RouteMatch<RouteEntry>, c: Context, mount: Mount): Promise<Response> {
    const { file, load, pathname } = match.route
    let phase: ErrorPhase = 'load'
    try {
      const module = await load()
      phase = 'handler'
      return await answerMounted(this.#context, match, module, c.req.raw, mount)
    } catch (thrown) {
      mount.thrown = thrown
      throw toError(thrown, { phase, file, method: c.req.method, pathname })
    }
  }

  /** Runs the file; what goes wrong is thrown to Hono's error handler. */
  async #answer(match: RouteMatch<RouteEntry>, path: string, arrival: Arrival): Promise<Response> {
    const context = this.#context
    const { params, route } = match
    const { lifetime } = arrival
    const request = toHandlerRequest(context, arrival.request, arrival.serverOrigin)
    let phase: ErrorPhase = 'load'
    try {
      const loaded = route.load()
      const module = isPromise(loaded) ? await loaded : loaded
      phase = 'handler'
      const pathname = this.#withoutBase(path)
      const response = await answerRoute({ context, route, module, request, params, pathname, isStaticRoute: match.isStatic, lifetime })
      if (request.method === 'HEAD') endUnsentBody(response, lifetime())
      return arrival.release(response)
    } catch (thrown) {
      arrival.release(new Response(null))
      const { file, pathname } = route
      await context.instrumentation?.onRequestError(thrown, request, pathname)
      throw toError(thrown, { phase, file, method: request.method, pathname })
    }
  }

  async #answerBehindProxy(proxy: ProxyLayer, c: Context, next: Next, path: string): Promise<Response | undefined> {
    if (mountOf(c.env)) return this.#passProxy(c, next, path)
    const arrival = arrive(c)
    try {
      const decision = await proxy.decide(arrival, path)
      // What an error handler answers carries the proxy's headers too.
      for (const [name, value] of decision.headers ?? []) c.header(name, value, { append: name === 'set-cookie' })
      if (decision.response) return arrival.release(decision.response)
      const target = decision.pathname ?? path
      const match = this.#matchLeniently(target)
      if (match instanceof Response) return proxy.finish(match, decision)
      if (match) return proxy.finish(await this.#answer(match, target, { ...arrival, request: decision.request }), decision)
      if (decision.pathname !== undefined) return proxy.finish(this.#context.responses.notFound(), decision)
      await next()
      c.res = proxy.finish(c.res, decision)
      return undefined
    } catch (thrown) {
      throw thrown instanceof Error && originOf(thrown) ? thrown : toError(thrown, { phase: 'proxy', file: proxy.file, pathname: path })
    }
  }

  /** A framework around the router has run the proxy by itself. */
  async #passProxy(c: Context, next: Next, path: string): Promise<Response | undefined> {
    const match = this.#match(path)
    if (match) return this.#answerMatch(match, path, c)
    await next()
    return undefined
  }

  #matchLeniently(path: string): RouteMatch<RouteEntry> | Response | undefined {
    try {
      return this.#match(path)
    } catch (error) {
      if (!(error instanceof URIError)) throw error
      const { responses, strict } = this.#context
      return strict ? responses.internalError(undefined) : responses.badRequest('Malformed percent-encoding in the path')
    }
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

/** Ends the stream of an answer to HEAD, which nobody reads: its source could wait for ever. */
function endUnsentBody({ body }: Response, lifetime: ResponseLifetime): void {
  if (!body) return
  lifetime.onClose(() => {
    if (!body.locked) void body.cancel().catch(() => {})
  })
}

function register(handler: Handler, path = '/*'): Registered {
  return [handler, { handler, path, method: 'ALL', basePath: '/' }]
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
