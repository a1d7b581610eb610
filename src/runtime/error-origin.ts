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

/** Errors that Next.js's server answers itself, and not the route. */
const serverErrors: WeakSet<Error> = /* @__PURE__ */ new WeakSet()

/** Notes of an error that it is one which Next.js's server answers. @returns the same */
export function asServerError(error: Error): Error {
  serverErrors.add(error)
  return error
}

/** Whether Next.js's server answers an error: one of a proxy, or of a handler whose file has the edge runtime. */
export const isServerError = (error: Error): boolean => origins.get(error)?.phase === 'proxy' || serverErrors.has(error)
