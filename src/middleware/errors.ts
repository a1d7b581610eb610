import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { type ErrorDescription, setErrorPresenter } from '../runtime/error-answer.js'
import { checkNames } from './option-checks.js'

export type { ErrorDescription } from '../runtime/error-answer.js'

export interface ErrorsOptions {
  /**
   * `json`: `{ "error": message }`, details such as `issues` and `requestId` beside it. `problem`: problem details, of the type
   * `application/problem+json`. Default `json`.
   * @see https://www.rfc-editor.org/rfc/rfc9457
   */
  format?: 'json' | 'problem'
  /**
   * The URI that identifies a kind of problem, for `problem`; where it throws, the default. Default `about:blank`, which says no more than the status does.
   */
  type?: (description: ErrorDescription) => string
  /** Gets every error that was thrown further in, HTTP exceptions too. What it throws itself is dropped. Default: nothing. */
  onError?: (error: Error, c: Context) => void | Promise<void>
}

/** Titles of the statuses that are met most (RFC 9110, 15), so that `title` is the same for all problems of a type. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

const BLANK = 'about:blank'

function problemOf(description: ErrorDescription, type: string, c: Context): object {
  const { details, message, status } = description
  const title = TITLES[status] ?? (status < 500 ? 'Client Error' : 'Server Error')
  return { ...details, type, title, status, ...(message !== title && { detail: message }), instance: c.req.path }
}

function typeOf(description: ErrorDescription, type: ErrorsOptions['type']): string {
  try {
    return type?.(description) ?? BLANK
  } catch (failure) {
    console.error('everyroute: type of errors():', failure)
    return BLANK
  }
}

async function tell(onError: NonNullable<ErrorsOptions['onError']>, error: Error, c: Context): Promise<void> {
  try {
    await onError(error, c)
  } catch (failure) {
    console.error('everyroute: onError of errors():', failure)
  }
}

/**
 * Presents the errors that are answered further in: those of the router, of middleware, of checks by schemas, those that
 * `apiError` makes and `HTTPException`s. Answers of a handler's own making stay as they are.
 * @throws {TypeError} where an option is wrong
 */
export function errors(options: ErrorsOptions = {}): MiddlewareHandler {
  checkNames('errors', options, ['format', 'type', 'onError'] satisfies (keyof ErrorsOptions)[])
  const { format = 'json', type, onError } = options
  if (format !== 'json' && format !== 'problem')
    throw new TypeError(`format of errors() is ${JSON.stringify(format)}; give 'json' or 'problem'`)
  if (type && format !== 'problem') throw new TypeError("type of errors() is for problem details alone; give format: 'problem' with it")
  if (format === 'json' && !onError) return (_c, next) => next()
  return async (c, next) => {
    if (format === 'problem') {
      setErrorPresenter(c, (description, inner) => ({
        body: problemOf(description, typeOf(description, type), inner),
        contentType: 'application/problem+json',
      }))
    }
    await next()
    if (onError && c.error) await tell(onError, c.error, c)
  }
}
