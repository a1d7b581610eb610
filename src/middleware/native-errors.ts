import type { Context } from 'hono'
import { answerException, isException, presentError } from '../runtime/error-answer.js'
import { isSignal, readFallbackStatus, readRedirect } from '../runtime/navigation-errors.js'
import { createResponses } from '../runtime/responses.js'
import { redirectAnswer } from '../runtime/server-action.js'

export interface NativeAnswer {
  readonly response: Response
  /** Whether Next.js has thrown it for itself, such as that an answer can't be prerendered. */
  readonly isSignal: boolean
}

/** Those of a router in production. */
const responses = /* @__PURE__ */ createResponses({ strict: false, development: false })

const answered = (response: Response): NativeAnswer => ({ response, isSignal: false })

/** The answer to what was thrown where no router gives it, in the shapes of the router's own. */
export function answerNatively(thrown: unknown, c: Context): NativeAnswer {
  const redirect = readRedirect(thrown)
  if (redirect) return answered(redirectAnswer(c.req.raw, redirect))
  const fallback = readFallbackStatus(thrown)
  if (fallback !== undefined) return answered(presentError(c, responses.fallback(fallback)))
  const internalError = (): Response => presentError(c, responses.internalError(thrown))
  if (isSignal(thrown)) return { response: internalError(), isSignal: true }
  if (isException(thrown)) {
    try {
      return answered(answerException(thrown, c))
    } catch (failure) {
      console.error('everyroute:', failure)
    }
  }
  console.error(`everyroute: ${c.req.method} ${c.req.path}:`, thrown)
  return answered(internalError())
}
