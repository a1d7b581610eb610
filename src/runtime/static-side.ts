import type { RouteSegmentConfig } from '../routing/manifest.js'
import type { RouterContext } from './context.js'
import { openCache } from './data-cache.js'
import { hasDraftMode } from './draft-mode.js'
import { type IncomingRun, withoutForgedDraftMode } from './handler.js'
import { answerWithoutHandler } from './method-answers.js'
import { handlerFor } from './methods.js'
import type { ServerRequest } from './next-request.js'
import { serverError, UNCACHED } from './responses.js'
import { answerStatic, type StaticRoute, staticRouteOf } from './static-answers.js'
import { emptyRequest } from './static-request.js'

export { answerFresh } from './fresh-answer.js'

type AnswerDynamic = (incoming: IncomingRun, request: ServerRequest) => Response | Promise<Response>

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** What Next.js answers on a prerendered file to any other method than GET and HEAD. */
const onlyRead = (): Response =>
  new Response(new TextEncoder().encode('Method Not Allowed'), { status: 405, headers: { allow: 'GET, HEAD' } })

/** Runs the handler for one request. `force-static` empties the request all the same. */
async function answerUnkept(incoming: IncomingRun, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, module, pathname, request } = incoming
  if ((module as RouteSegmentConfig).dynamic !== 'force-static') return answerDynamic(incoming, request)
  return answerDynamic({ ...incoming, clientHeaders: request.headers }, emptyRequest(context, request, pathname))
}

/** Draft mode passes by what is kept, and nobody keeps what it answers. */
async function answerDraft(incoming: IncomingRun, answerDynamic: AnswerDynamic): Promise<Response> {
  const response = await answerUnkept(incoming, answerDynamic)
  const headers = new Headers(response.headers)
  headers.set('cache-control', UNCACHED)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

/**
 * Next.js's accidents with other methods on files whose GET is kept: prerendered paths take none, paths with params
 * answer any method with what is kept, which may be what another method made.
 */
async function answerOtherMethod(incoming: IncomingRun, route: StaticRoute, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, isStaticRoute } = incoming
  if (!context.strict) return answerUnkept(incoming, answerDynamic)
  if (isStaticRoute) return onlyRead()
  return answerKept(incoming, route, answerDynamic)
}

/** Answers with what is kept, or makes it. Where the handler reads the request, Next.js fails; by default it then runs for each. */
async function answerKept(incoming: IncomingRun, route: StaticRoute, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, module, request, route: entry } = incoming
  const handler = handlerFor(module, isRead(request.method) ? 'GET' : request.method)
  const run = { ...incoming, handler: handler ?? (() => answerWithoutHandler(context, module, request, undefined)) }
  try {
    const kept = await answerStatic(openCache(context.cache), route, run)
    return kept ? withoutForgedDraftMode(kept, incoming) : await answerUnkept(incoming, answerDynamic)
  } catch (error) {
    if (!context.strict) throw error
    await context.instrumentation?.onRequestError(error, request, entry.pathname, 'stale')
    context.report(error, { phase: 'handler', file: entry.file, method: request.method, pathname: entry.pathname })
    return withoutForgedDraftMode(serverError(), incoming)
  }
}

/** Applies what a build has learnt of a file. */
async function applyPrerendered({ cache }: RouterContext, route: StaticRoute, file: string): Promise<void> {
  if (!cache.prerendered || route.isKnown) return
  const { dynamic, settled } = await cache.prerendered()
  const madeParams = dynamic[file]
  if (madeParams) route.settle({ isDynamic: true, madeParams })
  else if (settled.includes(file)) route.settle({ isDynamic: false })
  route.isKnown = true
}

/** Answers for a file with static configuration. */
export async function answerWithStatic(incoming: IncomingRun, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, isStaticRoute, module, params, request } = incoming
  const route = staticRouteOf(incoming.route, module, isStaticRoute)
  if (!route) return answerUnkept(incoming, answerDynamic)
  await applyPrerendered(context, route, incoming.route.file)
  if (!context.development) await route.prepare(openCache(context.cache), incoming)
  if (!route.keeps(params)) return answerUnkept(incoming, answerDynamic)
  if (!route.plan.dynamicParams && !(await route.lists(params, incoming.route))) return context.responses.notFound()
  if (context.development) return answerUnkept(incoming, answerDynamic)
  if (hasDraftMode(request.headers, context.draftMode)) return answerDraft(incoming, answerDynamic)
  if (!isRead(request.method)) return answerOtherMethod(incoming, route, answerDynamic)
  return answerKept(incoming, route, answerDynamic)
}
