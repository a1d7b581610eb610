import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { addPreparedHeaders } from './prepared-headers.js'
import { isResponse } from './responses.js'

/** What the middleware stands in front of. */
export type Innermost = (c: Context) => Response | Promise<Response>

/** Gives the answer to what was thrown, of whatever kind it is. Never rejects. */
export type AnswerError = (thrown: unknown) => Promise<Response>

export type Composed = (c: Context, innermost: Innermost, answerError: AnswerError) => Promise<Response>

/** Headers that describe a body, which an error's answer doesn't have. */
const OF_THE_BODY = ['content-encoding', 'content-length', 'content-type', 'content-disposition', 'etag', 'last-modified', 'cache-control']

/** Takes back an answer whose middleware has failed since; what middleware had prepared before stays. */
function dropAnswer(c: Context, answered: Response): void {
  if (c.res === answered) {
    c.res = undefined
    c.finalized = false
    return
  }
  for (const name of [...answered.headers.keys(), ...OF_THE_BODY]) c.res.headers.delete(name)
}

/**
 * Makes one function of a chain of middleware, which works as in Hono: what is thrown further in has become the answer by the
 * time `next()` is done. The error of a handler is answered without the headers of an answer that it had half made.
 */
export function compose(middleware: readonly MiddlewareHandler[]): Composed {
  return async (c, innermost, answerError) => {
    let index = -1
    let answered: Response | undefined
    const dispatch = async (i: number): Promise<void> => {
      if (i <= index) throw new Error('next() called multiple times')
      index = i
      try {
        const handler = middleware[i]
        if (handler === undefined) {
          answered = addPreparedHeaders(c, await innermost(c))
          c.res = answered
        } else {
          const returned: unknown = await handler(c, () => dispatch(i + 1))
          if (!c.finalized && isResponse(returned)) c.res = returned
          if (!c.finalized) throw new Error('Middleware has neither returned a Response nor awaited next().')
        }
      } catch (thrown) {
        if (answered) dropAnswer(c, answered)
        c.error = thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown })
        answered = await answerError(thrown)
        c.res = answered
      }
    }
    await dispatch(0)
    return c.res
  }
}
