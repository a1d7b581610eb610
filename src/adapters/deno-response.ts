import { deriveResponse } from './node-response.js'

const encoder = new TextEncoder()

/** A stream whose texts have become bytes, in UTF-8. */
function encodeTexts(stream: ReadableStream<unknown>): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array))
    },
    cancel: (reason) => reader.cancel(reason),
  }
  // Nothing is read before the client asks for it.
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** Streams that hold bytes alone. */
const encoded = new WeakSet<ReadableStream>()

function toBytes(stream: ReadableStream): ReadableStream {
  if (encoded.has(stream)) return stream
  const bytes = encodeTexts(stream)
  encoded.add(bytes)
  return bytes
}

/** Deno's class, with streams of texts for bodies too, as Node.js sends them. */
export function deriveDenoResponse(Native: typeof Response): typeof Response {
  class Textual extends Native {
    constructor(body?: BodyInit | null, init?: ResponseInit) {
      super(body instanceof ReadableStream ? toBytes(body) : body, init)
    }
  }
  return deriveResponse(Textual, Native)
}
