import { toError as asError } from './compose.js'
import type { ErrorContext } from './context.js'

/** Where errors that reach the error handler came from. */
const origins: WeakMap<Error, ErrorContext> = /* @__PURE__ */ new WeakMap()

export const originOf = (error: Error): ErrorContext | undefined => origins.get(error)

/** Makes an error of whatever was thrown, and notes where. */
export function toError(thrown: unknown, origin: ErrorContext): Error {
  const error = asError(thrown, 'A value that is not an Error was thrown: ')
  origins.set(error, origin)
  return error
}
