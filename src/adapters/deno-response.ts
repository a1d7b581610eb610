import { HostResponse } from '../runtime/responses.js'
import { deriveResponse } from './node-response.js'
import { isAsyncIterable, isBody } from './serve-body.js'

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
  // Throws where the stream has been read from: what is left of it is no body.
  new HostResponse(stream)
  const bytes = encodeTexts(stream)
  encoded.add(bytes)
  return bytes
}

declare const ReadableStream: typeof globalThis.ReadableStream & { from(chunks: AsyncIterable<unknown>): ReadableStream<unknown> }

/** The body that Deno sends as Node.js does this one: Deno takes whatever can be iterated for a source of bytes. */
function toBody(body: unknown): unknown {
  if (body instanceof ReadableStream) return toBytes(body)
  if (isAsyncIterable(body)) return encodeTexts(ReadableStream.from(body))
  return typeof body === 'object' && body !== null && !isBody(body) ? String(body) : body
}

/** Deno's class, with streams of texts and Node.js's own streams for bodies too, as Node.js sends them. */
export function deriveDenoResponse(Native: typeof Response): typeof Response {
  class Textual extends Native {
    constructor(body?: BodyInit | null, init?: ResponseInit) {
      super(toBody(body) as BodyInit | null | undefined, init)
    }
  }
  return deriveResponse(Textual, Native)
}
