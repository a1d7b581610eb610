import { Hono } from 'hono'
import { HonoBase } from 'hono/hono-base'
import { basePath as mountPath } from 'hono/route'
import type { ErrorHandler, Handler, NotFoundHandler } from 'hono/types'
import type { RouteManifest } from '../routing/manifest.js'
import { answerError } from './app-errors.js'
import type { RouterContext } from './context.js'
import { createDirect } from './direct.js'
import { presentError } from './error-answer.js'
import { type ServeDirectly, withServeDirectly } from './exchange.js'
import { HAS_ENTRY, IS_LIBRARY } from './features.js'
import { FileRoutes } from './file-routes.js'
import { createHonoContext } from './hono-context.js'
import { FileRouter } from './hono-router.js'
import { rawPathname } from './incoming.js'
import { mountedPathname, mountOf } from './mount.js'
import { addPreparedHeaders, withPreparedHeaders } from './prepared-headers.js'
import type { Registered } from './registered.js'

declare const __EVERYROUTE_ENTRY__: boolean | undefined

/** Without Hono's own routers, which nobody needs where only files answer. `hono/tiny` would put its own in the place of ours. */
const App = (typeof __EVERYROUTE_ENTRY__ !== 'undefined' && !__EVERYROUTE_ENTRY__ ? HonoBase : Hono) as typeof Hono

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

/** A Hono app of the file routes, to which the application may add middleware and handlers of its own. */
export function createHonoApp(context: RouterContext, manifest: RouteManifest): Hono {
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
    const mount = IS_LIBRARY ? mountOf(options?.env) : undefined
    return mount ? mountedPathname(context, mount) : rawPathname(request.url)
  }
  const app: Hono = new App({ router: router as never, getPath })
  if (HAS_ENTRY) announceMiddleware(app, router)
  const { fetch } = app
  const answerNotFound: NotFoundHandler = async (c) => addPreparedHeaders(c, (await files.notFound(c)) ?? (await notFound(c)))
  const direct = createDirect({
    files,
    createContext: (arrived, file) => createHonoContext(arrived, file, mounted, answerNotFound),
    onError: (error, c) => onError(error, c),
  })
  if (direct) {
    const fetchDirectly: typeof fetch = (request, env, executionContext) =>
      (router.isBare ? direct.answer(request, env, executionContext) : undefined) ?? fetch(request, env, executionContext)
    const serve: ServeDirectly = (request, pathname, exchange) => router.isBare && direct.serve(request, pathname, exchange)
    app.fetch = withServeDirectly(fetchDirectly, serve)
  }
  app.all('*', mounted)
  app.notFound(answerNotFound)
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
