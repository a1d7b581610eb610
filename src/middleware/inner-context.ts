import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'

type ContextClass = new (request: Request, options: object) => Context

/**
 * A Hono context for a handler that runs middleware of its own: the variables are those of the context around it, the answer is its own.
 * What it prepares can then get neither into an answer that has come in its place, as after a timeout, nor into that of another handler
 * that it calls.
 */
export function createInnerContext(outer: Context, request: Request): Context {
  const { env, get, getLayout, render, set, setLayout, setRenderer } = outer
  const { path, routeIndex } = outer.req
  const inner = new (outer.constructor as ContextClass)(request, {
    env,
    path,
    matchResult: [matchedRoutes(outer).map((route) => [[route.handler, route], {}])],
    notFoundHandler: () => outer.notFound(),
  })
  inner.req.routeIndex = routeIndex
  for (const symbol of Object.getOwnPropertySymbols(outer))
    Object.defineProperty(inner, symbol, Object.getOwnPropertyDescriptor(outer, symbol)!)
  Object.defineProperties(inner, { var: { get: () => outer.var }, executionCtx: { get: () => outer.executionCtx } })
  return Object.assign(inner, { get, getLayout, render, set, setLayout, setRenderer })
}
