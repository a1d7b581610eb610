const REDIRECT = 'NEXT_REDIRECT'
const FALLBACK = 'NEXT_HTTP_ERROR_FALLBACK'
const REDIRECT_STATUSES = new Set([303, 307, 308])
const FALLBACK_STATUSES = new Set([401, 403, 404])

export type RedirectKind = 'replace' | 'push'
export type RedirectStatus = 303 | 307 | 308
export type FallbackStatus = 401 | 403 | 404

type ErrorWithDigest = Error & { digest: string }

function withDigest(message: string, digest: string): ErrorWithDigest {
  return Object.assign(new Error(message), { digest })
}

/** The error that `redirect()` throws; the digest is the protocol that Next.js and its ecosystem know it by. */
export function createRedirectError(url: string, kind: RedirectKind, status: RedirectStatus): ErrorWithDigest {
  return withDigest(REDIRECT, `${REDIRECT};${kind};${url};${status};`)
}

/** The error that `notFound()`, `forbidden()` and `unauthorized()` throw. */
export function createFallbackError(status: FallbackStatus): ErrorWithDigest {
  const digest = `${FALLBACK};${status}`
  return withDigest(digest, digest)
}

/** Whether something thrown is a signal of Next.js's: a redirect or the like, or one for itself, such as that an answer can't be prerendered. */
export const isSignal = (error: unknown): boolean => digestOf(error) !== undefined

function digestOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('digest' in error)) return undefined
  return typeof error.digest === 'string' ? error.digest : undefined
}

/** The target of a thrown redirect, or `undefined` where the error is not one. */
export function readRedirect(error: unknown): { readonly url: string; readonly status: number } | undefined {
  const parts = digestOf(error)?.split(';')
  if (!parts || parts[0] !== REDIRECT || (parts[1] !== 'replace' && parts[1] !== 'push')) return undefined
  const status = Number(parts.at(-2))
  return REDIRECT_STATUSES.has(status) ? { url: parts.slice(2, -2).join(';'), status } : undefined
}

/** The status of a thrown notFound, forbidden or unauthorized, or `undefined` where the error is none of them. */
export function readFallbackStatus(error: unknown): number | undefined {
  const [name, status] = digestOf(error)?.split(';') ?? []
  return name === FALLBACK && FALLBACK_STATUSES.has(Number(status)) ? Number(status) : undefined
}

export const isNavigationError = (error: unknown): boolean => readRedirect(error) !== undefined || readFallbackStatus(error) !== undefined
