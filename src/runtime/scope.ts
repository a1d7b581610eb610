import type { AfterTasks } from './after.js'
import type { CacheHandle } from './context.js'
import type { DraftMode } from './draft-mode.js'
import { processWide } from './process-wide.js'
import type { MutableCookies } from './request-cookies.js'
import type { StaticAttempt } from './static-attempt.js'

/**
 * `handler`: the handler runs, cookies may be set. `after`: the answer is on its way, cookies are read-only.
 * `cache`: inside `unstable_cache`, where nothing of the request may be read.
 */
export type ScopePhase = 'handler' | 'after' | 'cache'

/** What the functions of `next/*` know of the request that they are called in. */
export interface RequestScope {
  readonly request: Request
  /** The route's pathname, for messages: `/users/[id]`. */
  readonly route: string
  /** The raw path by which the route was found, without base path, for tags of paths: `/users/7`. */
  readonly pathname: string
  /** Whether Next.js's accidents are wanted too. */
  readonly strict: boolean
  /** The route file's `fetchCache`. */
  readonly fetchCache: string | undefined
  /** Whether the route file exports `dynamic = 'force-dynamic'`. */
  readonly forceDynamic: boolean
  /** Whether `forbidden()` and `unauthorized()` answer. */
  readonly authInterrupts: boolean
  /** Whether the request is taken for a Server Action, whose redirects are 303. */
  readonly isAction: boolean
  readonly after: AfterTasks
  readonly cache: CacheHandle
  /** Whether answers and data are made anew: draft mode is on. */
  readonly bypassesCache: boolean
  /** The route file without its extension, for tags of paths: `/(shop)/users/[id]/route`. */
  readonly page: string
  readonly waitUntil: (work: Promise<unknown>) => void
  /** Invalidations that the handler asked for; they are applied once it has answered, not if it fails. */
  readonly invalidations: (() => Promise<void>)[]
  /** Tags that the request has asked to invalidate, applied or not; none before the first. */
  pendingTags: Set<string> | undefined
  readonly draftMode: DraftMode
  phase: ScopePhase
  /** Created when `cookies()` is first called. */
  cookies: MutableCookies | undefined
  /** Set while an answer is made that may be kept. */
  readonly staticAttempt: StaticAttempt | undefined
}

interface ScopeStorage {
  run<R, Args extends unknown[]>(scope: RequestScope, callback: (...args: Args) => R, ...args: Args): R
  getStore(): RequestScope | undefined
}

interface ScopeHolder {
  storage: ScopeStorage | undefined
  /** Whether the scope of any request may be asked for, not of those alone whose answers may be kept. */
  isWanted: boolean
}

/** One holder per process, so that two copies of the package share one scope. */
export const scopeHolder: ScopeHolder = /* @__PURE__ */ processWide('scope@2', () => ({ storage: undefined, isWanted: false }))

/** Runs the callback in the scope, if anything that reads scopes has been loaded. */
export function runInScope<R, Args extends unknown[]>(scope: RequestScope, callback: (...args: Args) => R, ...args: Args): R {
  return scopeHolder.storage ? scopeHolder.storage.run(scope, callback, ...args) : callback(...args)
}

export const currentScope = (): RequestScope | undefined => scopeHolder.storage?.getStore()

/**
 * The scope of the request being answered.
 * @throws {Error} outside of a request, naming the function that was called
 */
export function requireScope(caller: string): RequestScope {
  const scope = currentScope()
  if (scope) return scope
  throw new Error(
    `\`${caller}\` was called outside a request scope. Read more: https://nextjs.org/docs/messages/next-dynamic-api-wrong-context`,
  )
}
