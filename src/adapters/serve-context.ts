/** Work that outlives its answer; a server that closes waits for it. */
export type PendingWork = Set<Promise<unknown>>

/** The execution context of one request, as Workers have it. */
export class ServeContext {
  readonly #pending: PendingWork

  constructor(pending: PendingWork) {
    this.#pending = pending
  }

  get props(): Record<string, never> {
    return {}
  }

  waitUntil(promise: Promise<unknown>): void {
    const work = promise.catch((error: unknown) => console.error('everyroute: waitUntil:', error)).finally(() => this.#pending.delete(work))
    this.#pending.add(work)
  }

  passThroughOnException(): void {}
}
