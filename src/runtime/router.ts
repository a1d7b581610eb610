import { type Context, Hono } from 'hono'
import { basePath as mountPath } from 'hono/route'
import type { Handler, RouterRoute } from 'hono/types'
import type { RouteManifest } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { ErrorContext, RouteEntry, RouterContext } from './context.js'
import { answerRoute } from './dispatch.js'
import { FileRouter } from './hono-router.js'
import { rawPathname, toHandlerRequest } from './incoming.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import { createMatcher, type RouteMatch } from './matcher.js'
import { createLoader } from './route-loader.js'
import { createContext, type RouterOptions } from './router-context.js'
import { canonicalPathname } from './slashes.js'

/** How Hono keeps a handler in its router. */
type Registered = [Handler, RouterRoute]

/** Bindings that an adapter of ours adds to the host's. */
interface AdapterBindings {
  /** The origin that the server listens on, for strict mode. */
  serverOrigin?: string
}

/** Where errors that reach the error handler came from. */
const origins = new WeakMap<Error, ErrorContext>()

const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(`A route handler threw a value that is not an Error: ${String(thrown)}`, { cause: thrown })

function hostContext(c: Context): HostContext | undefined {
  try {
    return c.executionCtx as HostContext
  } catch {
    return undefined
  }
}

/** Answers a request of a file route; what goes wrong is thrown to Hono's error handler. */
async function handleFile(context: RouterContext, match: RouteMatch<RouteEntry>, c: Context): Promise<Response> {
  const host = hostContext(c)
  const own = host?.onClose ? undefined : new BodyLifetime(host)
  const lifetime = (): ResponseLifetime => own ?? (host as ResponseLifetime)
  const request = toHandlerRequest(context, c.req.raw, (c.env as AdapterBindings | undefined)?.serverOrigin)
  try {
    const response = await answerRoute(context, match, request, lifetime)
    return own ? own.watch(response) : response
  } catch (thrown) {
    own?.watch(new Response(null))
    const error = toError(thrown)
    origins.set(error, { phase: 'handler', file: match.route.file, method: request.method, pathname: match.route.pathname })
    await context.onRequestError?.(thrown, request, match.route.pathname)
    throw error
  }
}

function redirectTo(context: RouterContext, pathname: string): (c: Context) => Response {
  return (c) => {
    const url = c.req.url
    const query = url.indexOf('?')
    const location = pathname + (query === -1 ? '' : url.slice(query))
    return new Response(context.strict ? location : null, { status: 308, headers: { location, refresh: `0;url=${location}` } })
  }
}

/** Builds the function that finds what answers a raw pathname. */
function createFinder(context: RouterContext, manifest: RouteManifest): (path: string, prefix?: string) => Registered | undefined {
  const { basePath, trailingSlash, development } = context
  const routes = manifest.routes.map((route): RouteEntry => ({ ...route, load: createLoader(route, development) }))
  const matcher = createMatcher(routes)
  const register = (handler: Handler, path: string): Registered => [handler, { handler, path, method: 'ALL', basePath: '/' }]
  const malformed = register(
    () =>
      context.strict ? context.responses.internalError(undefined) : context.responses.badRequest('Malformed percent-encoding in the path'),
    '/*',
  )

  return (path, prefix = '') => {
    const canonical = canonicalPathname(path, context)
    if (canonical !== undefined) return register(redirectTo(context, prefix + canonical), path)
    if (basePath !== '' && path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
    let inner = path.slice(basePath.length) || '/'
    if (trailingSlash && inner.length > 1 && inner.endsWith('/')) inner = inner.slice(0, -1)
    try {
      const match = matcher.match(inner)
      return match && register((c) => handleFile(context, match, c), match.route.pathname)
    } catch (error) {
      if (error instanceof URIError) return malformed
      throw error
    }
  }
}

function answerError(context: RouterContext, error: Error): Response {
  const origin = origins.get(error)
  if ('getResponse' in error && typeof error.getResponse === 'function' && !(context.strict && origin)) {
    return error.getResponse() as Response
  }
  context.report(error, origin ?? { phase: 'handler' })
  return context.responses.internalError(error)
}

/**
 * Makes a Hono app that answers by the route files of a manifest. Middleware added with `use` runs in front of them;
 * handlers added afterwards answer what no file does.
 * @throws {EveryrouteError} `ERR_MANIFEST_VERSION` where the manifest is of another version
 * @throws {TypeError} where an option's value is out of its range
 */
export function createRouter(manifest: RouteManifest, options: RouterOptions = {}): Hono {
  const context = createContext(manifest, options)
  const find = createFinder(context, manifest)

  // Reached only where the app is mounted in another by `route()`: the other app's router has no part in ours.
  const mounted: Handler = (c, next) => {
    const prefix = mountPath(c).replace(/\/$/, '')
    const found = find(rawPathname(c.req.url).slice(prefix.length) || '/', prefix)
    return found ? found[0](c, next) : next()
  }

  const router = new FileRouter<Registered>(find, (entry) => entry[0] === mounted)
  const app = new Hono({ router: router as never, getPath: (request) => rawPathname(request.url) })
  const { use } = app
  app.use = ((...args: Parameters<typeof use>) => {
    router.isAddingMiddleware = true
    try {
      return use(...args)
    } finally {
      router.isAddingMiddleware = false
    }
  }) as typeof use
  app.all('*', mounted)
  app.notFound(() => context.responses.notFound())
  app.onError((error) => answerError(context, error))
  return app
}
