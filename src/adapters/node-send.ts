import type { ServerResponse } from 'node:http'
import { HostResponse } from '../runtime/responses.js'
import { statusTextOf } from './node-response.js'
import { splitCookies, toWire } from './serve-headers.js'

/** What a light Response holds as long as nobody has asked for more than its headers. */
type LightCache = [status: number, body: unknown, headers: Headers | Record<string, string> | undefined]

/** Headers that say how the body is sent: answers that have one go out by way of @hono/node-server. */
const FRAMING = new Set(['content-length', 'transfer-encoding', 'trailer'])

const asIs = (text: string): string => text

/** What Node.js sends in a header's value; `Headers` takes control characters too. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/

function requireSendable(name: string, value: string): string {
  if (SENDABLE.test(value)) return value
  throw new TypeError(`The answer's header ${JSON.stringify(name)} has a control character, which can't be sent: ${JSON.stringify(value)}`)
}

/** Headers as a record, which @hono/node-server sends as it is: with Headers it would add a media type. */
function toRecord(headers: Headers, encode: (text: string) => string): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {}
  for (const [name, value] of headers) if (name !== 'set-cookie') record[name] = requireSendable(name, encode(value))
  const cookies = headers.getSetCookie().flatMap(splitCookies)
  if (cookies.length > 0) record['set-cookie'] = cookies.map((line) => requireSendable('set-cookie', encode(line)))
  return record
}

/**
 * Makes an answer go out as it is. @hono/node-server would add a media type where there is none, drop a custom status
 * text, and show an error's message where a body cannot be sent.
 */
export class ResponsePreparer {
  readonly #Light: typeof Response
  /** The key under which a light Response keeps what it was made of; unknown to other versions, which only costs time. */
  readonly #cacheKey: symbol | undefined

  constructor(Light: typeof Response) {
    this.#Light = Light
    this.#cacheKey = Object.getOwnPropertySymbols(new Light('')).find((key) => key.description === 'cache')
  }

  prepare(response: Response, outgoing: ServerResponse): Response {
    const statusText = statusTextOf(response, HostResponse)
    const cache = this.#cacheOf(response)
    // HTTP/2 has no status texts, and warns of one.
    if (statusText !== '' && outgoing.req.httpVersionMajor < 2) {
      outgoing.statusMessage = typeof cache?.[1] === 'string' ? statusText : toWire(statusText)
    }
    if (cache && cache[2] !== undefined && !(cache[2] instanceof Headers)) return response
    return cache ? this.#rebuild(cache[1], response.status, response.headers) : this.#fromNative(response)
  }

  /**
   * Writes a prepared answer whose body is known in full.
   * @returns false, with nothing written, where it is of another kind
   */
  write(response: Response, outgoing: ServerResponse): boolean {
    const cache = this.#cacheOf(response)
    if (!cache) return false
    const [status, body, headers] = cache
    if (headers === undefined || headers instanceof Headers) return false
    for (const name in headers) if (FRAMING.has(name)) return false
    if (body === null) outgoing.writeHead(status, headers).end()
    else if (typeof body === 'string') outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
    else if (body instanceof Uint8Array) outgoing.writeHead(status, { ...headers, 'Content-Length': body.byteLength }).end(body)
    else return false
    return true
  }

  #cacheOf(response: Response): LightCache | undefined {
    const key = this.#cacheKey
    return key && key in response ? (response as unknown as Record<symbol, LightCache>)[key] : undefined
  }

  #fromNative(response: Response): Response {
    const { body, headers, status } = response
    if (response.bodyUsed || body?.locked) return this.#rebuild(null, 500, headers)
    return this.#rebuild(body, status, headers)
  }

  #rebuild(body: unknown, status: number, headers: Headers): Response {
    // Node.js takes a Trailer header with a chunked body alone.
    const isChunked = headers.has('trailer') && body !== null && !(body instanceof ReadableStream)
    const sent = isChunked ? new HostResponse(body as BodyInit).body : body
    // Node.js encodes the head like a text that goes out with it, and as Latin-1 before bytes.
    const record = toRecord(headers, sent === null || typeof sent === 'string' ? asIs : toWire)
    return new this.#Light(sent as BodyInit | null, { status, headers: record as Record<string, string> })
  }
}
