import type { Context } from 'hono'
import type { Handler, NotFoundHandler } from 'hono/types'
import type { ArrivedRequest } from './direct.js'
import { createOneHandlerApp } from './one-handler.js'
import { matchResultOf, register } from './registered.js'
import type { LoadableRoute } from './route-loader.js'

let HonoContext: typeof Context | undefined

/** V8 settles by a class's first seven instances how much room the later ones have for their fields. */
const SETTLED = 8

/**
 * Hono exports the class for its type alone: an app of one handler is asked for it. Its first instances are made in one go: where
 * some were made much later than others, V8 was seen to leave too little room, and every context was a dictionary, at twice the time.
 */
function readContextClass(request: Request): typeof Context {
  let found: unknown
  const app = createOneHandlerApp((c) => {
    found = c.constructor
    return new Response(null)
  })
  void app.fetch(request)
  const Class = found as typeof Context
  for (const made: Context[] = []; made.length < SETTLED; ) made.push(new Class(request))
  return Class
}

/** Makes the context that Hono would give a file's handler, without Hono's way to it. */
export function createHonoContext(
  arrived: ArrivedRequest,
  file: LoadableRoute,
  handler: Handler,
  notFoundHandler: NotFoundHandler,
): Context {
  const { env, executionContext, path, request } = arrived
  HonoContext ??= readContextClass(request)
  file.matchResult ??= matchResultOf(register(handler, file.pathname))
  return new HonoContext(request, {
    env,
    executionCtx: executionContext as never,
    path,
    notFoundHandler,
    matchResult: file.matchResult as never,
  })
}
