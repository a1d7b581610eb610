import type { ServerResponse } from 'node:http'
import type { ResponseLifetime } from '../runtime/after.js'
import { type PendingWork, ServeContext } from './serve-context.js'

/** The execution context of one request, as Workers have it, with word of when the answer is out. */
export class NodeContext extends ServeContext implements ResponseLifetime {
  readonly #outgoing: ServerResponse

  constructor(outgoing: ServerResponse, pending: PendingWork) {
    super(pending)
    this.#outgoing = outgoing
  }

  onClose(callback: () => void): void {
    if (this.#outgoing.closed) queueMicrotask(callback)
    else this.#outgoing.once('close', callback)
  }
}
