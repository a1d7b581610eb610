import { type ErrorDescription, errorAnswer } from './error-answer.js'
import { CAN_BE_STRICT, HAS_SCOPE, IS_LIBRARY } from './features.js'

/** Answers that the router makes by itself. `strict` gives Next.js's: the same statuses, no body, no Allow with 405. */
export interface RouterResponses {
  notFound(): Response
  badRequest(message: string): Response
  /** For percent-encoding in a param that can't be decoded. */
  malformedPath(): Response
  methodNotAllowed(allow: string): Response
  /** For a thrown `notFound`, `forbidden` or `unauthorized`. */
  fallback(status: number): Response
  internalError(error: unknown): Response
}

const MESSAGES: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

const empty = (status: number): Response => new Response(null, { status })

export const UNCACHED = 'private, no-cache, no-store, max-age=0, must-revalidate'

const strictResponses: RouterResponses = {
  // Next.js sends a page, whose headers alone can be given without React.
  notFound: () => new Response(null, { status: 404, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': UNCACHED } }),
  badRequest: () => empty(400),
  malformedPath: () => empty(500),
  methodNotAllowed: () => empty(405),
  fallback: empty,
  internalError: () => empty(500),
}

/** What an error tells a developer: the message, and the file and code frame that a module loader adds to it. */
function describeError(error: unknown): Omit<ErrorDescription, 'status'> {
  if (!(error instanceof Error)) return { message: String(error) }
  const { file, frame } = error as Error & { file?: unknown; frame?: unknown }
  return {
    message: error.message,
    details: { ...(typeof file === 'string' && { file }), ...(typeof frame === 'string' && { frame }), stack: error.stack },
  }
}

/** The answer of Next.js's server, rather than of a route, to what went wrong. */
export const serverError = (headers: Record<string, string> = {}): Response =>
  new Response('Internal Server Error', { status: 500, headers: { 'content-type': 'text/plain', ...headers } })

/** @param options.development shows what was thrown; never set it in production */
export function createResponses(options: { strict: boolean; development: boolean }): RouterResponses {
  if (CAN_BE_STRICT && options.strict) return strictResponses
  return {
    notFound: () => errorAnswer({ status: 404, message: 'Not Found' }),
    badRequest: (message) => errorAnswer({ status: 400, message }),
    malformedPath: () => errorAnswer({ status: 400, message: 'Malformed percent-encoding in the path' }),
    methodNotAllowed: (allow) => errorAnswer({ status: 405, message: 'Method Not Allowed' }, { allow }),
    fallback: (status) => errorAnswer({ status, message: (HAS_SCOPE && MESSAGES[status]) || 'Error' }),
    internalError: (error) =>
      errorAnswer({ status: 500, ...(IS_LIBRARY && options.development ? describeError(error) : { message: 'Internal Server Error' }) }),
  }
}

/** The class below whatever an adapter or an application derived from it: the host's own. */
function hostClass(Class: typeof Response): typeof Response {
  const parent = Object.getPrototypeOf(Class)
  return typeof parent === 'function' && parent.prototype && 'status' in parent.prototype ? hostClass(parent) : Class
}

/** The host's own Response class. */
export const HostResponse: typeof Response = hostClass(globalThis.Response)

/** Whether the value is a real Response, of whatever derived class. */
export const isResponse = (value: unknown): value is Response => Function.prototype[Symbol.hasInstance].call(HostResponse, value as object)
