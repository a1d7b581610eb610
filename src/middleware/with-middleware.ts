import { DEFINITION, middlewareOf } from '../runtime/handler-host.js'
import { type DefinedHandler, type HandlerDefinition, requireMiddleware } from './define-handler.js'
import type { NextRequest } from './next-types.js'
import { createRun } from './run.js'
import type { AnyMiddleware, MiddlewareContext, RouteHandlerContext, UseVariables } from './types.js'

/** A handler with what the middleware has set. */
type WrappedHandler<Params, Variables, Returned> = (
  request: NextRequest,
  context: RouteHandlerContext<Params> & MiddlewareContext<Variables>,
) => Returned

/** Wraps handlers in middleware. */
export interface MiddlewareWrapper<Variables> {
  /** A defined handler keeps what it tells of itself. */
  <Handler extends DefinedHandler>(handler: Handler): Handler
  <Params, Returned extends Response | Promise<Response>>(
    handler?: WrappedHandler<Params, Variables, Returned>,
  ): (request: Request, context?: RouteHandlerContext<Params>) => Promise<Awaited<Returned>>
}

const answerNothing = (): Response => new Response(null, { status: 204 })

/** The definition of a handler, with the middleware around it put in front of its own. */
function definitionOf(handler: unknown, middleware: readonly AnyMiddleware[]): HandlerDefinition {
  const inner = (handler as { [DEFINITION]?: HandlerDefinition })[DEFINITION]?.options
  return { options: { ...inner, use: [...middleware, ...middlewareOf(inner?.use)] } } as unknown as HandlerDefinition
}

/**
 * Wraps route handlers in Hono middleware, the outermost first: `export const GET = withMiddleware(cors(), auth({ … }))(handler)`.
 * The handler's second argument has `var` (what the middleware has set) and `c` (Hono's context) beside `params`. Without a
 * handler, what the middleware lets through is answered 204: `export const OPTIONS = withMiddleware(cors())()`.
 * @throws {TypeError} where a middleware is no function
 */
export function withMiddleware<const Use extends readonly AnyMiddleware[]>(...use: Use): MiddlewareWrapper<UseVariables<Use>> {
  const middleware = requireMiddleware(use, 'withMiddleware')
  const wrap = (handler: WrappedHandler<unknown, never, Response | Promise<Response>> = answerNothing): DefinedHandler => {
    if (typeof handler !== 'function')
      throw new TypeError(`withMiddleware wraps a value of type ${typeof handler}; give it a route handler`)
    const run = createRun(middleware, (request, handed, context) => {
      const inner = {
        ...context,
        params: context?.params ?? Promise.resolve({}),
        get var() {
          return handed.inner.var
        },
        get c() {
          return handed.c
        },
      }
      return handler(request as NextRequest, inner as never)
    })
    return Object.assign(run, { [DEFINITION]: definitionOf(handler, use) }) as never
  }
  return wrap as never
}
