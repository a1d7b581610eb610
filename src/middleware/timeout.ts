import type { MiddlewareHandler } from 'hono'
import { timeout as honoTimeout } from 'hono/timeout'
import { httpError } from '../runtime/error-answer.js'
import { addSignal } from '../runtime/incoming.js'
import { checkNames } from './option-checks.js'

export interface TimeoutOptions {
  /** Seconds, 0.001 to 86,400, fractions too, that what comes behind has to make an answer. Default 30. */
  readonly seconds?: number
}

const DEFAULT_SECONDS = 30
const MIN_SECONDS = 0.001
const MAX_SECONDS = 86_400

/**
 * Answers 504 where no answer has been made in time, and aborts the request's signal. An answer whose body is still being sent
 * is not cut; one made too late is dropped.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function timeout(options: TimeoutOptions = {}): MiddlewareHandler {
  checkNames('timeout', options, ['seconds'] satisfies (keyof TimeoutOptions)[])
  const { seconds = DEFAULT_SECONDS } = options
  if (typeof seconds !== 'number' || !(seconds >= MIN_SECONDS && seconds <= MAX_SECONDS)) {
    throw new TypeError(`timeout: seconds is ${String(seconds)}; give ${MIN_SECONDS} to ${MAX_SECONDS}`)
  }
  return (c, next) => {
    const controller = new AbortController()
    addSignal(c.req.raw, controller.signal)
    return honoTimeout(seconds * 1000, () => {
      const reason = new DOMException(`No answer was made within ${seconds} seconds.`, 'TimeoutError')
      // Not before 504 has become the answer: handlers that fail by the signal would answer first.
      setTimeout(() => controller.abort(reason), 0)
      return httpError(504, 'Gateway Timeout', { cause: reason })
    })(c, next)
  }
}
