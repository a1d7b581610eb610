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
import { createContext, logToConsole, type RouterOptions } from './router-context.js'
import { answerStatic, type StaticRoute, staticRouteOf } from './static-answers.js'
import { BUILD_ORIGIN } from './static-request.js'

export type { Prerendered } from './context.js'

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

type BeforeAnswer = (pathname: string) => Promise<void>

/** @returns what is known of the file from then on; `undefined` where its answers are never kept */
async function prerenderRoute(context: RouterContext, route: RouteEntry, before: BeforeAnswer): Promise<StaticRoute | undefined> {
  await before(route.pathname)
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
  if (isStaticRoute) await answerStatic(cache, side, { ...incoming, handler })
  else await side.prepare(cache, incoming, before)
  await Promise.all(work)
  return side
}

export interface PrerenderOptions extends RouterOptions {
  /** Called before each answer is made, and waited for. */
  onStart?: (file: string, pathname: string) => void | Promise<void>
}

/**
 * Makes the answers that Next.js's build makes: those of files whose GET is kept, for a path without params and for the
 * generated ones.
 * @throws {EveryrouteError} `ERR_PRERENDER` where a handler fails or what it gave to `after()`, with the file
 */
export async function prerender(manifest: RouteManifest, options: PrerenderOptions = {}): Promise<Prerendered> {
  const { onStart, logError = logToConsole, ...routerOptions } = options
  enableRequestScope()
  const entries = new Map<string, CacheEntry>()
  const failedAfter: unknown[] = []
  const context = createContext(manifest, {
    ...routerOptions,
    cache: recordingStore(entries),
    logError: (error, where) => (where.phase === 'after' ? void failedAfter.push(error) : logError(error, where)),
  })
  setFetchCache(context.cache)
  installFetch()
  const settled: string[] = []
  const dynamic: Record<string, readonly string[]> = {}
  for (const { file, pathname, load } of manifest.routes) {
    let current = pathname
    const before: BeforeAnswer = async (path) => {
      current = path
      await onStart?.(file, path)
    }
    try {
      const side = await prerenderRoute(context, { pathname, file, load }, before)
      if (failedAfter.length > 0) throw failedAfter[0]
      if (side?.isDynamic) dynamic[file] = side.madeParams
      else if (side) settled.push(file)
    } catch (cause) {
      throw prerenderError(file, current, cause)
    }
  }
  return { entries: Object.fromEntries([...entries].map(([key, entry]) => [key, encodeEntry(entry)])), settled, dynamic }
}

function prerenderError(file: string, pathname: string, cause: unknown): EveryrouteError {
  return new EveryrouteError(
    'ERR_PRERENDER',
    `GET ${pathname} failed while the build made its answer: ${cause instanceof Error ? cause.message : String(cause)}`,
    {
      files: [file],
      fix: "Mend the handler, or export `dynamic = 'force-dynamic'` to make its answers for each request.",
      cause,
    },
  )
}
