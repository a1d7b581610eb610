import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { isNavigationError } from './navigation-errors.js'
import { addPreparedHeaders, type PreparedHeaders, preparedBeforeHandler, preparedHeaders, restoreHeaders } from './prepared-headers.js'
import { isResponse } from './responses.js'

/** What the middleware stands in front of. */
export type Innermost = (c: Context) => Response | Promise<Response>

/** Gives the answer to what was thrown, of whatever kind it is. Never rejects. */
export type AnswerError = (thrown: unknown) => Promise<Response>

export type Composed = (c: Context, innermost: Innermost, answerError: AnswerError) => Promise<Response>

/** Takes back an answer whose middleware has failed since; what middleware had prepared before stays. */
function dropAnswer(c: Context, prepared: PreparedHeaders): void {
  c.res = undefined
  c.finalized = false
  restoreHeaders(c, prepared)
}

/** The answer, which the context no longer has then: Hono would send that one, whatever is made of it further out. */
export function takeAnswer(c: Context): Response {
  const answer = c.res
  c.res = undefined
  c.finalized = false
  return answer
}

/** What was thrown as an error, whatever it is. */
export function toError(thrown: unknown, prefix = ''): Error {
  if (thrown instanceof Error) return thrown
  let text = 'something that has no text'
  try {
    text = String(thrown)
  } catch {
    // An object without prototype, say.
  }
  return new Error(prefix + text, { cause: thrown })
}

/**
 * Makes one function of a chain of middleware, which works as in Hono: what is thrown further in has become the answer by the
 * time `next()` is done. The error of a handler is answered without the headers of an answer that it had half made.
 */
export function compose(middleware: readonly MiddlewareHandler[]): Composed {
  return async (c, innermost, answerError) => {
    let index = -1
    // How far out the chain has ended; what is further in comes too late, as after a timeout.
    let ended = Number.POSITIVE_INFINITY
    let prepared: PreparedHeaders | undefined
    // Whether something around the chain has answered before it, as a timeout in Hono's own.
    let isLate = false
    const dispatch = async (i: number): Promise<void> => {
      if (i <= index) throw new Error('next() called multiple times')
      index = i
      try {
        const handler = middleware[i]
        if (handler === undefined) {
          const answer = await innermost(c)
          isLate = c.finalized
          if (isLate || ended < i) return
          prepared = preparedHeaders(c)
          c.res = addPreparedHeaders(c, answer, prepared)
        } else {
          const returned: unknown = await handler(c, () => dispatch(i + 1))
          if (ended < i) return
          if (!c.finalized && isResponse(returned)) c.res = addPreparedHeaders(c, returned)
          if (!c.finalized) throw new Error('Middleware has neither returned a Response nor awaited next().')
        }
      } catch (thrown) {
        if (prepared && ended > i) dropAnswer(c, preparedBeforeHandler(c) ?? prepared)
        const answer = await answerError(thrown)
        if (ended < i) return
        // A redirect and the like are answers: what looks for errors should not find them.
        if (!isNavigationError(thrown)) c.error = toError(thrown)
        c.res = addPreparedHeaders(c, answer)
      }
      ended = i
    }
    await dispatch(0)
    if (isLate) return c.res
    const answer = takeAnswer(c)
    // They are on the answer, or have been taken off it.
    restoreHeaders(c, [])
    return answer
  }
}
