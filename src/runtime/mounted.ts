import type { RouteModule } from '../routing/manifest.js'
import type { ErrorPhase, RouteEntry, RouterContext } from './context.js'
import { presentError } from './error-answer.js'
import { toError } from './error-origin.js'
import type { FileRun } from './file-answer.js'
import { createHandlerContext } from './handler-context.js'
import { answerWithoutHandler } from './method-answers.js'
import { handlerFor } from './methods.js'
import { hold, type Mount } from './mount.js'
import { toNextRequest } from './native-request.js'
import { isSignal, readFallbackStatus, readRedirect } from './navigation-errors.js'
import { isResponse } from './responses.js'
import { redirectAnswer } from './server-action.js'

const ignored = new WeakSet<RouteEntry>()

/** Says once per file that what it exports to be kept is not kept, for the framework knows the mount's file alone. */
function warnOfStaticConfig(route: RouteEntry, module: RouteModule): void {
  if (ignored.has(route)) return
  ignored.add(route)
  const { dynamic } = module
  const names = ['revalidate', 'generateStaticParams', 'fetchCache'].filter((name) => module[name] !== undefined)
  if (dynamic === 'force-static' || dynamic === 'error') names.push('dynamic')
  if (names.length === 0) return
  console.warn(
    `everyroute: ${route.file} exports ${names.join(' and ')}, which Next.js reads from the file of the mount alone: its handlers run for every request. To have its answers kept, place it below app/.`,
  )
}

function requireResponse(result: unknown, file: string, method: string): Response {
  if (isResponse(result) && result.status !== 0) return result
  throw new Error(`No response is returned from route handler '${file}' (${method}). Return a Response in every branch.`)
}

/** Runs the handler, whose redirects and the like are Next.js's to answer. */
async function runHandler(run: FileRun, mount: Mount, module: RouteModule): Promise<Response> {
  const { arrival, context, host, match, notFound } = run
  const { request } = arrival
  const { route, params, isStatic } = match
  warnOfStaticConfig(route, module)
  const { method } = request
  const handler = handlerFor(module, method)
  if (!handler) return answerWithoutHandler(context, module, request, host)
  const standIn = async (thrown: unknown): Promise<Response> => {
    const own = readFallbackStatus(thrown) === 404 ? await notFound?.() : undefined
    return own ?? holdThrown(context, thrown, request, mount)
  }
  const answerError = (thrown: unknown): Promise<Response> => {
    mount.answersItself = true
    return standIn(thrown).catch(host.answerError)
  }
  try {
    const inner = { c: host.c, ran: host.ran, answerError }
    const native = request === mount.request ? request : toNextRequest(request, mount.request)
    const result = await handler(native, createHandlerContext({ context, params, isStaticRoute: isStatic }, inner))
    return requireResponse(result, route.file, method)
  } catch (thrown) {
    return await standIn(thrown)
  }
}

/**
 * Runs a file's handler for a request that comes through Next.js, whose own `next/*` the file imports: the request goes on as
 * it is, and cookies, `after` and revalidation are none of the router's business.
 * @throws {Error} what the handler threw, unless it is Next.js's to answer
 */
export async function answerMounted(run: FileRun, mount: Mount): Promise<Response> {
  const { arrival, host, match } = run
  const { route } = match
  let phase: ErrorPhase = 'load'
  try {
    const module = await route.load()
    phase = 'handler'
    return presentError(host.c, await runHandler(run, mount, module))
  } catch (thrown) {
    mount.thrown = thrown
    throw toError(thrown, { phase, file: route.file, method: arrival.request.method, pathname: route.pathname })
  }
}

/** Lets an answer stand for a thrown redirect or the like. @throws any other error */
function holdThrown(context: RouterContext, thrown: unknown, request: Request, mount: Mount): Response {
  const standIn = standInFor(context, thrown, request)
  if (!standIn) throw thrown
  const isInternal = readRedirect(thrown) === undefined && readFallbackStatus(thrown) === undefined
  return hold(mount, standIn, { thrown, isInternal, report: async () => {} })
}

/** The answer that stands for a thrown redirect or the like; `undefined` for an ordinary error. */
function standInFor(context: RouterContext, thrown: unknown, request: Request): Response | undefined {
  const redirect = readRedirect(thrown)
  if (redirect) return redirectAnswer(request, redirect)
  const status = readFallbackStatus(thrown)
  if (status !== undefined) return context.responses.fallback(status)
  return isSignal(thrown) ? context.responses.internalError(undefined) : undefined
}
