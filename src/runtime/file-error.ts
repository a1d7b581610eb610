import type { ErrorPhase } from './context.js'

/** An error that knows which file is at fault. */
export class FileError extends Error {
  readonly phase: ErrorPhase
  /** As the manifest names it; `undefined` where it is known further out alone. */
  readonly file: string | undefined

  constructor(phase: ErrorPhase, file: string | undefined, message: string, cause?: unknown) {
    super(message, { cause })
    this.phase = phase
    this.file = file
  }

  /** Itself, or one that names the file of the route. */
  in(_file: string): FileError {
    return this
  }
}
