import { EveryrouteError } from '../../src/routing/errors.js'

/** The error that a call throws, which must be one of the package's own. */
export function caught(run: () => unknown): EveryrouteError {
  try {
    run()
  } catch (error) {
    if (error instanceof EveryrouteError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
