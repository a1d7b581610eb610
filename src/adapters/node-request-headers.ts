import type { IncomingMessage } from 'node:http'

export type HeadersClass = new (incoming: IncomingMessage) => Headers

/** Names as they stand among an incoming message's headers, but for those that are added there and for what is no single text. */
const PLAIN_NAME = /^(?!x-forwarded-|set-cookie$)[a-z][a-z\d-]*$/

/** Those that are asked for most, which need not be looked at. */
const COMMON = new Set([
  'accept',
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'if-none-match',
  'origin',
  'user-agent',
])

/** What there is under a name; `undefined` where headers of all lines have to tell. */
export function readPlainly({ headers }: IncomingMessage, name: string): string | null | undefined {
  if (!COMMON.has(name) && (typeof name !== 'string' || !PLAIN_NAME.test(name))) return undefined
  return Object.hasOwn(headers, name) ? (headers[name] as string) : null
}

/** Headers of the class below that somebody has changed. */
const changed = new WeakSet<Headers>()

/** Whether a request's headers are as they came, as far as that is known. */
export const areUntouched = (headers: Headers): boolean => COMPLETED in headers && !changed.has(headers)

/** Marks the class below. */
const COMPLETED = Symbol('everyroute.completedHeaders')

/**
 * Derives headers of requests that are completed when somebody asks for more than single ones, which Node.js has read by then.
 * @param Light the class of @hono/node-server
 * @param complete adds to the headers of a message what it lacks
 */
export function deriveRequestHeaders(Light: HeadersClass, complete: (incoming: IncomingMessage) => void): HeadersClass {
  class RequestHeaders extends Light {
    /** Until the headers are complete. */
    #incoming: IncomingMessage | undefined

    constructor(incoming: IncomingMessage) {
      super(incoming)
      this.#incoming = incoming
    }

    #complete(): void {
      const incoming = this.#incoming
      this.#incoming = undefined
      if (incoming) complete(incoming)
    }

    override get(name: string): string | null {
      const value = this.#incoming && readPlainly(this.#incoming, name)
      if (value !== undefined) return value
      this.#complete()
      return super.get(name)
    }
    override has(name: string): boolean {
      const value = this.#incoming && readPlainly(this.#incoming, name)
      if (value !== undefined) return value !== null
      this.#complete()
      return super.has(name)
    }
    override append(name: string, value: string): void {
      this.#complete()
      changed.add(this)
      super.append(name, value)
    }
    override delete(name: string): void {
      this.#complete()
      changed.add(this)
      super.delete(name)
    }
    override set(name: string, value: string): void {
      this.#complete()
      changed.add(this)
      super.set(name, value)
    }
    override getSetCookie(): string[] {
      this.#complete()
      return super.getSetCookie()
    }
    override keys(): HeadersIterator<string> {
      this.#complete()
      return super.keys()
    }
    override values(): HeadersIterator<string> {
      this.#complete()
      return super.values()
    }
    override entries(): HeadersIterator<[string, string]> {
      this.#complete()
      return super.entries()
    }
    override forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void {
      this.#complete()
      super.forEach(callback, thisArg)
    }
    override [Symbol.iterator](): HeadersIterator<[string, string]> {
      return this.entries()
    }
  }
  Object.defineProperty(RequestHeaders, 'name', { value: Light.name })
  Object.defineProperty(RequestHeaders.prototype, COMPLETED, { value: true })
  return RequestHeaders
}
