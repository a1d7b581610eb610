import { encodeTag } from '../cache/tags.js'
import type { RequestScope } from './scope.js'

/** Remembers what the request has invalidated. */
export function notePending(scope: RequestScope, tags: readonly string[]): void {
  scope.pendingTags ??= new Set()
  for (const tag of tags) scope.pendingTags.add(encodeTag(tag))
}

/** Whether the request has invalidated one of the tags: what carries it is made anew for that request, as in Next.js. */
export function isPending({ pendingTags }: RequestScope, tags: readonly string[]): boolean {
  return pendingTags !== undefined && tags.some((tag) => pendingTags.has(encodeTag(tag)))
}
