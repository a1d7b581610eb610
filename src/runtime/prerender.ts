import { encodeEntry } from '../cache/codec.js'
import { memoryStore } from '../cache/memory.js'
import type { CacheEntry, CacheStore } from '../cache/store.js'
import { EveryrouteError } from '../routing/errors.js'
import type { RouteManifest } from '../routing/manifest.js'
import type { Prerendered, RouteEntry, RouterContext } from './context.js'
import { openCache } from './data-cache.js'
import { installFetch, setFetchCache } from './fetch.js'
import type { IncomingRun } from './handler.js'
import { handlerFor } from './methods.js'
import { asNextRequest } from './next-request.js'
import { enableRequestScope } from './request-scope.js'
import { createContext, type RouterOptions } from './router-context.js'
import { answerStatic, staticRouteOf } from './static-answers.js'

export type { Prerendered } from './context.js'

/** As Next.js's build calls itself. */
const BUILD_ORIGIN = 'http://localhost:3000'

/** A store in memory that remembers all that was put into it. */
function recordingStore(entries: Map<string, CacheEntry>): CacheStore {
  const store = memoryStore()
  return {
    get: (key) => store.get(key),
    delete: (key) => store.delete(key),
    readTags: (tags) => store.readTags(tags),
    invalidateTags: (tags, invalidation) => store.invalidateTags(tags, invalidation),
    set(key, entry) {
      entries.set(key, entry)
      return store.set(key, entry)
    },
  }
}

/** A build's work goes on nowhere: it is waited for. */
function createLifetime(work: Promise<unknown>[]): IncomingRun['lifetime'] {
  return () => ({ waitUntil: (promise) => void work.push(promise), onClose: (callback) => queueMicrotask(callback) })
}

async function prerenderRoute(context: RouterContext, route: RouteEntry): Promise<'settled' | 'dynamic' | undefined> {
  const module = await route.load()
  const isStaticRoute = !route.pathname.includes('[')
  const side = staticRouteOf(route, module, isStaticRoute)
  const handler = handlerFor(module, 'GET')
  if (!side || !handler) return undefined
  const work: Promise<unknown>[] = []
  const pathname = isStaticRoute ? route.pathname : '/'
  const request = asNextRequest(new Request(new URL(pathname, BUILD_ORIGIN)))
  const incoming: IncomingRun = { context, route, module, request, params: {}, pathname, isStaticRoute, lifetime: createLifetime(work) }
  const cache = openCache(context.cache)
  if (isStaticRoute && !side.plan.generateParams) await answerStatic(cache, side, { ...incoming, handler })
  else await side.prepare(cache, incoming)
  await Promise.all(work)
  return side.isDynamic ? 'dynamic' : 'settled'
}

/**
 * Makes the answers that Next.js's build makes: those of files whose GET is kept, for a path without params and for the
 * generated ones.
 * @throws {EveryrouteError} `ERR_PRERENDER` where a handler fails, with the file
 */
export async function prerender(manifest: RouteManifest, options: RouterOptions = {}): Promise<Prerendered> {
  enableRequestScope()
  const entries = new Map<string, CacheEntry>()
  const context = createContext(manifest, { ...options, cache: recordingStore(entries) })
  setFetchCache(context.cache)
  installFetch()
  const found: Record<'settled' | 'dynamic', string[]> = { settled: [], dynamic: [] }
  for (const route of manifest.routes) {
    try {
      const state = await prerenderRoute(context, { pathname: route.pathname, file: route.file, load: route.load })
      if (state) found[state].push(route.file)
    } catch (cause) {
      throw new EveryrouteError(
        'ERR_PRERENDER',
        `${route.file} failed while its answer was made for the build: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          files: [route.file],
          fix: "Mend the handler, or export `dynamic = 'force-dynamic'` to make its answers for each request.",
          cause,
        },
      )
    }
  }
  return { entries: Object.fromEntries([...entries].map(([key, entry]) => [key, encodeEntry(entry)])), ...found }
}
