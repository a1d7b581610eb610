export type AfterTask = Promise<unknown> | (() => unknown)

/** How a host tells that an answer has gone out, and is asked to stay alive for work behind it. */
export interface ResponseLifetime {
  /** Calls back once the answer has been sent in full, or its connection has closed. */
  onClose(callback: () => void): void
  waitUntil(promise: Promise<unknown>): void
}

/**
 * The tasks that a request hands to `after()`. Callbacks start in order once the answer is out; promises are waited for.
 * A task that fails is reported and stops nothing.
 */
export class AfterTasks {
  readonly #lifetime: () => ResponseLifetime
  readonly #report: (error: unknown) => void
  readonly #enter: (callback: () => unknown) => unknown
  #callbacks: (() => unknown)[] = []
  #scheduled = false

  /** @param enter runs a callback in the request's scope, in the phase `after` */
  constructor(lifetime: () => ResponseLifetime, enter: (callback: () => unknown) => unknown, report: (error: unknown) => void) {
    this.#lifetime = lifetime
    this.#enter = enter
    this.#report = report
  }

  add(task: AfterTask): void {
    if (typeof task === 'function') this.#addCallback(task)
    else this.#lifetime().waitUntil(Promise.resolve(task).catch(this.#report))
  }

  #addCallback(callback: () => unknown): void {
    this.#callbacks.push(callback)
    if (this.#scheduled) return
    this.#scheduled = true
    const lifetime = this.#lifetime()
    lifetime.waitUntil(
      new Promise<void>((resolve) => {
        lifetime.onClose(() => void this.#drain().then(resolve))
      }),
    )
  }

  /** Starts the callbacks in order, without waiting for one before the next, until none adds another. */
  async #drain(): Promise<void> {
    const running = this.#callbacks.splice(0).map((callback) => this.#run(callback))
    await Promise.all(running)
    if (this.#callbacks.length > 0) return this.#drain()
    this.#scheduled = false
  }

  async #run(callback: () => unknown): Promise<void> {
    try {
      await this.#enter(callback)
    } catch (error) {
      this.#report(error)
    }
  }
}
