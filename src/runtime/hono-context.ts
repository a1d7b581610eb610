import type { Context } from 'hono'
import { HonoBase } from 'hono/hono-base'
import type { Handler, NotFoundHandler, RouterRoute } from 'hono/types'
import type { ArrivedRequest } from './direct.js'
import type { RouteFile } from './route-loader.js'

let HonoContext: typeof Context | undefined

/** V8 settles by a class's first seven instances how much room the later ones have for their fields. */
const SETTLED = 8

/**
 * Hono exports the class for its type alone: an app of one handler is asked for it. Its first instances are made in one go: where
 * some were made much later than others, V8 was seen to leave too little room, and every context was a dictionary, at twice the time.
 */
function readContextClass(request: Request): typeof Context {
  let found: unknown
  const handler: Handler = (c) => {
    found = c.constructor
    return new Response(null)
  }
  const route: RouterRoute = { handler, method: 'ALL', path: '/*', basePath: '/' }
  const router = { name: 'ContextRouter', add: () => {}, match: () => [[[[handler, route], {}]]] }
  void new HonoBase({ router: router as never, getPath: () => '/' }).fetch(request)
  const Class = found as typeof Context
  for (const made: Context[] = []; made.length < SETTLED; ) made.push(new Class(request))
  return Class
}

/** Makes the context that Hono would give a file's handler, without Hono's way to it. */
export function createHonoContext(arrived: ArrivedRequest, file: RouteFile, handler: Handler, notFoundHandler: NotFoundHandler): Context {
  const { env, executionContext, path, request } = arrived
  HonoContext ??= readContextClass(request)
  file.registered ??= [[[[handler, { handler, path: file.pathname, method: 'ALL', basePath: '/' }], {}]]]
  return new HonoContext(request, {
    env,
    executionCtx: executionContext as never,
    path,
    notFoundHandler,
    matchResult: file.registered as never,
  })
}
