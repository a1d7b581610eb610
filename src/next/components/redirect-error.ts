import { readRedirect } from '../../runtime/navigation-errors.js'

export const REDIRECT_ERROR_CODE = 'NEXT_REDIRECT'

/** What `redirect()` and `permanentRedirect()` throw. */
export type RedirectError = Error & { digest: string }

/** Whether something thrown is a redirect, which a `catch` lets through. */
export const isRedirectError = (error: unknown): error is RedirectError => readRedirect(error) !== undefined
