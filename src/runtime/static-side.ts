import type { RouteSegmentConfig } from '../routing/manifest.js'
import { openCache } from './data-cache.js'
import { hasDraftMode } from './draft-mode.js'
import type { IncomingRun } from './handler.js'
import { handlerFor } from './methods.js'
import type { ServerRequest } from './next-request.js'
import { answerStatic, type StaticRoute, staticRouteOf } from './static-answers.js'
import { emptyRequest } from './static-request.js'

type AnswerDynamic = (incoming: IncomingRun, request: ServerRequest) => Response | Promise<Response>

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** What Next.js answers on a prerendered file to any other method than GET and HEAD. */
const onlyRead = (): Response => new Response('Method Not Allowed', { status: 405, headers: { allow: 'GET, HEAD' } })

/** The request as the handler sees it where no answer is kept: `force-static` empties it all the same. */
const dynamicRequest = ({ module, context, request }: IncomingRun): ServerRequest =>
  (module as RouteSegmentConfig).dynamic === 'force-static' ? emptyRequest(context, request) : request

/**
 * Next.js's accidents with other methods on files whose GET is kept: prerendered paths take none, paths with generated
 * params answer any method with what is kept.
 */
async function answerOtherMethod(incoming: IncomingRun, route: StaticRoute, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, isStaticRoute, module, request } = incoming
  if (!context.strict) return answerDynamic(incoming, dynamicRequest(incoming))
  if (isStaticRoute) return onlyRead()
  if (!route.plan.generateParams) return context.responses.internalError(undefined)
  const handler = handlerFor(module, request.method) ?? handlerFor(module, 'GET')!
  return (await answerStatic(openCache(context.cache), route, { ...incoming, handler })) ?? answerDynamic(incoming, request)
}

/** Answers for a file with static configuration. */
export async function answerWithStatic(incoming: IncomingRun, answerDynamic: AnswerDynamic): Promise<Response> {
  const { context, isStaticRoute, module, params, request } = incoming
  const route = staticRouteOf(module, isStaticRoute)
  if (!route) return answerDynamic(incoming, dynamicRequest(incoming))
  if (!route.plan.dynamicParams && !(await route.lists(params, incoming.route.file))) return context.responses.notFound()
  if (context.development || hasDraftMode(request.headers, context.draftMode)) return answerDynamic(incoming, dynamicRequest(incoming))
  if (!isRead(request.method)) return answerOtherMethod(incoming, route, answerDynamic)
  const handler = handlerFor(module, 'GET')!
  return (await answerStatic(openCache(context.cache), route, { ...incoming, handler })) ?? answerDynamic(incoming, request)
}
