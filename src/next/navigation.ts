import {
  createFallbackError,
  createRedirectError,
  type FallbackStatus,
  isNavigationError,
  type RedirectKind,
} from '../runtime/navigation-errors.js'
import { enableRequestScope } from '../runtime/request-scope.js'
import { currentScope } from '../runtime/scope.js'
import { isDynamicUsage } from '../runtime/static-attempt.js'

enableRequestScope()

export const RedirectType: { readonly push: 'push'; readonly replace: 'replace' } = { push: 'push', replace: 'replace' }
export type RedirectType = RedirectKind

/**
 * Ends the handler with 307, or 303 where the request is a form's POST.
 * @param url goes into `Location` as it is; relative URLs are allowed
 * @throws always; let it pass through your own `catch`
 * @see https://nextjs.org/docs/app/api-reference/functions/redirect
 */
export function redirect(url: string, type?: RedirectType): never {
  throw createRedirectError(url, type ?? (currentScope()?.isAction ? 'push' : 'replace'), 307)
}

/**
 * Ends the handler with 308, or 303 where the request is a form's POST.
 * @throws always; let it pass through your own `catch`
 * @see https://nextjs.org/docs/app/api-reference/functions/permanentRedirect
 */
export function permanentRedirect(url: string, type: RedirectType = 'replace'): never {
  throw createRedirectError(url, type, 308)
}

/**
 * Ends the handler with 404.
 * @throws always
 * @see https://nextjs.org/docs/app/api-reference/functions/not-found
 */
export function notFound(): never {
  throw createFallbackError(404)
}

function interrupt(name: string, status: FallbackStatus): never {
  if (currentScope()?.authInterrupts) throw createFallbackError(status)
  throw new Error(
    `\`${name}()\` is experimental: set \`experimental.authInterrupts\` to true in next.config, or \`authInterrupts\` in everyroute.config, to use it.`,
  )
}

/**
 * Ends the handler with 403; needs `authInterrupts`, and is an ordinary error without it.
 * @throws always
 * @see https://nextjs.org/docs/app/api-reference/functions/forbidden
 */
export function forbidden(): never {
  interrupt('forbidden', 403)
}

/**
 * Ends the handler with 401; needs `authInterrupts`, and is an ordinary error without it.
 * @throws always
 * @see https://nextjs.org/docs/app/api-reference/functions/unauthorized
 */
export function unauthorized(): never {
  interrupt('unauthorized', 401)
}

/** Signals of Next.js's rendering, which a library for both may throw. */
const RENDERING = new Set<unknown>(['BAILOUT_TO_CLIENT_SIDE_RENDERING', 'HANGING_PROMISE_REJECTION', 'NEXT_PRERENDER_INTERRUPTED'])

const isOfRendering = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'digest' in error && RENDERING.has(error.digest)

/**
 * Throws the error again where it, or a cause below it, is one by which the framework ends a handler; returns otherwise.
 * @see https://nextjs.org/docs/app/api-reference/functions/unstable_rethrow
 */
export function unstable_rethrow(error: unknown): void {
  if (isNavigationError(error) || isDynamicUsage(error) || isOfRendering(error)) throw error
  if (error instanceof Error && 'cause' in error) unstable_rethrow(error.cause)
}

const readOnly = (): never => {
  throw new Error(
    'Method unavailable on `ReadonlyURLSearchParams`. Read more: https://nextjs.org/docs/app/api-reference/functions/use-search-params#updating-searchparams',
  )
}

/** Search params that cannot be changed: each changing method throws. */
export class ReadonlyURLSearchParams extends URLSearchParams {
  override append(): never {
    return readOnly()
  }
  override delete(): never {
    return readOnly()
  }
  override set(): never {
    return readOnly()
  }
  override sort(): never {
    return readOnly()
  }
}

/** Whether an error came from a Server Action that the server does not know: never, for route handlers have none. */
export const unstable_isUnrecognizedActionError = (_error: unknown): boolean => false
