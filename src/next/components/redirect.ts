import { createRedirectError, type RedirectStatus, readRedirect } from '../../runtime/navigation-errors.js'
import type { RedirectType } from '../navigation.js'
import type { RedirectError } from './redirect-error.js'

export { permanentRedirect, redirect } from '../navigation.js'

/** The error that a redirect throws. */
export function getRedirectError(url: string, type: RedirectType, statusCode: RedirectStatus = 307): RedirectError {
  return createRedirectError(url, type, statusCode)
}

function requireRedirect(error: RedirectError): { readonly url: string; readonly status: number } {
  const redirect = readRedirect(error)
  if (!redirect) throw new Error('Not a redirect error')
  return redirect
}

/** Where a thrown redirect leads to; `null` for anything else. */
export const getURLFromRedirectError = (error: unknown): string | null => readRedirect(error)?.url ?? null

/** @throws {Error} where it is no redirect */
export function getRedirectTypeFromError(error: RedirectError): RedirectType {
  requireRedirect(error)
  return error.digest.split(';', 2)[1] as RedirectType
}

/** @throws {Error} where it is no redirect */
export const getRedirectStatusCodeFromError = (error: RedirectError): number => requireRedirect(error).status
