import type { PendingWork } from './serve-context.js'

/** As much of a host's server as closing it takes. */
export interface Stoppable {
  /** Refuses new connections; settles once running answers are out. */
  stop(): Promise<unknown>
  /** Ends every connection. */
  end(): unknown
}

/** How long handlers have to clean up whose connection is ended. */
const ABORT_MS = 50

interface Delay {
  readonly promise: Promise<'late'>
  readonly cancel: () => void
}

function delay(ms: number): Delay {
  let timer: ReturnType<typeof setTimeout> | undefined
  const promise = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), ms)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}

/** Work that starts once an answer is out may start more of it. */
async function finish(pending: PendingWork): Promise<void> {
  await delay(0).promise
  while (pending.size > 0) await Promise.all(pending)
}

/**
 * Makes the function that closes a server: no new connections, running answers and the work behind them finish, what is
 * left at the deadline is ended. Calling it again gives the same promise.
 * @param timeout milliseconds
 */
export function createClose(server: Stoppable, pending: PendingWork, timeout: number): () => Promise<void> {
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const deadline = delay(timeout)
    const first = await Promise.race([server.stop(), deadline.promise])
    if (first === 'late') {
      await server.end()
      await delay(ABORT_MS).promise
    }
    await Promise.race([finish(pending), deadline.promise])
    deadline.cancel()
  }
  return () => (closing ??= close())
}
