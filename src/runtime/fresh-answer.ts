import type { Cache } from '../cache/cache.js'
import { isPromise } from '../cache/cache.js'
import type { RouteModule } from '../routing/manifest.js'
import type { RouteEntry, RouterContext } from './context.js'
import { openCache } from './data-cache.js'
import { mayHaveDraftMode } from './draft-mode.js'
import type { RouteMatch } from './matcher.js'
import { answerKey, fromKept, staticRouteOf } from './static-answers.js'

/** Caches whose stores take their time: they are asked once for each request, by the way that waits for them. */
const slow = /* @__PURE__ */ new WeakSet<Cache>()

/** Keys of files whose path has no params. */
const keys = /* @__PURE__ */ new WeakMap<RouteEntry, string>()

function keyOf({ isStatic, params, route }: RouteMatch<RouteEntry>): string | undefined {
  const known = isStatic ? keys.get(route) : undefined
  if (known !== undefined) return known
  const key = answerKey(route, params)
  if (isPromise(key)) return undefined
  if (isStatic) keys.set(route, key)
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
  const { isStatic, params, route: entry } = match
  const route = staticRouteOf(entry, module, isStatic)
  if (!route?.isSettled || (context.cache.prerendered && !route.isKnown) || !route.keeps(params)) return undefined
  if ((!isStatic && !route.plan.dynamicParams) || mayHaveDraftMode(request)) return undefined
  const cache = openCache(context.cache)
  const key = slow.has(cache) ? undefined : keyOf(match)
  if (key === undefined || route.isDynamicFor(key)) return undefined
  const looked = cache.lookup(key)
  if (isPromise(looked)) {
    slow.add(cache)
    return undefined
  }
  return looked.state === 'fresh' ? fromKept(looked.entry!, false, false) : undefined
}
