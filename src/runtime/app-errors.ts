import type { Context } from 'hono'
import type { RouterContext } from './context.js'
import { answerException, isException, presentError } from './error-answer.js'
import { isServerError, originOf } from './error-origin.js'
import { CAN_BE_STRICT, HAS_MIDDLEWARE, IS_LIBRARY } from './features.js'
import { holdError, mountOf } from './mount.js'
import { serverError, UNCACHED } from './responses.js'

/** A copy, with the headers that middleware has prepared. */
function withPrepared(c: Context, response: Response): Response {
  const { body, headers, status } = response
  return HAS_MIDDLEWARE ? c.newResponse(body, response) : new Response(body, { status, headers })
}

/** The answer that an error carries. One that it fails to give is reported. */
function ownResponse(context: RouterContext, error: Error, c: Context): Response | undefined {
  if (!isException(error)) return undefined
  try {
    return answerException(error, c)
  } catch (failure) {
    context.report(failure, { phase: 'handler' })
    return undefined
  }
}

/** The answer to an error: Hono's HTTPException knows its own, any other is a 500 whose cause is reported, not sent. */
export function answerError(context: RouterContext, error: Error, c: Context): Response {
  const origin = originOf(error)
  // Next.js knows nothing of such errors in a handler; middleware is none of its concern.
  const isStrict = CAN_BE_STRICT && context.strict
  const own = isStrict && origin && origin.phase !== 'middleware' ? undefined : ownResponse(context, error, c)
  if (own) return withPrepared(c, own)
  const isOfServer = isStrict && isServerError(error)
  const plain = isOfServer ? serverError({ 'cache-control': UNCACHED }) : context.responses.internalError(error)
  const response = presentError(c, plain)
  const mount = IS_LIBRARY ? mountOf(c.env) : undefined
  if (mount) holdError(context, mount, error, origin, c.req.raw, plain)
  else context.report(error, origin ?? { phase: 'handler' })
  return withPrepared(c, response)
}
