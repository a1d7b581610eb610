import type { TypedResponse } from 'hono/types'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { errorAnswer } from '../runtime/error-answer.js'

export { httpError } from '../runtime/error-answer.js'

/** A Response whose JSON body and status are known to typed clients. */
export type JsonResponse<Body, Status extends ContentfulStatusCode> = Response & TypedResponse<Body, Status, 'json'>

/**
 * `Response.json` whose body and status a typed client knows.
 * @param status Default 200.
 */
export function json<const Body, Status extends ContentfulStatusCode = 200>(
  body: Body,
  status?: Status,
  headers?: HeadersInit,
): JsonResponse<Body, Status> {
  return Response.json(body, { ...(status !== undefined && { status }), ...(headers && { headers }) }) as JsonResponse<Body, Status>
}

type NoDetails = Readonly<Record<never, never>>

/**
 * Answers an error in the one shape: `{ "error": message }`, the details beside it, and `requestId` where a request has one.
 * Middleware `errors()` may present it as problem details (RFC 9457).
 * @param status 400 to 599
 * @throws {RangeError} where the status is no error's
 */
export function apiError<Status extends ContentfulStatusCode, Details extends object = NoDetails>(
  message: string,
  status: Status,
  details?: Details,
): JsonResponse<{ error: string } & Details, Status> {
  if (!(status >= 400 && status <= 599)) throw new RangeError(`apiError was given the status ${status}; give one from 400 to 599`)
  const description = { status, message, ...(details && { details: details as Record<string, unknown> }) }
  return errorAnswer(description) as JsonResponse<{ error: string } & Details, Status>
}
