import { concernsCache, type FetchInit } from '../runtime/fetch.js'
import { fetchThroughCache } from '../runtime/fetch-cache.js'
import { currentScope } from '../runtime/scope.js'

/** A `fetch` with Next.js's caching options, put over another. */
interface Installed {
  readonly fetch: typeof fetch
  readonly original: typeof fetch
  calls: number
}

let installed: Installed | undefined

function install(): Installed {
  const original = globalThis.fetch
  const plain: typeof fetch = (...args) => original.apply(globalThis, args)
  const caching = (input: RequestInfo | URL, init?: FetchInit): Promise<Response> => {
    const scope = currentScope()
    if (!scope || !concernsCache(input, init)) return original.call(globalThis, input, init)
    return fetchThroughCache(plain, scope.cache, input, init)
  }
  globalThis.fetch = Object.setPrototypeOf(caching, original) as typeof fetch
  return { fetch: globalThis.fetch, original, calls: 0 }
}

/**
 * Puts a caching `fetch` over the one that is there, be it a mock, while calls are running.
 * @returns takes it away again, once no other call needs it
 */
export function enterFetch(): () => void {
  if (!installed || globalThis.fetch !== installed.fetch) installed = install()
  const mine = installed
  mine.calls++
  return () => {
    mine.calls--
    // A mock that was put over it in the meantime is not ours to take away.
    if (mine.calls === 0 && globalThis.fetch === mine.fetch) globalThis.fetch = mine.original
  }
}
