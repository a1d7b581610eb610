import { Duplex } from 'node:stream'

/**
 * The server's end of a connection without a kernel: what is pushed goes through the HTTP parser, what the server writes is
 * counted. The members are those of `net.Socket` that servers ask for.
 */
export class MemorySocket extends Duplex {
  readonly remoteAddress: string = '127.0.0.1'
  readonly remotePort: number = 50_000
  readonly remoteFamily: string = 'IPv4'
  readonly localAddress: string = '127.0.0.1'
  readonly localPort: number = 3000
  /** Called after each write with the bytes that came since {@link reset}. */
  onBytes: (bytes: number, socket: MemorySocket) => void = () => {}
  /** Keeps what is written, where it is given. */
  kept: string[] | undefined
  #bytes = 0

  constructor() {
    super({ decodeStrings: false })
  }

  reset(): void {
    this.#bytes = 0
  }

  override _read(): void {}

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#take(chunk)
    done()
    this.onBytes(this.#bytes, this)
  }

  override _writev(chunks: { chunk: string | Uint8Array }[], done: () => void): void {
    for (const { chunk } of chunks) this.#take(chunk)
    done()
    this.onBytes(this.#bytes, this)
  }

  // The answers are ASCII: a text's characters are its bytes.
  #take(chunk: string | Uint8Array): void {
    this.#bytes += chunk.length
    this.kept?.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'))
  }

  setTimeout(): this {
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  address(): object {
    return { address: this.localAddress, port: this.localPort, family: 'IPv4' }
  }
  destroySoon(): void {
    this.end()
  }
}
