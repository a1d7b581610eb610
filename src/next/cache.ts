import { type CacheValue, MISS } from '../cache/cache.js'
import { cacheKey } from '../cache/keys.js'
import type { CacheProfile } from '../cache/profiles.js'
import type { CacheEntry } from '../cache/store.js'
import { checkTags, pathTags, revalidatePathTags } from '../cache/tags.js'
import { openCache } from '../runtime/data-cache.js'
import { isPending, notePending } from '../runtime/pending-tags.js'
import { enableRequestScope } from '../runtime/request-scope.js'
import { currentScope, type RequestScope, requireScope, runInScope } from '../runtime/scope.js'

enableRequestScope()

function scheduleInvalidation(
  expression: string,
  tagsOf: (scope: RequestScope) => readonly string[],
  profile?: string | CacheProfile,
): void {
  const scope = requireScope(expression)
  if (scope.phase === 'cache') {
    throw new Error(`Route ${scope.route} used \`${expression}\` inside a function cached with \`unstable_cache()\`; call it outside.`)
  }
  scope.staticAttempt?.invalidates(scope.route, expression)
  const tags = tagsOf(scope)
  notePending(scope, tags)
  scope.invalidations.push(() => openCache(scope.cache).revalidateTag(tags, profile))
}

/**
 * Invalidates what carries the tag, once the handler has answered.
 * @param profile `'max'` or another profile: one more stale answer, then the new one. `{ expire: 0 }` or none: at once.
 * @throws {Error} outside of a request; inside `unstable_cache`
 * @see https://nextjs.org/docs/app/api-reference/functions/revalidateTag
 */
export function revalidateTag(tag: string, profile?: string | CacheProfile): void {
  scheduleInvalidation(`revalidateTag(${JSON.stringify(tag)})`, () => [tag], profile)
}

/**
 * Invalidates the answer of a path, once the handler has answered.
 * @param path exact, without base path, escaped or not; with a type, a route's pattern such as `/users/[id]`
 * @param type `'layout'` reaches route files; `'page'` has no effect on them, as in Next.js
 * @throws {Error} outside of a request; inside `unstable_cache`
 * @see https://nextjs.org/docs/app/api-reference/functions/revalidatePath
 */
export function revalidatePath(path: string, type?: 'layout' | 'page'): void {
  scheduleInvalidation(`revalidatePath(${JSON.stringify(path)})`, ({ strict }) => revalidatePathTags(path, type, strict))
}

/** @throws {Error} always: only Server Actions may call it */
export function updateTag(_tag: string): never {
  throw new Error(
    'updateTag can only be called from within a Server Action. To invalidate cache tags in Route Handlers or other contexts, use revalidateTag instead. See more info here: https://nextjs.org/docs/app/api-reference/functions/updateTag',
  )
}

/** @throws {Error} always: only Server Actions may call it */
export function refresh(): never {
  throw new Error(
    'refresh can only be called from within a Server Action. See more info here: https://nextjs.org/docs/app/api-reference/functions/refresh',
  )
}

/**
 * Says that what is being made depends on the moment: the answer isn't kept.
 * @throws {Error} under `dynamic = 'error'`, and the signal that ends the making of an answer to be kept; not under `force-static`
 * @see https://nextjs.org/docs/app/api-reference/functions/unstable_noStore
 */
export function unstable_noStore(): void {
  const scope = currentScope()
  if (scope?.phase === 'handler') scope.staticAttempt?.readsRequest(scope.route, 'unstable_noStore()')
}

export interface UnstableCacheOptions {
  /** At most 128 of at most 256 characters each; more are left out. */
  tags?: string[]
  /** Seconds, more than 0; `false`: until invalidated. Default `false`. */
  revalidate?: number | false
}

/** A result as it is kept; a result of `undefined` has no JSON. */
type KeptResult = { readonly json: string } | { readonly json: null }

const readResult = ({ json }: KeptResult): unknown => (json === null ? undefined : JSON.parse(json))

function checkOptions(options: UnstableCacheOptions, name: string): readonly string[] {
  const { revalidate, tags = [] } = options
  if (revalidate === 0) {
    throw new Error(`Invariant revalidate: 0 can not be passed to unstable_cache(), must be "false" or "> 0" ${name}`)
  }
  if (revalidate !== undefined && revalidate !== false && !(typeof revalidate === 'number' && revalidate > 0)) {
    throw new Error(`Invalid revalidate value "${String(revalidate)}" on "unstable_cache ${name}", must be a non-negative number or false`)
  }
  const checked = checkTags(tags)
  for (const { tag, reason } of checked.dropped) console.warn(`unstable_cache ${name}: tag ${JSON.stringify(tag)} is left out: ${reason}`)
  return checked.tags
}

/** The scope inside a cached function, where nothing of the request may be read, until `after()` makes it another. */
const cachedScope = (scope: RequestScope): RequestScope =>
  Object.create(scope, { phase: { value: 'cache', writable: true } }) as RequestScope

/**
 * Keeps the results of a function by its arguments, its source and `keyParts`. Results go through JSON; those that it can't
 * carry are not kept.
 * @throws {Error} where `revalidate` is not more than 0 or `false`
 * @see https://nextjs.org/docs/app/api-reference/functions/unstable_cache
 */
export function unstable_cache<Arguments extends unknown[], Result>(
  callback: (...args: Arguments) => Promise<Result>,
  keyParts: string[] = [],
  options: UnstableCacheOptions = {},
): (...args: Arguments) => Promise<Result> {
  const tags = checkOptions(options, callback.name || callback.toString())
  const { revalidate } = options
  const fixedKey = `${callback.toString()}-${keyParts.join(',')}`

  return async (...args) => {
    const scope = currentScope()
    if (!scope || scope.phase === 'cache' || scope.bypassesCache) return callback(...args)
    const attempt = scope.staticAttempt
    for (const tag of tags) attempt?.tags.add(tag)
    if (revalidate !== undefined) attempt?.limit(revalidate)
    let made: { readonly result: Result } | undefined
    const produce = async (stale?: CacheEntry): Promise<CacheValue> => {
      const result = await runInScope(cachedScope(scope), () => callback(...args))
      made = { result }
      try {
        return { value: { json: JSON.stringify(result) ?? null } satisfies KeptResult }
      } catch (error) {
        // A BigInt or a cycle, which JSON can't carry, is an answer all the same; it takes the place of none that is kept.
        if (stale) throw error
        scope.cache.report(error)
        return { value: null, revalidate: 0 }
      }
    }
    const cache = openCache(scope.cache)
    const key = await cacheKey('unstable_cache', fixedKey, JSON.stringify(args))
    const softTags = pathTags(scope.pathname, scope.page, scope.strict)
    const heeded = [...tags, ...softTags]
    const kept = { tags, softTags, revalidate: revalidate ?? false, waitUntil: scope.waitUntil }
    const isInvalidated = isPending(scope, heeded)
    if (attempt || isInvalidated) {
      // What is kept itself must not be made of stale data.
      const { entry, state } = isInvalidated ? MISS : await cache.lookup(key, { tags: heeded })
      if (entry && state === 'fresh') return readResult(entry.value as unknown as KeptResult) as Result
      const startedAt = cache.now()
      const value = await produce()
      await cache.set(key, { tags, revalidate: revalidate ?? false, ...value }, { startedAt })
    } else {
      const { entry, state } = await cache.remember(key, kept, produce)
      if (state !== 'miss' || !made) return readResult(entry.value as unknown as KeptResult) as Result
    }
    return (made as unknown as { result: Result }).result
  }
}

const needsCacheComponents = (name: string): never => {
  throw new Error(`\`${name}()\` is only available with the \`cacheComponents\` config.`)
}

/** @throws {Error} always: `"use cache"` belongs to Next.js's compiler */
export const cacheLife = (_profile: string | CacheProfile): never => needsCacheComponents('cacheLife')
/** @throws {Error} always: `"use cache"` belongs to Next.js's compiler */
export const cacheTag = (..._tags: string[]): never => needsCacheComponents('cacheTag')
/**
 * Marks input or output. Resolves at once: it only holds something back under Next.js's cacheComponents.
 * @see https://nextjs.org/docs/app/api-reference/functions/io
 */
export async function io(): Promise<void> {}
/** @throws {Error} always: stages belong to Next.js's cacheComponents */
export const navigation = (): never => needsCacheComponents('navigation')
/** @throws {Error} always: stages belong to Next.js's cacheComponents */
export const prefetch = (): never => needsCacheComponents('prefetch')
export const unstable_cacheLife: typeof cacheLife = cacheLife
export const unstable_cacheTag: typeof cacheTag = cacheTag
