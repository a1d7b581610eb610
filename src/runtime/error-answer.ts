import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { HAS_MIDDLEWARE } from './features.js'

/** What an error answer tells its client. */
export interface ErrorDescription {
  /** 400 to 599. */
  readonly status: number
  readonly message: string
  /** Members beside `error`, such as `issues`. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** Makes another answer of a description, as a middleware's options ask for it. */
export type ErrorPresenter = (description: ErrorDescription, c: Context) => { readonly body: object; readonly contentType: string }

/** Names of variables of Hono's context. */
const PRESENTER = 'everyroute.errorPresenter'
const REQUEST_ID = 'requestId'

/** The message first, and in nothing's place but its own. */
function bodyOf(message: string, details: ErrorDescription['details'] = {}): object {
  const { error: _, ...others } = details
  return { error: message, ...others }
}

const descriptions = new WeakMap<Response, ErrorDescription>()

/**
 * The one shape of errors: `{ "error": message }` and the details. {@link presentError} may give it another before it is sent.
 */
export function errorAnswer(description: ErrorDescription, headers?: Readonly<Record<string, string>>): Response {
  const { status, message, details } = description
  const response = new Response(JSON.stringify(bodyOf(message, details)), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
  descriptions.set(response, description)
  return response
}

/**
 * An error that answers by itself, wherever it is thrown: Hono's `HTTPException` with an answer in the one shape.
 * @param status 400 to 599
 * @param options.details members beside `error`
 * @param options.headers of the answer
 */
export function httpError(
  status: ContentfulStatusCode,
  message: string,
  options: { details?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
): HTTPException {
  const { details, headers, cause } = options
  const res = errorAnswer({ status, message, ...(details && { details }) }, headers)
  return new HTTPException(status, { message, res, cause })
}

/** Lets errors that are answered from here on be presented in another way. */
export function setErrorPresenter(c: Context, presenter: ErrorPresenter): void {
  c.set(PRESENTER, presenter)
}

/**
 * The error answer as the middleware in front asks for it: with the request's id where it has one, as problem details where
 * those are chosen. Answers that no description was made of stay as they are.
 */
export function presentError(c: Context, response: Response): Response {
  if (!HAS_MIDDLEWARE) return response
  const description = response.status < 400 ? undefined : descriptions.get(response)
  if (!description) return response
  const presenter = c.get(PRESENTER) as ErrorPresenter | undefined
  const requestId = c.get(REQUEST_ID) as unknown
  if (!presenter && typeof requestId !== 'string') return response
  const details = typeof requestId === 'string' ? { ...description.details, requestId } : description.details
  const full = { ...description, ...(details && { details }) }
  const { body, contentType } = presenter?.(full, c) ?? {
    body: bodyOf(full.message, details),
    contentType: 'application/json',
  }
  const headers = new Headers(response.headers)
  headers.set('content-type', contentType)
  return new Response(JSON.stringify(body), { status: response.status, headers })
}

/** Whether something thrown answers by itself, as Hono's `HTTPException` does; copies of its class count too. */
export const isException = (thrown: unknown): thrown is HTTPException =>
  typeof thrown === 'object' && thrown !== null && 'getResponse' in thrown && typeof thrown.getResponse === 'function'

/** What an error of Hono's `HTTPException`, or like it, says; its own answer, where it brings one that is not described. */
export function answerException(error: HTTPException, c: Context): Response {
  const { res, status } = error
  const description = res ? descriptions.get(res) : status && { status, message: error.message }
  return description ? presentError(c, errorAnswer(description, res && Object.fromEntries(res.headers))) : error.getResponse()
}
