import type { AfterTask, AfterTasks, ResponseLifetime } from '../runtime/after.js'

/** The life of an answer that nobody sends: it is out as soon as the handler has made it. */
export class TestLifetime implements ResponseLifetime {
  readonly #report: (error: unknown) => void
  readonly #callbacks: (() => void)[] = []
  readonly #work: Promise<unknown>[] = []
  #isClosed = false

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  waitUntil = (work: Promise<unknown>): void => {
    this.#work.push(work.catch(this.#report))
  }

  onClose(callback: () => void): void {
    if (this.#isClosed) queueMicrotask(callback)
    else this.#callbacks.push(callback)
  }

  /** Tells that the answer is out, and waits for all work behind it, also for what that brings on. */
  async finish(): Promise<void> {
    this.#isClosed = true
    for (const callback of this.#callbacks.splice(0)) callback()
    while (this.#work.length > 0) await Promise.all(this.#work.splice(0))
  }
}

/** How the tasks ended that a handler gave to `after()`, in the order in which it gave them. */
export class AfterRecord {
  readonly #tasks: Promise<unknown>[] = []

  /** Takes note of the tasks that are added from now on. */
  watch(tasks: AfterTasks): void {
    const add = tasks.add.bind(tasks)
    tasks.add = (task) => add(this.#follow(task))
  }

  /** Waits for all. */
  async results(): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(this.#tasks)
  }

  #follow(task: AfterTask): AfterTask {
    if (typeof task !== 'function') {
      this.#note(Promise.resolve(task))
      return task
    }
    let run: (() => Promise<unknown>) | undefined
    this.#note(
      new Promise((resolve) => {
        run = async () => {
          const work = (async () => task())()
          resolve(work)
          await work
        }
      }),
    )
    return () => run?.()
  }

  #note(task: Promise<unknown>): void {
    this.#tasks.push(task)
    // Who looks at the results sees the failure; before that it must not count as unhandled.
    task.catch(() => {})
  }
}
