import { isPromise } from '../cache/cache.js'
import type { RouteModule } from '../routing/manifest.js'
import type { RouteEntry, RouterContext } from './context.js'
import { openCache } from './data-cache.js'
import { mayHaveDraftMode } from './draft-mode.js'
import type { RouteMatch } from './matcher.js'
import { answerKey, fromKept, type StaticRoute, staticRouteOf } from './static-answers.js'

function keyOf({ isStatic, params, route: entry }: RouteMatch<RouteEntry>, route: StaticRoute): string | undefined {
  if (isStatic && route.key !== undefined) return route.key
  const key = answerKey(entry, params)
  if (isPromise(key)) return undefined
  if (isStatic) route.key = key
  return key
}

/**
 * The answer to a GET that is kept and fresh, as {@link answerWithStatic} gives it, where that can be told at once.
 * @returns `undefined` where it can't, or there is none
 */
export function answerFresh(
  context: RouterContext,
  match: RouteMatch<RouteEntry>,
  module: RouteModule,
  request: Request,
): Response | undefined {
  const { cache } = context
  const { isStatic, params, route: entry } = match
  const route = staticRouteOf(entry, module, isStatic)
  if (!route?.isSettled || (cache.prerendered && !route.isKnown) || !route.keeps(params)) return undefined
  if ((!isStatic && !route.plan.dynamicParams) || mayHaveDraftMode(request)) return undefined
  // A store that takes its time is asked once for each request, by the way that waits for it.
  const key = cache.isSlow ? undefined : keyOf(match, route)
  if (key === undefined || route.isDynamicFor(key)) return undefined
  const looked = openCache(cache).lookup(key)
  if (isPromise(looked)) {
    cache.isSlow = true
    return undefined
  }
  return looked.state === 'fresh' ? fromKept(looked.entry!, false, false) : undefined
}
