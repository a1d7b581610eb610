import { FileError } from '../runtime/file-error.js'
import { noResponseMessage } from '../runtime/finish-response.js'

/** A handler that runs middleware itself has returned something else than a response; which file it is in, the router knows. */
export class NoResponseError extends FileError {
  readonly #result: unknown
  readonly #method: string

  constructor(result: unknown, method: string, file?: string) {
    super('handler', file, noResponseMessage(result, file === undefined ? 'a route handler' : `route handler '${file}'`, method))
    this.#result = result
    this.#method = method
  }

  override in(file: string): FileError {
    return new NoResponseError(this.#result, this.#method, file)
  }
}
