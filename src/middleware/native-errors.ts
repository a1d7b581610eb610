import type { Context } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { answerException, errorAnswer, presentError } from '../runtime/error-answer.js'
import { readFallbackStatus, readRedirect } from '../runtime/navigation-errors.js'
import { isServerAction } from '../runtime/server-action.js'

const MESSAGES: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

export interface NativeAnswer {
  readonly response: Response
  /** Whether Next.js has thrown it for itself, such as that an answer can't be prerendered. */
  readonly isSignal: boolean
}

const answered = (response: Response): NativeAnswer => ({ response, isSignal: false })

const internalError = (c: Context): Response => presentError(c, errorAnswer({ status: 500, message: 'Internal Server Error' }))

/** The answer to what was thrown where no router gives it, in the shapes of the router's own. */
export function answerNatively(thrown: unknown, c: Context): NativeAnswer {
  const redirect = readRedirect(thrown)
  if (redirect) {
    const status = isServerAction(c.req.raw) ? 303 : redirect.status
    return answered(new Response(null, { status, headers: { location: redirect.url } }))
  }
  const fallback = readFallbackStatus(thrown)
  if (fallback !== undefined) return answered(presentError(c, errorAnswer({ status: fallback, message: MESSAGES[fallback] ?? 'Error' })))
  if (typeof thrown === 'object' && thrown !== null) {
    if ('digest' in thrown && typeof thrown.digest === 'string') return { response: internalError(c), isSignal: true }
    if ('getResponse' in thrown && typeof thrown.getResponse === 'function') {
      try {
        return answered(answerException(thrown as HTTPException, c))
      } catch (failure) {
        console.error('everyroute:', failure)
      }
    }
  }
  console.error(`everyroute: ${c.req.method} ${c.req.path}:`, thrown)
  return answered(internalError(c))
}
