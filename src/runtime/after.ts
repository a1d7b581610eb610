export type AfterTask = Promise<unknown> | (() => unknown)

/** How a host tells that an answer has gone out, and is asked to stay alive for work behind it. */
export interface ResponseLifetime {
  /** Calls back once the answer has been sent in full, or its connection has closed. */
  onClose(callback: () => void): void
  waitUntil(promise: Promise<unknown>): void
}

/**
 * The tasks that a request hands to `after()`. Callbacks start in order once the answer is out, those added later at once; promises
 * are waited for. A task that fails is reported and stops nothing.
 */
export class AfterTasks {
  readonly #lifetime: () => ResponseLifetime
  readonly #report: (error: unknown) => void
  readonly #enter: (callback: () => unknown) => unknown
  /** Not started yet. */
  readonly #callbacks: (() => unknown)[] = []
  readonly #running: Set<Promise<void>> = new Set()
  #isOut = false
  /** Whether somebody waits for those that run. */
  #isAwaited = false

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
    const isFirst = this.#callbacks.push(callback) === 1
    if (this.#isAwaited) this.#startNext()
    else if (this.#isOut) this.#lifetime().waitUntil(this.#startAll())
    else if (isFirst) this.#startOnClose()
  }

  #startOnClose(): void {
    const lifetime = this.#lifetime()
    lifetime.waitUntil(
      new Promise<void>((resolve) => {
        lifetime.onClose(() => {
          this.#isOut = true
          void this.#startAll().then(resolve)
        })
      }),
    )
  }

  /** Ends once all have, those too that are added meanwhile. */
  async #startAll(): Promise<void> {
    this.#isAwaited = true
    while (this.#callbacks.length > 0) this.#startNext()
    while (this.#running.size > 0) await Promise.all(this.#running)
    this.#isAwaited = false
  }

  /** As in Next.js, what a running callback adds starts the oldest one that waits: its elders have not all started yet, perhaps. */
  #startNext(): void {
    const run = this.#run(this.#callbacks.shift()!).then(() => void this.#running.delete(run))
    this.#running.add(run)
  }

  async #run(callback: () => unknown): Promise<void> {
    try {
      await this.#enter(callback)
    } catch (error) {
      this.#report(error)
    }
  }
}
