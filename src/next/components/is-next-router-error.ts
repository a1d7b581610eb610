import { isNavigationError } from '../../runtime/navigation-errors.js'

/** Whether something thrown is a redirect, or what `notFound()`, `forbidden()` and `unauthorized()` throw. */
export const isNextRouterError = (error: unknown): error is Error & { digest: string } => isNavigationError(error)
