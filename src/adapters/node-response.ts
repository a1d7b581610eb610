import { PLAIN_HEADERS } from '../runtime/plain-headers.js'
import { REDIRECT_STATUSES } from '../runtime/redirect-statuses.js'
import { LightHeaders, stripWhitespace } from './node-light-headers.js'
import { symbolOf } from './node-members.js'

/**
 * The class that stands as `globalThis.Response` in a Node process that serves: @hono/node-server's light one, which the
 * server can write without building a native Response, made exact where it is looser than the Fetch standard.
 */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const TEXT = 'text/plain;charset=UTF-8'
const NULL_BODY = new Set([101, 103, 204, 205, 304])

const PRINTABLE = /^[\x20-\x7e]*$/
/** What a header's value must not have (RFC 9110, 5.5). */
const INVALID_VALUE = /[\0\r\n]|[^\0-\xff]/

function checkHeader(name: string, value: string): void {
  if (!TOKEN.test(name)) throw new TypeError(`Headers: "${name}" is an invalid header name.`)
  if (INVALID_VALUE.test(value)) throw new TypeError(`Headers: the value of "${name}" is invalid.`)
}

/** What has been made of headers that can't change. */
const normalised = new WeakMap<object, Record<string, string>>()

/** Checks and normalises plain headers, or gives real Headers where a name comes twice or the input is of another kind. */
function normaliseHeaders(given: HeadersInit): Readonly<Record<string, string>> | Headers {
  if (given instanceof Headers || Symbol.iterator in given) {
    const record = LightHeaders.plainRecordOf(given)
    return record ? { ...record } : new Headers(given)
  }
  const known = normalised.get(given)
  if (known) return known
  const headers = normaliseRecord(given)
  if (!(headers instanceof Headers) && Object.isFrozen(given)) normalised.set(given, Object.freeze(headers))
  return headers
}

function normaliseRecord(given: Record<string, string>): Record<string, string> | Headers {
  const headers: Record<string, string> = {}
  for (const key of Object.keys(given)) {
    const name = key.toLowerCase()
    const value = stripWhitespace(String(given[key]))
    checkHeader(key, value)
    if (name in headers || name === 'set-cookie' || name === 'trailer' || !PRINTABLE.test(value)) return new Headers(given)
    headers[name] = value
  }
  return headers
}

/** What has been made, for bytes, of whole inits that can't change. */
const normalisedInits = new WeakMap<ResponseInit, ResponseInit>()

/** The media type that the Fetch standard gives a body that comes without one. */
function defaultContentType(body: unknown): string | undefined {
  if (typeof body === 'string') return TEXT
  return body instanceof Blob && body.type !== '' ? body.type : undefined
}

const isLightBody = (body: unknown): boolean =>
  body === null || typeof body === 'string' || body instanceof Uint8Array || body instanceof Blob || body instanceof ReadableStream

function checkInit(body: unknown, { status = 200, statusText }: ResponseInit): void {
  if (status < 200 || status > 599) {
    throw new RangeError(`Failed to construct 'Response': the status provided (${status}) is outside the range [200, 599].`)
  }
  if (body !== null && NULL_BODY.has(status)) throw new TypeError(`Response constructor: Invalid response status code ${status}`)
  if (statusText && INVALID_VALUE.test(statusText)) throw new TypeError('Response constructor: Invalid statusText')
}

function normaliseInit(body: unknown, init: ResponseInit): ResponseInit {
  const headers = init.headers ? normaliseHeaders(init.headers) : {}
  const type = defaultContentType(body)
  if (type !== undefined) {
    if (headers instanceof Headers) {
      if (!headers.has('content-type')) headers.set('content-type', type)
    } else if (headers['content-type'] === undefined) return { ...init, headers: { ...headers, 'content-type': type } }
  }
  return { ...init, headers }
}

const JSON_TYPE = 'application/json'
const TEXT_INIT: ResponseInit = { headers: { 'content-type': TEXT } }
const JSON_INIT: ResponseInit = { headers: { 'content-type': JSON_TYPE } }

const NO_HEADERS: Record<string, string> = Object.freeze({})
const BLANK_INIT: ResponseInit = { headers: NO_HEADERS }

/** Whether nothing is said of an answer, as Hono does where it asks what has been prepared. */
const isBlank = (init: ResponseInit | undefined): boolean =>
  init === undefined || (typeof init === 'object' && init?.status === undefined && init?.headers === undefined && !init?.statusText)

/** Custom status texts, which the light class does not hand to the server. */
const STATUS_TEXT = Symbol('everyroute.statusText')

interface Slots {
  [STATUS_TEXT]?: string
  [PLAIN_HEADERS]?: Record<string, string> | undefined
}

/** WebIDL's unsigned short: a text of digits counts as a number. */
const toStatus = (status: unknown): number => Number(status) & 0xffff

/** @throws {TypeError} where it is no object */
function membersOf(init: ResponseInit | null | undefined): ResponseInit {
  if (init === undefined || init === null) return {}
  if (typeof init !== 'object' && typeof init !== 'function')
    throw new TypeError(`Response constructor: init is ${String(init)}, no object`)
  const { status, statusText, headers } = init
  return { ...(status !== undefined && { status: toStatus(status) }), ...(statusText && { statusText }), ...(headers && { headers }) }
}

/** What a light Response holds as long as nobody has asked for more than its headers. */
export type LightCache = [status: number, body: unknown, headers: Headers | Record<string, string> | undefined]

/** The key under which a light Response keeps what it was made of; unknown to other versions, which only costs time. */
export const cacheKeyOf = (Light: typeof Response): symbol | undefined => symbolOf(new Light(''), 'cache')

/** Lets a media type that was taken away stay away from the native answer, which is made of the body anew. */
function keepMissingType(prototype: Response, cacheKey: symbol, toNative: symbol): void {
  type Light = Response & Record<symbol, unknown>
  const makeNative = (prototype as Light)[toNative] as () => Response
  Object.defineProperty(prototype, toNative, {
    value(this: Light): Response {
      const headers = (this[cacheKey] as LightCache | undefined)?.[2]
      const native = makeNative.call(this)
      if (headers instanceof Headers && !headers.has('content-type')) native.headers.delete('content-type')
      return native
    },
  })
}

/**
 * Derives the exact class from the light one that @hono/node-server has put in place.
 * @param isUsed whether a stream is locked, or has been read from as far as the host tells
 */
export function deriveResponse(
  Light: typeof Response,
  Native: typeof Response,
  isUsed: (stream: ReadableStream) => boolean = ({ locked }) => locked,
): typeof Response {
  const cacheKey = cacheKeyOf(Light)
  const toNative = symbolOf(Light.prototype, 'getResponseCache')

  class ExactResponse extends Light {
    constructor(body?: BodyInit | null, init?: ResponseInit) {
      const given = body ?? null
      if (!isLightBody(given)) {
        super(given, init)
        // Any member asked for builds the native one, which checks what it is given.
        void this.type
        return
      }
      if (typeof given === 'string' && (init === undefined || init === JSON_INIT)) {
        const known = init ?? TEXT_INIT
        super(given, known)
        ;(this as Slots)[PLAIN_HEADERS] = known.headers as Record<string, string>
        return
      }
      const known = init && given instanceof Uint8Array ? normalisedInits.get(init) : undefined
      if (known) {
        super(given, known)
        ;(this as Slots)[PLAIN_HEADERS] = known.headers as Record<string, string>
        return
      }
      if (given === null && isBlank(init)) {
        super(null, BLANK_INIT)
        ;(this as Slots)[PLAIN_HEADERS] = NO_HEADERS
        return
      }
      if (given instanceof ReadableStream && isUsed(given)) throw new TypeError('Response body object should not be disturbed or locked')
      const members = membersOf(init)
      checkInit(given, members)
      const exact = normaliseInit(given, members)
      if (given instanceof Uint8Array && init && !members.statusText && Object.isFrozen(init) && Object.isFrozen(exact.headers))
        normalisedInits.set(init, exact)
      super(given, exact)
      const slots = this as Slots
      if (!(exact.headers instanceof Headers)) slots[PLAIN_HEADERS] = exact.headers as Record<string, string>
      if (members.statusText) slots[STATUS_TEXT] = members.statusText
    }

    override get headers(): Headers {
      const slots = this as Slots
      const plain = slots[PLAIN_HEADERS]
      if (plain === undefined) return super.headers
      slots[PLAIN_HEADERS] = undefined
      // What the base class would make a native one of.
      const made = cacheKey && (slots as unknown as Record<symbol, LightCache | undefined>)[cacheKey]
      if (made && made[2] === plain) made[2] = new LightHeaders(plain)
      return super.headers
    }

    static override json(data: unknown, init?: ResponseInit): Response {
      const text = JSON.stringify(data)
      if (text === undefined) throw new TypeError('Value is not JSON serializable')
      if (init === undefined) return new ExactResponse(text, JSON_INIT)
      const headers = init.headers ? normaliseHeaders(init.headers) : {}
      if (headers instanceof Headers) {
        if (!headers.has('content-type')) headers.set('content-type', JSON_TYPE)
      } else if (headers['content-type'] === undefined) {
        return new ExactResponse(text, { ...membersOf(init), headers: { ...headers, 'content-type': JSON_TYPE } })
      }
      return new ExactResponse(text, { ...membersOf(init), headers })
    }

    static override redirect(url: string | URL, given: number | string = 302): Response {
      const status = toStatus(given)
      if (!REDIRECT_STATUSES.has(status)) throw new RangeError(`Invalid status code ${given}`)
      return new ExactResponse(null, { status, headers: { location: new URL(url).href } })
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      const isInstance = Function.prototype[Symbol.hasInstance]
      // biome-ignore lint/complexity/noThisInStatic: a class derived from this one asks by the same method
      return isInstance.call(this === ExactResponse ? Native : this, value as object)
    }
  }
  Object.defineProperty(ExactResponse, 'name', { value: 'Response' })
  if (cacheKey && toNative) keepMissingType(ExactResponse.prototype, cacheKey, toNative)
  return ExactResponse
}

/** The status text that an answer was made with, or `''`. */
export function statusTextOf(response: Response, Native: typeof Response): string {
  const own = (response as Slots)[STATUS_TEXT]
  if (own !== undefined) return own
  return Object.getPrototypeOf(response) === Native.prototype ? response.statusText : ''
}

/**
 * Lets `instanceof Request` know the host's own requests, which `clone()` gives, beside those of the light class.
 * Classes derived from it keep their own meaning.
 */
export function admitNativeRequests(Light: typeof Request): void {
  const Native = Object.getPrototypeOf(Light) as typeof Request
  const isInstance = Function.prototype[Symbol.hasInstance]
  Object.defineProperty(Light, Symbol.hasInstance, {
    configurable: true,
    value(this: unknown, value: object) {
      return isInstance.call(this === Light ? Native : (this as typeof Request), value)
    },
  })
}
