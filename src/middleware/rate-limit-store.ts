import { httpError } from '../runtime/error-answer.js'

/** What happens where a count can't be had. */
export interface StoreFailureOptions {
  /** Whether requests are answered 503 (`deny`) or let through (`allow`) while the store fails. Default `deny`. */
  readonly onStoreFailure?: 'deny' | 'allow'
  /** Milliseconds, 1 to 60,000, after which the store counts as failed. Default 1,000. */
  readonly storeTimeout?: number
}

const DEFAULT_TIMEOUT = 1000
const MAX_TIMEOUT = 60_000
/** Seconds. */
const RETRY_AFTER = '5'

/** Asks a store, and gives `whenAllowed` where that fails and requests are let through. */
export type Ask = <T>(question: () => T | Promise<T>, whenAllowed: T) => Promise<T>

function within<T>(milliseconds: number, call: () => T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The store has not answered within ${milliseconds} ms.`)), milliseconds)
  })
  return Promise.race([(async () => call())(), timeout]).finally(() => clearTimeout(timer))
}

/**
 * Makes the function by which a store is asked. The first failure of a row is logged.
 * @throws {TypeError} where an option is out of its range
 */
export function createAsk(options: StoreFailureOptions): Ask {
  const { onStoreFailure = 'deny', storeTimeout = DEFAULT_TIMEOUT } = options
  if (onStoreFailure !== 'deny' && onStoreFailure !== 'allow') {
    throw new TypeError(`rateLimit: onStoreFailure is ${JSON.stringify(onStoreFailure)}; give 'deny' or 'allow'`)
  }
  if (!(storeTimeout >= 1 && storeTimeout <= MAX_TIMEOUT)) {
    throw new TypeError(`rateLimit: storeTimeout is ${storeTimeout}; give milliseconds from 1 to ${MAX_TIMEOUT}`)
  }
  let isFailing = false
  return async (question, whenAllowed) => {
    try {
      const answer = await within(storeTimeout, question)
      isFailing = false
      return answer
    } catch (cause) {
      if (!isFailing) console.error('everyroute: rateLimit: the store fails:', cause)
      isFailing = true
      if (onStoreFailure === 'allow') return whenAllowed
      throw httpError(503, 'Service Unavailable', { headers: { 'retry-after': RETRY_AFTER }, cause })
    }
  }
}
