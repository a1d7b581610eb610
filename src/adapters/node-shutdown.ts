import type { Http2Session } from 'node:http2'
import type { NodeServer } from './node.js'
import type { PendingWork } from './node-context.js'

const IDLE_CHECK_MS = 20

/** How long handlers have to clean up whose connection is ended. */
const ABORT_MS = 50

/** HTTP/2 has sessions in place of connections, which its server does not list. */
function trackSessions(server: NodeServer): Set<Http2Session> {
  const sessions = new Set<Http2Session>()
  server.on('session', (session: Http2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  return sessions
}

function endConnections(server: NodeServer, sessions: Set<Http2Session>): void {
  if ('closeAllConnections' in server) server.closeAllConnections()
  for (const session of sessions) session.destroy()
}

const delay = (ms: number): { promise: Promise<void>; cancel: () => void } => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}

/** Waits for all work, that which other work begins as well. */
async function finish(pending: PendingWork): Promise<void> {
  while (pending.size > 0) await Promise.all(pending)
}

/**
 * Makes the function that closes a server: no new connections, running answers and the work behind them finish, what is
 * left at the deadline is ended. Calling it again gives the same promise.
 * @param timeout milliseconds
 */
export function createShutdown(server: NodeServer, pending: PendingWork, timeout: number): () => Promise<void> {
  const sessions = trackSessions(server)
  let closing: Promise<void> | undefined
  const shutdown = async (): Promise<void> => {
    const deadline = delay(timeout)
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const session of sessions) session.close()
    // A connection kept alive becomes idle, and is closed, only after its running answer.
    const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), IDLE_CHECK_MS)
    const isDrained = await Promise.race([closed.then(() => true), deadline.promise.then(() => false)])
    clearInterval(idle)
    endConnections(server, sessions)
    if (!isDrained) await delay(ABORT_MS).promise
    await Promise.race([finish(pending), deadline.promise])
    deadline.cancel()
  }
  return () => (closing ??= shutdown())
}
