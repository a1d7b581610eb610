import type { RouteSegmentConfig } from '../routing/manifest.js'
import { AfterTasks } from './after.js'
import { type CacheHandle, pageOf, type RouteEntry } from './context.js'
import { DraftMode, hasDraftMode } from './draft-mode.js'
import type { HandlerRun } from './handler.js'
import { createMutableCookies, type MutableCookies } from './request-cookies.js'
import { type RequestScope, runInScope, type ScopePhase } from './scope.js'
import { isServerAction } from './server-action.js'
import type { StaticAttempt } from './static-attempt.js'

/** Applies the invalidations asked for so far. One that fails is reported; the answer stays as it is. */
export async function settle(scope: RequestScope): Promise<void> {
  for (const invalidate of scope.invalidations.splice(0)) await invalidate().catch(scope.cache.report)
}

/** What a scope is of: the run of a handler, or of a proxy. */
export type ScopedRun = Pick<HandlerRun, 'clientHeaders' | 'context' | 'lifetime' | 'module' | 'pathname' | 'request' | 'staticAttempt'> & {
  readonly route: Pick<RouteEntry, 'file' | 'pathname'>
}

/**
 * The scope of one run of a handler. What most handlers never ask for is made when it is asked for. Its members are no
 * private names, for a scope within another (`unstable_cache`) inherits from it.
 */
export class HandlerScope implements RequestScope {
  private readonly run: ScopedRun
  phase: ScopePhase = 'handler'
  cookies: MutableCookies | undefined
  pendingTags: Set<string> | undefined
  private invalidationList: (() => Promise<void>)[] | undefined
  private tasks: AfterTasks | undefined
  private draft: DraftMode | undefined

  constructor(run: ScopedRun) {
    this.run = run
  }

  get request(): Request {
    return this.run.request
  }
  get route(): string {
    return this.run.route.pathname
  }
  get pathname(): string {
    return this.run.pathname
  }
  get page(): string {
    return pageOf(this.run.route)
  }
  get strict(): boolean {
    return this.run.context.strict
  }
  get fetchCache(): string | undefined {
    return (this.run.module as RouteSegmentConfig).fetchCache
  }
  get forceDynamic(): boolean {
    return (this.run.module as RouteSegmentConfig).dynamic === 'force-dynamic'
  }
  get authInterrupts(): boolean {
    return this.run.context.authInterrupts
  }
  get cache(): CacheHandle {
    return this.run.context.cache
  }
  get staticAttempt(): StaticAttempt | undefined {
    return this.run.staticAttempt
  }

  /** Next.js takes these requests for Server Actions. */
  get isAction(): boolean {
    return isServerAction(this.run.request)
  }

  get invalidations(): (() => Promise<void>)[] {
    this.invalidationList ??= []
    return this.invalidationList
  }
  get hasInvalidations(): boolean {
    return this.invalidationList !== undefined && this.invalidationList.length > 0
  }

  get bypassesCache(): boolean {
    return this.staticAttempt === undefined && hasDraftMode(this.clientHeaders(), this.run.context.draftMode)
  }

  get draftMode(): DraftMode {
    this.draft ??= new DraftMode(this.clientHeaders(), this.run.context.draftMode, () => {
      this.cookies ??= createMutableCookies(this.run.request.headers, () => this.phase === 'handler')
      return this.cookies
    })
    return this.draft
  }

  get after(): AfterTasks {
    this.tasks ??= this.createAfter()
    return this.tasks
  }

  get waitUntil(): (work: Promise<unknown>) => void {
    return (work) => this.run.lifetime().waitUntil(work)
  }

  /** Asked for late: a request whose answer is kept must not be read before. */
  private clientHeaders(): Headers {
    return this.run.clientHeaders ?? this.run.request.headers
  }

  private createAfter(): AfterTasks {
    const { context, lifetime, request, route } = this.run
    return new AfterTasks(
      lifetime,
      async (callback) => {
        if (this.staticAttempt?.dropsCallbacks) return
        this.phase = 'after'
        await runInScope(this, callback)
        await settle(this)
      },
      (error) => context.report(error, { phase: 'after', file: route.file, method: request.method, pathname: route.pathname }),
    )
  }
}
