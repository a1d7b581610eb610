import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { ResponseLifetime } from '../runtime/after.js'
import { type PendingWork, ServeContext } from './serve-context.js'

/** HTTP/2 answers don't tell, but their streams do. */
function isClosed(outgoing: ServerResponse): boolean {
  return outgoing.closed ?? (outgoing as unknown as Http2ServerResponse).stream.destroyed
}

/** The execution context of one request, as Workers have it, with word of when the answer is out. */
export class NodeContext extends ServeContext implements ResponseLifetime {
  readonly #outgoing: ServerResponse

  constructor(outgoing: ServerResponse, pending: PendingWork) {
    super(pending)
    this.#outgoing = outgoing
  }

  onClose(callback: () => void): void {
    if (isClosed(this.#outgoing)) queueMicrotask(callback)
    else this.#outgoing.once('close', callback)
  }
}
