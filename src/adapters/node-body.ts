import type { IncomingMessage } from 'node:http'

/** Under which symbols a light request keeps what reading its body asks for. */
export interface BodyKeys {
  readonly incoming: symbol
  /** Set once the body has been read. */
  readonly consumed: symbol
  /** Set once the native request has been made, which then has the body. */
  readonly isNative: symbol
  /** Holds the read that waits for the parser, its promise once it has had to begin in full, and `false` once none waits any more. */
  readonly waiting: symbol
}

/** Marks messages whose body has been taken in one piece: nothing of it is left to come. */
const TAKEN: unique symbol = Symbol('everyroute.bodyTaken') as never

export const isTaken = (incoming: IncomingMessage & { [TAKEN]?: boolean }): boolean => incoming[TAKEN] === true

type LightRequest = Request & Record<symbol, unknown>

/** What follows it runs once the parser is done with what it was given. */
const parsed = /* @__PURE__ */ Promise.resolve()

const decoder = /* @__PURE__ */ new TextDecoder()

const decode = (body: Buffer): string => decoder.decode(body)

/** A small body shares its buffer with others. */
const copyOf = (body: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(body)

const READERS: Readonly<Record<string, (body: Buffer) => unknown>> = {
  text: decode,
  json: (body) => JSON.parse(decode(body)),
  arrayBuffer: (body) => copyOf(body).buffer,
  bytes: copyOf,
}

/** Whether all of a body has come, and nobody has begun to read it. On a socket, the message is not yet complete then. */
function hasArrived(incoming: IncomingMessage): boolean {
  const { destroyed, headers, readableDidRead, readableEncoding, readableFlowing, readableLength } = incoming
  const isUntouched = !destroyed && !readableDidRead && readableEncoding === null && readableFlowing === null
  return isUntouched && readableLength === Number(headers['content-length'])
}

function take(incoming: IncomingMessage & { [TAKEN]?: boolean }): Buffer {
  const body = (incoming.read() as Buffer | null) ?? Buffer.alloc(0)
  incoming[TAKEN] = true
  // The parser has yet to come to its end, of which a message tells while it flows. That costs a tenth of the request.
  const isListenedTo = incoming.listenerCount('end') > 0 || incoming.listenerCount('close') > 0
  if (isListenedTo && !incoming.complete) incoming.resume()
  return body
}

/**
 * Methods that read bodies of a stated length. Small ones mostly come with their head: they have arrived when the parser is done
 * with what it was given, and are taken without listening for the events of a stream. Others are left to the light request's own.
 */
export function bodyReaders(base: Request, { consumed, incoming: incomingKey, isNative, waiting }: BodyKeys): PropertyDescriptorMap {
  const readerOf = (name: string, convert: (body: Buffer) => unknown): PropertyDescriptor => {
    const readInFull = Reflect.get(base, name) as () => Promise<unknown>
    return {
      configurable: true,
      value(this: LightRequest): Promise<unknown> {
        const incoming = this[incomingKey] as IncomingMessage
        if (this[consumed] || this[isNative] || this[waiting] === false || incoming.method === 'GET') return readInFull.call(this)
        this[consumed] = true
        this[waiting] = readInFull
        return parsed.then(() => {
          const begun = this[waiting]
          // Also for others of these methods, by which the one in full may read.
          this[waiting] = false
          if (begun instanceof Promise) return begun
          if (hasArrived(incoming)) return convert(take(incoming))
          this[consumed] = false
          return readInFull.call(this)
        })
      },
    }
  }
  return Object.fromEntries(Object.entries(READERS).map(([name, convert]) => [name, readerOf(name, convert)]))
}

/** Begins a read that waits for the parser: the native request, which is about to be made, would have a body that counts as read. */
export function beginRead(request: LightRequest, { consumed, waiting }: BodyKeys): void {
  const readInFull = request[waiting]
  if (typeof readInFull !== 'function') return
  request[consumed] = false
  // For others of these methods, by which it may read.
  request[waiting] = false
  request[waiting] = readInFull.call(request)
}
