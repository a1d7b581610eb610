import type { ServerResponse } from 'node:http'
import type { ResponseLifetime } from '../runtime/after.js'

/** Work that outlives its answer; a server that closes waits for it. */
export type PendingWork = Set<Promise<unknown>>

/** The execution context of one request, as Workers have it, with word of when the answer is out. */
export class NodeContext implements ResponseLifetime {
  readonly #outgoing: ServerResponse
  readonly #pending: PendingWork
  readonly props: Record<string, never> = {}

  constructor(outgoing: ServerResponse, pending: PendingWork) {
    this.#outgoing = outgoing
    this.#pending = pending
  }

  waitUntil(promise: Promise<unknown>): void {
    const work = promise.catch((error: unknown) => console.error('everyroute: waitUntil:', error)).finally(() => this.#pending.delete(work))
    this.#pending.add(work)
  }

  onClose(callback: () => void): void {
    if (this.#outgoing.closed) queueMicrotask(callback)
    else this.#outgoing.once('close', callback)
  }

  passThroughOnException(): void {}
}
