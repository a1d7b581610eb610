import type { Context } from 'hono'
import type { Next } from 'hono/types'
import { type Arrival, arrive } from './arrival.js'
import type { RouteEntry, RouterContext } from './context.js'
import { presentError } from './error-answer.js'
import { originOf, toError } from './error-origin.js'
import type { UnmatchedFolder } from './folder-layer.js'
import type { RouteMatch } from './matcher.js'
import { mountOf } from './mount.js'
import type { ProxyLayer } from './proxy-layer.js'

/** The routes and folders that stand behind the proxy. */
export interface BehindProxy {
  readonly context: RouterContext
  match(path: string): RouteMatch<RouteEntry> | undefined
  matchFolder(path: string): RouteMatch<UnmatchedFolder> | undefined
  answerMatch(match: RouteMatch<RouteEntry>, path: string, c: Context, arrival?: Arrival): Response | Promise<Response>
  answerUnmatched(folder: RouteMatch<UnmatchedFolder>, c: Context, next: Next): Promise<Response>
  notFound(c: Context): Promise<Response | undefined>
}

/** @throws {Error} what the proxy or the handler threw, with its origin noted */
export async function answerBehindProxy(
  proxy: ProxyLayer,
  routes: BehindProxy,
  c: Context,
  next: Next,
  path: string,
): Promise<Response | undefined> {
  if (mountOf(c.env)) return passProxy(routes, c, next, path)
  const arrival = arrive(c)
  try {
    const decision = await proxy.decide(arrival, path)
    c.req.raw = decision.request
    // What an error handler answers carries the proxy's headers too.
    for (const [name, value] of decision.headers ?? []) c.header(name, value, { append: name === 'set-cookie' })
    if (decision.response) return arrival.release(decision.response)
    const target = decision.pathname ?? path
    const match = matchLeniently(routes, target)
    if (match instanceof Response) return proxy.finish(match, decision)
    if (match) return proxy.finish(await routes.answerMatch(match, target, c, arrival), decision)
    const rest: Next = decision.pathname === undefined ? next : async () => void (c.res = await answerNotFound(routes, c))
    const folder = routes.matchFolder(target)
    if (folder) return proxy.finish(await routes.answerUnmatched(folder, c, rest), decision)
    await rest()
    c.res = proxy.finish(c.res, decision)
    return undefined
  } catch (thrown) {
    throw thrown instanceof Error && originOf(thrown) ? thrown : toError(thrown, { phase: 'proxy', file: proxy.file, pathname: path })
  }
}

/** A framework around the router has run the proxy by itself. */
async function passProxy(routes: BehindProxy, c: Context, next: Next, path: string): Promise<Response | undefined> {
  const match = routes.match(path)
  if (match) return routes.answerMatch(match, path, c)
  const folder = routes.matchFolder(path)
  if (folder) return routes.answerUnmatched(folder, c, next)
  await next()
  return undefined
}

async function answerNotFound(routes: BehindProxy, c: Context): Promise<Response> {
  return (await routes.notFound(c)) ?? presentError(c, routes.context.responses.notFound())
}

function matchLeniently(routes: BehindProxy, path: string): RouteMatch<RouteEntry> | Response | undefined {
  try {
    return routes.match(path)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return routes.context.responses.malformedPath()
  }
}
