/** Bodies that the stream cases send and read, the same in all adapters. */

export const EVENTS = 500

const encoder = new TextEncoder()

/** A stream of {@link EVENTS} server-sent events, each made when it is asked for. */
export function eventStream() {
  let count = 0
  return new ReadableStream({
    pull(controller) {
      if (count === EVENTS) controller.close()
      else controller.enqueue(encoder.encode(`id: ${++count}\ndata: {"at":${count}}\n\n`))
    },
  })
}

/** Reads a request's body chunk by chunk. */
export async function countBytes(request) {
  let bytes = 0
  for await (const chunk of request.body) bytes += chunk.byteLength
  return bytes
}
