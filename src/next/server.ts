import type { AfterTask } from '../runtime/after.js'
import { enableRequestScope } from '../runtime/request-scope.js'
import { requireScope } from '../runtime/scope.js'

export type { MiddlewareConfig, NextFetchEvent, NextMiddleware, NextMiddlewareResult, NextProxy, ProxyConfig } from './proxy-types.js'
export { NextRequest, type NextRequestInit } from './request.js'
export { type MiddlewareResponseInit, NextResponse } from './response.js'
export { type UserAgent, userAgent, userAgentFromString } from './user-agent.js'

enableRequestScope()

/**
 * Runs a task once the answer has been sent in full, also after an error or a redirect. Promises are waited for.
 * @throws {Error} outside of a request, or where the task is neither a function nor a promise
 * @see https://nextjs.org/docs/app/api-reference/functions/after
 */
export function after(task: AfterTask): void {
  const scope = requireScope('after')
  const isPromise = typeof task === 'object' && task !== null && typeof task.then === 'function'
  if (typeof task !== 'function' && !isPromise) throw new Error('`after()`: Argument must be a promise or a function')
  scope.after.add(task)
}

/**
 * Waits for a request: what follows never runs while an answer is made to be kept.
 * @throws {Error} outside of a request; inside `unstable_cache`
 * @see https://nextjs.org/docs/app/api-reference/functions/connection
 */
export async function connection(): Promise<void> {
  const scope = requireScope('connection')
  if (scope.phase === 'cache') {
    throw new Error(`Route ${scope.route} used \`connection()\` inside a function cached with \`unstable_cache()\`.`)
  }
  scope.staticAttempt?.readsRequest(scope.route, 'connection()')
}

/** The host's own; `undefined` where it has none (Node.js before 23.8). */
export const URLPattern: typeof globalThis.URLPattern = globalThis.URLPattern

/** @throws {Error} always: it has moved to `next/og` */
export function ImageResponse(): never {
  throw new Error('ImageResponse moved from "next/server" to "next/og" since Next.js 14, please import from "next/og" instead')
}
