/** Work that outlives its answer; a server that closes waits for it. */
export type PendingWork = Set<Promise<unknown>>

/** The execution context of one request, as Workers have it. */
export class ServeContext {
  readonly #pending: PendingWork
  readonly props: Record<string, never> = {}

  constructor(pending: PendingWork) {
    this.#pending = pending
  }

  waitUntil(promise: Promise<unknown>): void {
    const work = promise.catch((error: unknown) => console.error('everyroute: waitUntil:', error)).finally(() => this.#pending.delete(work))
    this.#pending.add(work)
  }

  passThroughOnException(): void {}
}
