import type { Context } from 'hono'
import type { Handler, Next, RouterRoute } from 'hono/types'
import type { ManifestFolder, RouteManifest, RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import { toError as asError, takeAnswer } from './compose.js'
import type { ErrorContext, ErrorPhase, RouteEntry, RouterContext } from './context.js'
import { answerRoute } from './dispatch.js'
import { noticeEnv } from './env.js'
import { presentError } from './error-answer.js'
import { installFetch } from './fetch.js'
import { createGuards, FolderFileError, type FolderGuard } from './folder-guard.js'
import { belowFolder, REST } from './folder-pattern.js'
import { type HandlerHost, setParams } from './handler-host.js'
import { decodePath } from './hono-router.js'
import { readableRequest, toHandlerRequest } from './incoming.js'
import type { Instrumentation } from './instrumentation.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import { createMatcher, type Matcher, type RouteMatch, type RouteParamValues } from './matcher.js'
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
  const error = asError(thrown, 'A value that is not an Error was thrown: ')
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

/** A folder in which no file answers a path. */
interface UnmatchedFolder {
  readonly pathname: string
  readonly guard: FolderGuard
}

/** What errors are answered with, but for those that a folder's file answers. */
export type OnError = (error: Error, c: Context) => Response | Promise<Response>

/** The params of a folder's own segments. */
function folderParams({ params: { [REST]: _, ...params } }: RouteMatch<UnmatchedFolder>): RouteParamValues {
  return params
}

function createFolderMatcher(
  folders: readonly ManifestFolder[],
  guardOf: (folder: ManifestFolder) => FolderGuard | undefined,
): Matcher<UnmatchedFolder> | undefined {
  const guarded = folders.flatMap((folder) => {
    const guard = guardOf(folder)
    return guard ? [{ pathname: belowFolder(folder.pathname), guard }] : []
  })
  return guarded.length > 0 ? createMatcher(guarded) : undefined
}

function arrive(c: Context, request: Request = c.req.raw): Arrival {
  installFetch()
  noticeEnv(c.env)
  const host = hostContext(c)
  const own = host?.onClose ? undefined : new BodyLifetime(host)
  return {
    request,
    serverOrigin: (c.env as AdapterBindings | undefined)?.serverOrigin,
    lifetime: () => own ?? (host as ResponseLifetime),
    release: (response) => (own ? own.watch(response, request.method !== 'HEAD') : response),
  }
}

/** The file routes of a manifest, behind its proxy. */
export class FileRoutes {
  readonly #context: RouterContext
  readonly #matcher: Matcher<RouteEntry>
  readonly #proxy: ProxyLayer | undefined
  readonly #malformed: Registered
  readonly #folders: Matcher<UnmatchedFolder> | undefined
  /** The folder of a path that no file answers, while the request is on its way. */
  readonly #unmatched = new WeakMap<Context, FolderGuard>()
  readonly #onError: OnError

  constructor(context: RouterContext, manifest: RouteManifest, onError: OnError) {
    this.#context = context
    this.#onError = onError
    const { development, responses, strict } = context
    const guardOf = createGuards(development)
    this.#matcher = createMatcher(
      manifest.routes.map((route): RouteEntry => ({ ...route, load: createLoader(route, development), guard: guardOf(route) })),
    )
    this.#folders = createFolderMatcher(manifest.folders ?? [], guardOf)
    this.#proxy = manifest.proxy && createProxyLayer(context, manifest.proxy)
    this.#malformed = register((c) =>
      strict ? responses.internalError(undefined) : presentError(c, responses.badRequest('Malformed percent-encoding in the path')),
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
      if (match) return register((c) => this.#answerMatch(match, path, c), match.route.pathname)
      const folder = this.#matchFolder(path)
      return folder && register((c, next) => this.#answerUnmatched(folder, c, next))
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

  #matchFolder(path: string): RouteMatch<UnmatchedFolder> | undefined {
    if (!this.#folders) return undefined
    // What answers in the folder is found by Hono, which decodes the path.
    const spellings = new Set([decodePath(path), path])
    for (const one of spellings) {
      const match = this.#isBelowBase(one) ? this.#folders.match(this.#withoutBase(one)) : undefined
      if (match) return match
    }
    return undefined
  }

  /** @param arrival Default: made when the handler is about to run. */
  #answerMatch(match: RouteMatch<RouteEntry>, path: string, c: Context, arrival?: Arrival): Promise<Response> {
    const { guard } = match.route
    const answerError = (thrown: unknown): Promise<Response> => this.#answerError(thrown, c, match.route)
    const arrived = (request?: Request): Arrival => (arrival ? { ...arrival, request: request ?? c.req.raw } : arrive(c, request))
    if (!guard) return this.#answerFile(match, path, { c, answerError }, arrived())
    setParams(c, match.params)
    return guard.run(
      c,
      async (ran) => this.#answerFile(match, path, { c, ran, answerError }, arrived(await readableRequest(c))),
      answerError,
    )
  }

  /** Lets the middleware of the folder run in front of what the application itself has for the path, or of the 404. */
  #answerUnmatched(folder: RouteMatch<UnmatchedFolder>, c: Context, next: Next): Promise<Response> {
    const { guard } = folder.route
    setParams(c, folderParams(folder))
    this.#unmatched.set(c, guard)
    const answer = async (): Promise<Response> => {
      await next()
      return takeAnswer(c)
    }
    return guard.run(c, answer, (thrown) => this.#answerError(thrown, c, { guard, pathname: folder.route.pathname }))
  }

  /** The answer of the nearest `_not-found` file to a path that no route answers, where there is one. */
  async notFound(c: Context): Promise<Response | undefined> {
    const guard = this.#unmatched.get(c)
    return guard && this.#askNotFound(guard, c)
  }

  async #answerNotFound(c: Context): Promise<Response> {
    return (await this.notFound(c)) ?? presentError(c, this.#context.responses.notFound())
  }

  async #askNotFound(guard: FolderGuard, c: Context): Promise<Response | undefined> {
    const handler = await guard.notFoundHandler()
    return handler && (await handler(c))
  }

  /** Runs the file in the way that the host asks for; what goes wrong is thrown. */
  #answerFile(match: RouteMatch<RouteEntry>, path: string, host: HandlerHost, arrival: Arrival): Promise<Response> {
    const mount = mountOf(host.c.env)
    return mount ? this.#answerMounted(match, host, mount, arrival) : this.#answer(match, path, host, arrival)
  }

  async #answerMounted(match: RouteMatch<RouteEntry>, host: HandlerHost, mount: Mount, { request }: Arrival): Promise<Response> {
    const { file, guard, load, pathname } = match.route
    let phase: ErrorPhase = 'load'
    try {
      const module = await load()
      phase = 'handler'
      const notFound = guard?.hasNotFound ? () => this.#askNotFound(guard, host.c) : undefined
      return presentError(host.c, await answerMounted({ context: this.#context, match, module, request, mount, host, notFound }))
    } catch (thrown) {
      mount.thrown = thrown
      throw toError(thrown, { phase, file, method: request.method, pathname })
    }
  }

  async #answer(match: RouteMatch<RouteEntry>, path: string, host: HandlerHost, arrival: Arrival): Promise<Response> {
    const context = this.#context
    const { params, route } = match
    const { guard } = route
    const { lifetime } = arrival
    const request = toHandlerRequest(context, arrival.request, arrival.serverOrigin)
    const notFound = guard?.hasNotFound ? () => this.#askNotFound(guard, host.c) : undefined
    let phase: ErrorPhase = 'load'
    try {
      const loaded = route.load()
      const module = isPromise(loaded) ? await loaded : loaded
      phase = 'handler'
      const pathname = this.#withoutBase(path)
      const isStaticRoute = match.isStatic
      const answer = await answerRoute({ context, route, module, request, params, pathname, isStaticRoute, lifetime, host, notFound })
      const response = presentError(host.c, answer)
      if (request.method === 'HEAD') endUnsentBody(response, lifetime())
      return arrival.release(response)
    } catch (thrown) {
      arrival.release(new Response(null))
      const { file, pathname } = route
      await context.instrumentation?.onRequestError(thrown, request, pathname)
      throw toError(thrown, { phase, file, method: request.method, pathname })
    }
  }

  /** The answer of the nearest `_error` file, else of the app's error handler. Never rejects. */
  async #answerError(thrown: unknown, c: Context, route: Pick<RouteEntry, 'guard' | 'pathname'>): Promise<Response> {
    const context = this.#context
    const error = await this.#placeError(thrown, c, route.pathname)
    c.error = error
    try {
      const handler = await route.guard?.errorHandler()
      if (!handler) return await this.#onError(error, c)
      if (!('getResponse' in error)) context.report(error, originOf(error)!)
      return presentError(c, await handler(error, c))
    } catch (failure) {
      context.report(failure, { phase: 'middleware', method: c.req.method, pathname: route.pathname })
      return presentError(c, context.responses.internalError(failure))
    }
  }

  /** Notes where an error was thrown, unless a file's handler threw it: that is known by then. */
  async #placeError(thrown: unknown, c: Context, pathname: string): Promise<Error> {
    if (thrown instanceof Error && originOf(thrown)) return thrown
    const { method, raw } = c.req
    const isFile = thrown instanceof FolderFileError
    const error = toError(thrown, { phase: isFile ? 'load' : 'middleware', method, pathname, ...(isFile && { file: thrown.file }) })
    if (!('getResponse' in error) && !mountOf(c.env)) await this.#context.instrumentation?.onRequestError(thrown, raw, pathname)
    return error
  }

  async #answerBehindProxy(proxy: ProxyLayer, c: Context, next: Next, path: string): Promise<Response | undefined> {
    if (mountOf(c.env)) return this.#passProxy(c, next, path)
    const arrival = arrive(c)
    try {
      const decision = await proxy.decide(arrival, path)
      c.req.raw = decision.request
      // What an error handler answers carries the proxy's headers too.
      for (const [name, value] of decision.headers ?? []) c.header(name, value, { append: name === 'set-cookie' })
      if (decision.response) return arrival.release(decision.response)
      const target = decision.pathname ?? path
      const match = this.#matchLeniently(target)
      if (match instanceof Response) return proxy.finish(match, decision)
      if (match) return proxy.finish(await this.#answerMatch(match, target, c, arrival), decision)
      const rest: Next = decision.pathname === undefined ? next : async () => void (c.res = await this.#answerNotFound(c))
      const folder = this.#matchFolder(target)
      if (folder) return proxy.finish(await this.#answerUnmatched(folder, c, rest), decision)
      await rest()
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
    const folder = this.#matchFolder(path)
    if (folder) return this.#answerUnmatched(folder, c, next)
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
