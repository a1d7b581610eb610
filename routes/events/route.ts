import { withMiddleware } from 'everyroute/handler'
import { database } from '../_db/database'
import { posts, users } from '../_db/schema'
import { shared } from '../_lib/middleware'
import { openStreams, pause } from '../_lib/streams'

export { OPTIONS } from '../_lib/middleware'

/** Milliseconds between two events. */
const INTERVAL = 1_000

/** Server-sent events: how many users and posts there are, at once and every second until the client goes. */
export const GET = withMiddleware(...shared)((request) => {
  // The host says that the client has gone by the request's signal, by cancelling the body, or both.
  const cancelled = new AbortController()
  const gone = AbortSignal.any([request.signal, cancelled.signal])
  gone.addEventListener('abort', () => openStreams.delete(gone))

  const encoder = new TextEncoder()
  let id = 0
  const source: UnderlyingDefaultSource<Uint8Array> = {
    // Called when there is room for more, so that nothing piles up for a client that reads slowly.
    async pull(controller) {
      if (id > 0) await pause(INTERVAL, gone)
      else if (!gone.aborted) openStreams.add(gone)
      const counts = gone.aborted ? undefined : await countRows()
      if (cancelled.signal.aborted) return
      if (gone.aborted) return controller.close()
      id += 1
      controller.enqueue(encoder.encode(`id: ${id}\nevent: counts\ndata: ${JSON.stringify(counts)}\n\n`))
    },
    cancel() {
      cancelled.abort()
    },
  }
  // Room for nothing until somebody reads: nobody does for HEAD, and nobody tells of its end.
  const stream = new ReadableStream(source, { highWaterMark: 0 })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
})

async function countRows() {
  const db = await database()
  const [userCount, postCount] = await Promise.all([db.$count(users), db.$count(posts)])
  return { users: userCount, posts: postCount }
}
