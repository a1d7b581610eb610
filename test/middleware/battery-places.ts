import type { MiddlewareHandler } from 'hono'
import { withMiddleware } from '../../src/handler.js'
import type { ManifestFile, RouteModule } from '../../src/index.js'
import { manifestOf, setUp } from '../runtime/helpers.js'

/** Where middleware can stand in front of a file; the last is how Next.js runs it. */
export const PLACES = ['app.use', '_middleware.ts', 'withMiddleware', 'withMiddleware, without a router'] as const

/** The places that see paths which no file answers, and answers on their way to the wire. */
export const OUTER_PLACES = ['app.use', '_middleware.ts'] as const

export type Place = (typeof PLACES)[number]

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

type Handler = (request: Request, context?: { params: Promise<unknown> }) => Promise<Response>

const isMethod = (name: string): boolean => /^[A-Z]+$/.test(name)

function wrapped(module: RouteModule, middleware: readonly MiddlewareHandler[]): RouteModule {
  const wrap = withMiddleware(...middleware)
  return Object.fromEntries(Object.entries(module).map(([name, value]) => [name, isMethod(name) ? wrap(value as never) : value]))
}

const wrappedAll = (modules: Record<string, RouteModule>, middleware: readonly MiddlewareHandler[]): Record<string, RouteModule> =>
  Object.fromEntries(Object.entries(modules).map(([path, module]) => [path, wrapped(module, middleware)]))

/** Asks modules in memory that have middleware in front, outermost first. */
export function inFront(place: Place, middleware: readonly MiddlewareHandler[], modules: Record<string, RouteModule>): Ask {
  if (place === 'app.use') {
    const { app } = setUp(modules)
    for (const one of middleware) app.use(one)
    return async (path, init) => app.request(path, init)
  }
  if (place === '_middleware.ts') {
    const file: ManifestFile = { file: '_middleware.ts', load: async () => ({ default: middleware }) }
    const routes = manifestOf(modules).routes.map((route) => ({ ...route, middleware: [file] }))
    const { app } = setUp({}, {}, { routes, folders: [{ pathname: '/', middleware: [file] }] })
    return async (path, init) => app.request(path, init)
  }
  const all = wrappedAll(modules, middleware)
  if (place === 'withMiddleware') {
    const { app } = setUp(all)
    return async (path, init) => app.request(path, init)
  }
  return async (path, init) => {
    const handler = all[path]?.[init?.method ?? 'GET'] as Handler
    return handler(new Request(`http://localhost${path}`, init), { params: Promise.resolve({}) })
  }
}
