import { readFallbackStatus } from '../../runtime/navigation-errors.js'

export const HTTPAccessErrorStatus: { readonly NOT_FOUND: 404; readonly FORBIDDEN: 403; readonly UNAUTHORIZED: 401 } = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  UNAUTHORIZED: 401,
}
export const HTTP_ERROR_FALLBACK_ERROR_CODE = 'NEXT_HTTP_ERROR_FALLBACK'

/** What `notFound()`, `forbidden()` and `unauthorized()` throw. */
export type HTTPAccessFallbackError = Error & { digest: string }

/** Whether something thrown is one of them, which a `catch` lets through. */
export const isHTTPAccessFallbackError = (error: unknown): error is HTTPAccessFallbackError => readFallbackStatus(error) !== undefined

/** The status that such an error is answered with. */
export const getAccessFallbackHTTPStatus = (error: HTTPAccessFallbackError): number => Number(error.digest.split(';')[1])

const NAMES: Readonly<Record<number, 'unauthorized' | 'forbidden' | 'not-found'>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
}

export const getAccessFallbackErrorTypeByStatus = (status: number): 'unauthorized' | 'forbidden' | 'not-found' | undefined => NAMES[status]
