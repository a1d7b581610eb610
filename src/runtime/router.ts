import { type Context, Hono } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { basePath as mountPath } from 'hono/route'
import type { ErrorHandler, Handler, NotFoundHandler } from 'hono/types'
import type { RouteManifest } from '../routing/manifest.js'
import type { RouterContext } from './context.js'
import { answerException, presentError } from './error-answer.js'
import { setFetchCache } from './fetch.js'
import { FileRoutes, originOf, type Registered } from './file-routes.js'
import { FileRouter } from './hono-router.js'
import { rawPathname } from './incoming.js'
import { mountOf } from './mount.js'
import { holdError, mountedPathname } from './mounted.js'
import { addPreparedHeaders, withPreparedHeaders } from './prepared-headers.js'
import { createContext, type RouterOptions } from './router-context.js'

/** The answer that an error carries. One that it fails to give is reported. */
function ownResponse(context: RouterContext, error: Error, c: Context): Response | undefined {
  if (!('getResponse' in error) || typeof error.getResponse !== 'function') return undefined
  try {
    return answerException(error as HTTPException, c)
  } catch (failure) {
    context.report(failure, { phase: 'handler' })
    return undefined
  }
}

/** The answer to an error: Hono's HTTPException knows its own, any other is a 500 whose cause is reported, not sent. */
function answerError(context: RouterContext, error: Error, c: Context): Response {
  const origin = originOf(error)
  // Next.js knows nothing of such errors in a handler; middleware is none of its concern.
  const own = context.strict && origin && origin.phase !== 'middleware' ? undefined : ownResponse(context, error, c)
  if (own) return c.newResponse(own.body, own)
  const plain = context.responses.internalError(error)
  const response = presentError(c, plain)
  const mount = mountOf(c.env)
  if (mount) holdError(context, mount, error, origin, c.req.raw, plain)
  else context.report(error, origin ?? { phase: 'handler' })
  return c.newResponse(response.body, response)
}

/** Tells the router of calls of `use`, on the app and on those that its `basePath` gives: they share the router. */
function announceMiddleware(app: Hono, router: FileRouter<Registered>): void {
  const { use, basePath } = app
  app.use = ((...args: Parameters<typeof use>) => {
    router.isAddingMiddleware = true
    try {
      return use(...args)
    } finally {
      router.isAddingMiddleware = false
    }
  }) as typeof use
  app.basePath = ((path: string) => {
    const below = basePath.call(app, path)
    announceMiddleware(below, router)
    return below
  }) as typeof basePath
}

/** Parts a raw path behind so many segments: they may be spelled, and be as long, as in no pattern that they match. */
function splitBehind(path: string, count: number): [prefix: string, rest: string] {
  let end = 0
  for (let i = 0; i < count && end !== -1; i++) end = path.indexOf('/', end + 1)
  return end === -1 ? [path, '/'] : [path.slice(0, end), path.slice(end)]
}

/**
 * Makes a Hono app that answers by the route files of a manifest. Middleware added with `use` runs in front of them;
 * handlers added afterwards answer what no file does.
 * @throws {EveryrouteError} `ERR_MANIFEST_VERSION` where the manifest is of another version
 * @throws {TypeError} where an option's value is out of its range
 */
export function createRouter(manifest: RouteManifest, options: RouterOptions = {}): Hono {
  const context = createContext(manifest, options)
  setFetchCache(context.cache)
  let onError: ErrorHandler = (error, c) => answerError(context, error, c)
  let notFound: NotFoundHandler = (c) => presentError(c, context.responses.notFound())
  const files = new FileRoutes(context, manifest, (error, c) => onError(error, c))

  // Reached only where the app is mounted in another by `route()`, whose router knows nothing of ours.
  const mounted: Handler = (c, next) => {
    const [prefix, rest] = splitBehind(rawPathname(c.req.url), mountPath(c).split('/').filter(Boolean).length)
    const found = files.find(rest, prefix)
    return found ? withPreparedHeaders(found[0])(c, next) : next()
  }

  const router = new FileRouter<Registered>(
    (path) => files.find(path),
    (entry) => entry[0] === mounted,
    ([handler, route]) => [withPreparedHeaders(handler), route],
    context.trailingSlash,
  )
  const getPath = (request: Request, options?: { env?: unknown }): string => {
    const mount = mountOf(options?.env)
    return mount ? mountedPathname(context, mount) : rawPathname(request.url)
  }
  const app = new Hono({ router: router as never, getPath })
  announceMiddleware(app, router)
  app.all('*', mounted)
  app.notFound(async (c) => addPreparedHeaders(c, (await files.notFound(c)) ?? (await notFound(c))))
  app.onError((error, c) => onError(error, c))
  // Files of folders come before what the application sets, which then stands for all of them.
  app.notFound = (handler) => {
    notFound = handler
    return app
  }
  app.onError = (handler) => {
    onError = handler
    return app
  }
  return app
}
