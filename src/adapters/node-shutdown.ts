import type { Http2Session } from 'node:http2'
import type { NodeServer } from './node.js'
import type { Stoppable } from './serve-shutdown.js'

const IDLE_CHECK_MS = 20

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

function closeIdle(server: NodeServer, sessions: Set<Http2Session>): void {
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  for (const session of sessions) if (!session.closed) session.close()
}

/** A server of Node.js as one that can be stopped. */
export function toStoppable(server: NodeServer): Stoppable {
  const sessions = trackSessions(server)
  return {
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      closeIdle(server, sessions)
      // A connection kept alive becomes idle only after its running answer, and a session may begin on one that is accepted already.
      const idle = setInterval(() => closeIdle(server, sessions), IDLE_CHECK_MS)
      await closed
      clearInterval(idle)
    },
    end: () => endConnections(server, sessions),
  }
}
