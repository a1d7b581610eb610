import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { HostResponse } from '../runtime/responses.js'
import { LightHeaders } from './node-light-headers.js'
import { cacheKeyOf, type LightCache, statusTextOf } from './node-response.js'
import { requireSendable, splitCookies, toWire } from './serve-headers.js'

/** Headers that say how the body is sent: answers that have one go out by way of @hono/node-server. */
const FRAMING = new Set(['content-length', 'transfer-encoding', 'trailer'])

const asIs = (text: string): string => text

/** Bytes: so many are sent as text in one piece with the head, for which Node.js would make two writes of bytes. */
const MAX_AS_TEXT = 4096

/** Whether a stream can't be sent in full any more. */
export const isUsed = (stream: ReadableStream): boolean => stream.locked || Readable.isDisturbed(stream as never)

/**
 * How a header's value is handed to Node.js, so that it arrives as Next.js sends it: in UTF-8 beside a body. Node.js encodes the head
 * like a text that goes out with it, in UTF-8 in front of a stream, and as Latin-1 before bytes and over HTTP/2.
 */
function encodingFor(body: unknown, { req }: ServerResponse): (text: string) => string {
  return body instanceof Uint8Array || body instanceof Blob || req.httpVersionMajor >= 2 ? toWire : asIs
}

/** Of a body that is known in full. */
function lengthOf(body: unknown): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.byteLength : body === null ? 0 : undefined
}

const latin1Of = ({ buffer, byteLength, byteOffset }: Uint8Array): string => Buffer.from(buffer, byteOffset, byteLength).toString('latin1')

type WireHeaders = Record<string, string | string[]>

/** Headers as a record, which @hono/node-server sends as it is: with Headers it would add a media type. */
function toRecord(headers: Headers, encode: (text: string) => string): WireHeaders {
  const record: WireHeaders = {}
  for (const [name, value] of headers) if (name !== 'set-cookie') record[name] = requireSendable(`header "${name}"`, encode(value))
  const cookies = headers.getSetCookie().flatMap(splitCookies)
  if (cookies.length > 0) record['set-cookie'] = cookies.map((line) => requireSendable('header "set-cookie"', encode(line)))
  return record
}

/** The record of an answer's headers where it can go out as it is; `undefined` where that has to be looked at. */
function wireHeaders(headers: Headers | Record<string, string> | undefined): WireHeaders | undefined {
  if (!(headers instanceof Headers)) return headers
  const record = LightHeaders.recordOf(headers)
  if (!record || !LightHeaders.isPrintable(headers as LightHeaders)) return undefined
  const cookies = LightHeaders.cookiesOf(headers as LightHeaders)
  return cookies.length === 0 ? record : { ...record, 'set-cookie': cookies.flatMap(splitCookies) }
}

/**
 * Makes an answer go out as it is. @hono/node-server would add a media type where there is none, drop a custom status
 * text, and show an error's message where a body cannot be sent.
 */
export class ResponsePreparer {
  readonly #Light: typeof Response
  readonly #cacheKey: symbol | undefined

  constructor(Light: typeof Response) {
    this.#Light = Light
    this.#cacheKey = cacheKeyOf(Light)
  }

  prepare(response: Response, outgoing: ServerResponse): Response {
    const cache = this.#cacheOf(response)
    const body = cache ? cache[1] : response.body
    const isStream = body instanceof ReadableStream
    // Of an answer whose body is gone nothing can be said any more.
    if (isStream && (isUsed(body) || (!cache && response.bodyUsed))) return this.#rebuild(null, 500, new Headers(), outgoing)
    this.#setStatusText(response, cache, outgoing)
    if (cache && cache[2] !== undefined && !(cache[2] instanceof Headers)) return response
    return this.#rebuild(body, response.status, response.headers, outgoing)
  }

  /**
   * Writes an answer whose body is known in full.
   * @returns false, with nothing written, where it is of another kind
   */
  write(response: Response, outgoing: ServerResponse): boolean {
    const cache = this.#cacheOf(response)
    if (!cache) return false
    const [status, body] = cache
    const length = lengthOf(body)
    if (length === undefined || cache[2] === undefined) return false
    const headers = wireHeaders(cache[2]) ?? toRecord(cache[2] as Headers, encodingFor(body, outgoing))
    for (const name in headers) if (FRAMING.has(name)) return false
    this.#setStatusText(response, cache, outgoing)
    if (body === null) outgoing.writeHead(status, headers).end()
    else if (typeof body === 'string' || length > MAX_AS_TEXT)
      outgoing.writeHead(status, { ...headers, 'Content-Length': length }).end(body)
    else outgoing.writeHead(status, { ...headers, 'Content-Length': length }).end(latin1Of(body as Uint8Array), 'latin1')
    return true
  }

  #setStatusText(response: Response, cache: LightCache | undefined, outgoing: ServerResponse): void {
    const statusText = statusTextOf(response, HostResponse)
    // HTTP/2 has no status texts, and warns of one.
    if (statusText === '' || outgoing.req.httpVersionMajor >= 2) return
    outgoing.statusMessage = requireSendable('status text', encodingFor(cache?.[1], outgoing)(statusText))
  }

  #cacheOf(response: Response): LightCache | undefined {
    const key = this.#cacheKey
    return key && (response as unknown as Record<symbol, LightCache | undefined>)[key]
  }

  #rebuild(body: unknown, status: number, headers: Headers, outgoing: ServerResponse): Response {
    // Node.js takes a Trailer header with a chunked body alone.
    const isChunked = headers.has('trailer') && body !== null && !(body instanceof ReadableStream)
    const sent = isChunked ? new HostResponse(body as BodyInit).body : body
    const record = toRecord(headers, encodingFor(sent, outgoing))
    // Node.js takes this header for Latin-1 wherever it knows the length before, and then refuses what is beyond.
    if (record['content-disposition'] !== undefined && sent !== null) {
      const length = sent instanceof Blob ? sent.size : lengthOf(sent)
      if (length !== undefined) record['content-length'] ??= String(length)
    }
    return new this.#Light(sent as BodyInit | null, { status, headers: record as Record<string, string> })
  }
}
