import type { Context } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import { proxyAnswerOf } from './finish-response.js'
import { isNavigationError } from './navigation-errors.js'
import { addPreparedHeaders, type PreparedHeaders, preparedBeforeHandler, preparedHeaders, restoreHeaders } from './prepared-headers.js'
import { isResponse } from './responses.js'
import { isThenable } from './thenable.js'

/** What the middleware stands in front of. */
export type Innermost = (c: Context) => Response | Promise<Response>

/**
 * Gives the answer to what was thrown, of whatever kind it is. Never rejects.
 * @param file of the middleware that threw it, where that has one
 */
export type AnswerError = (thrown: unknown, file?: string) => Promise<Response>

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

/** One run of a chain for a request. */
class ChainRun {
  private readonly middleware: readonly MiddlewareHandler[]
  /** The file of each. */
  private readonly files: readonly string[] | undefined
  private readonly c: Context
  private readonly innermost: Innermost
  private readonly answerError: AnswerError
  private index = -1
  /** How far out the chain has ended; what is further in comes too late, as after a timeout. */
  private ended = Number.POSITIVE_INFINITY
  private prepared: PreparedHeaders | undefined = undefined
  /** Whether something around the chain has answered before it, as a timeout in Hono's own. */
  private isLate = false
  private hasFailed = false

  constructor(
    middleware: readonly MiddlewareHandler[],
    files: readonly string[] | undefined,
    c: Context,
    innermost: Innermost,
    answerError: AnswerError,
  ) {
    this.middleware = middleware
    this.files = files
    this.c = c
    this.innermost = innermost
    this.answerError = answerError
  }

  run(): Promise<Response> {
    return this.dispatch(0) as Promise<Response>
  }

  /** Calls what stands at a place of the chain; gives the answer for the outermost. Rejects only where that has been called before. */
  private dispatch(i: number): Promise<Response | undefined> {
    if (i <= this.index) return Promise.reject(new Error('next() called multiple times'))
    this.index = i
    const handler = this.middleware[i]
    try {
      let inner: Promise<unknown> | undefined
      const next = (): Promise<void> => {
        const dispatched: Promise<unknown> = this.dispatch(i + 1)
        inner ??= dispatched
        return dispatched as Promise<void>
      }
      const returned: unknown = handler ? handler(this.c, next) : this.innermost(this.c)
      // Middleware that is through as soon as what it stands in front of: there is nothing left to do for it.
      if (inner !== undefined && returned === inner) return i === 0 ? inner.then(() => this.answer()) : (inner as Promise<undefined>)
      if (returned instanceof Promise) {
        return returned.then(
          (value: unknown) => this.take(value, i),
          (thrown: unknown) => this.fail(thrown, i),
        )
      }
      if (isThenable(returned)) return this.wait(returned, i)
      const taken = this.take(returned, i)
      return taken instanceof Promise ? taken : taken ? Promise.resolve(taken) : DONE
    } catch (thrown) {
      return this.fail(thrown, i)
    }
  }

  private async wait(returned: PromiseLike<unknown>, i: number): Promise<Response | undefined> {
    try {
      return this.take(await returned, i)
    } catch (thrown) {
      return this.fail(thrown, i)
    }
  }

  /** Takes what was returned at a place of the chain. */
  private take(returned: unknown, i: number): Response | undefined | Promise<Response | undefined> {
    try {
      if (i === this.middleware.length) this.takeInnermost(returned as Response)
      else this.takeOuter(returned, i)
      return i === 0 ? this.answer() : undefined
    } catch (thrown) {
      return this.fail(thrown, i)
    }
  }

  private takeInnermost(answer: Response): void {
    const { c, middleware } = this
    this.isLate = c.finalized
    if (this.isLate || this.ended < middleware.length) return
    this.prepared = preparedHeaders(c)
    c.res = addPreparedHeaders(c, answer, this.prepared)
    this.ended = middleware.length
  }

  private takeOuter(returned: unknown, i: number): void {
    const { c } = this
    if (this.ended < i) return
    if (!c.finalized && isResponse(returned)) {
      const name = proxyAnswerOf(returned)
      if (name)
        throw new Error(
          `NextResponse.${name}() can be used in a proxy alone, not in ${this.nameOf(i, 'middleware')}: await next() in its place.`,
        )
      c.res = addPreparedHeaders(c, returned)
    }
    if (!c.finalized) {
      const hint = typeof returned === 'function' ? ' It has returned a function: call what makes middleware, cors() instead of cors.' : ''
      throw new Error(`${this.nameOf(i, 'Middleware')} has neither returned a Response nor awaited next().${hint}`)
    }
    this.ended = i
  }

  private fileOf(i: number): string | undefined {
    return this.files?.[i]
  }

  private nameOf(i: number, word: string): string {
    const file = this.fileOf(i)
    return file === undefined ? word : `${word} '${file}'`
  }

  /** Answers what was thrown at a place of the chain. */
  private async fail(thrown: unknown, i: number): Promise<Response | undefined> {
    const { c, prepared } = this
    this.hasFailed = true
    if (prepared && this.ended > i) dropAnswer(c, preparedBeforeHandler(c) ?? prepared)
    const answer = await this.answerError(thrown, this.fileOf(i))
    if (this.ended >= i) {
      // A redirect and the like are answers: what looks for errors should not find them.
      if (!isNavigationError(thrown)) c.error = toError(thrown)
      c.res = addPreparedHeaders(c, answer)
      this.ended = i
    }
    return i === 0 ? this.answer() : undefined
  }

  private answer(): Response {
    const { c, hasFailed, isLate, prepared } = this
    if (isLate) return c.res
    const answer = takeAnswer(c)
    // They are on the answer, or have been taken off it.
    if (hasFailed || prepared === undefined || prepared.length > 0) restoreHeaders(c, [])
    return answer
  }
}

/** What `next()` gives where everything behind it has answered at once. */
const DONE: Promise<undefined> = /* @__PURE__ */ Promise.resolve(undefined)

/**
 * Makes one function of a chain of middleware, which works as in Hono: what is thrown further in has become the answer by the
 * time `next()` is done. The error of a handler is answered without the headers of an answer that it had half made.
 * @param files of each middleware. Default: none has one
 */
export function compose(middleware: readonly MiddlewareHandler[], files?: readonly string[]): Composed {
  return (c, innermost, answerError) => new ChainRun(middleware, files, c, innermost, answerError).run()
}
