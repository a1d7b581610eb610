// biome-ignore-all lint/complexity/noArguments: a missing argument is an error, an undefined one is a text
import workerThreads from 'node:worker_threads'
import type { PlainHeaders } from '../runtime/plain-headers.js'

/** A response's `Headers` kept in plain JavaScript: what the host's own costs at every call, and again when it is sent, is saved. */

type Pair = readonly [name: string, value: string]
type Inspect = (value: unknown, options: object) => string

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const BEYOND_LATIN1 = /[^\0-\xff]/
const HTTP_WHITESPACE = '\t\n\r '
const REFUSED = /[\0\r\n]/
const PRINTABLE = /^[\t\x20-\x7e]*$/
/** Printable, and without whitespace to strip: what nearly every value is. */
const USUAL = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/

const NO_COOKIES: readonly string[] = Object.freeze([])

/** Names come from requests too. */
const MAX_KNOWN = 256
const MAX_KNOWN_LENGTH = 64

/** Valid names, as they were given, with their lower-case form. */
let known: Record<string, string> = Object.create(null)
let knownCount = 0

/** Node.js before 22.10 has none, and clones its own Headers. */
const markAsUncloneable: (object: object) => void = workerThreads.markAsUncloneable ?? ((): void => {})

/** WebIDL's ByteString. */
function toByteString(given: unknown): string {
  const text = `${given}`
  if (BEYOND_LATIN1.test(text)) throw new TypeError(`Headers: ${JSON.stringify(text)} has a character beyond U+00FF.`)
  return text
}

const missing = (method: string, wanted: number, found: number): TypeError =>
  new TypeError(`Headers.${method}: ${wanted} argument${wanted === 1 ? '' : 's'} required, but ${found} found.`)

function learn(name: string, method: string): string {
  if (!TOKEN.test(name)) throw new TypeError(`Headers.${method}: ${JSON.stringify(name)} is an invalid header name.`)
  const key = name.toLowerCase()
  if (name.length > MAX_KNOWN_LENGTH) return key
  if (knownCount === MAX_KNOWN) {
    known = Object.create(null)
    knownCount = 0
  }
  known[name] = key
  knownCount++
  return key
}

const keyOf = (name: string, method: string): string => known[name] ?? learn(name, method)

/** A header's value without the whitespace around it. */
export function stripWhitespace(value: string): string {
  // A regular expression would take quadratic time where whitespace is amidst.
  let start = 0
  let end = value.length
  while (end > start && HTTP_WHITESPACE.includes(value[end - 1]!)) end--
  while (end > start && HTTP_WHITESPACE.includes(value[start]!)) start++
  return start === 0 && end === value.length ? value : value.slice(start, end)
}

function normalise(value: string, method: string): string {
  const text = stripWhitespace(value)
  if (REFUSED.test(text) || BEYOND_LATIN1.test(text)) {
    throw new TypeError(`Headers.${method}: ${JSON.stringify(text)} is an invalid header value.`)
  }
  return text
}

/** Changes a record in place; a plain assignment to `__proto__` would be lost. */
function put(record: Record<string, string>, key: string, value: string): void {
  if (key === '__proto__') Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
  else record[key] = value
}

/** A copy: a record that something was deleted from is slow from then on. */
function without(record: PlainHeaders, key: string): Record<string, string> {
  const rest: Record<string, string> = {}
  for (const other of Object.keys(record)) if (other !== key) put(rest, other, record[other]!)
  return rest
}

const byName = ([a]: Pair, [b]: Pair): number => (a < b ? -1 : a > b ? 1 : 0)

let pairsOf: (headers: LightHeaders) => readonly Pair[]

/**
 * Behaves as the host's `Headers` with the guard "response". `constructor` leads to the host's class, so that the static
 * members here, which are for whoever sends the headers, are out of a handler's sight.
 */
export class LightHeaders implements Headers {
  #record: PlainHeaders
  #isOwn = false
  #cookies: readonly string[] = NO_COOKIES
  #isPrintable = true
  /** What iteration gives, as long as nothing changes. */
  #pairs: readonly Pair[] | undefined = undefined

  /**
   * @param record by lower-case name, all valid and of printable ASCII, without Set-Cookie; may be frozen and shared, is
   * never changed, and must not be changed by others
   */
  constructor(record: PlainHeaders) {
    this.#record = record
    markAsUncloneable(this)
  }

  /**
   * All headers but Set-Cookie by lower-case name, unsorted; valid until the next change.
   * @returns `undefined` for a value of another class
   */
  static recordOf(headers: object): PlainHeaders | undefined {
    return #record in headers ? headers.#record : undefined
  }

  /** The values of Set-Cookie, in order. */
  static cookiesOf(headers: LightHeaders): readonly string[] {
    return headers.#cookies
  }

  /** What a copy can be made of: the record of headers that are all printable, without Set-Cookie; else `undefined`. */
  static plainRecordOf(headers: object): PlainHeaders | undefined {
    return #record in headers && headers.#isPrintable && headers.#cookies.length === 0 ? headers.#record : undefined
  }

  /** True only where every value, cookies included, is of tabs and printable ASCII. */
  static isPrintable(headers: LightHeaders): boolean {
    return headers.#isPrintable
  }

  static #normalise(headers: LightHeaders, value: string, method: string): string {
    const text = normalise(value, method)
    if (!PRINTABLE.test(text)) headers.#isPrintable = false
    return text
  }

  static #write(headers: LightHeaders, key: string, value: string): void {
    let record = headers.#record
    if (!headers.#isOwn) {
      headers.#record = record = { ...record }
      headers.#isOwn = true
    }
    put(record, key, value)
    headers.#pairs = undefined
  }

  static {
    pairsOf = (headers) => {
      if (headers.#pairs) return headers.#pairs
      const pairs: Pair[] = Object.entries(headers.#record)
      for (const cookie of headers.#cookies) pairs.push(['set-cookie', cookie])
      return (headers.#pairs = pairs.sort(byName))
    }
  }

  append(name: string, value: string): void {
    if (value === undefined && arguments.length < 2) throw missing('append', 2, arguments.length)
    if (typeof name !== 'string' || typeof value !== 'string') {
      name = toByteString(name)
      value = toByteString(value)
    }
    const key = keyOf(name, 'append')
    const text = USUAL.test(value) ? value : LightHeaders.#normalise(this, value, 'append')
    if (key === 'set-cookie') {
      this.#cookies = [...this.#cookies, text]
      this.#pairs = undefined
      return
    }
    const record = this.#record
    // Node.js joins Cookie in its own way.
    const joined = Object.hasOwn(record, key) ? `${record[key]}${key === 'cookie' ? '; ' : ', '}${text}` : text
    LightHeaders.#write(this, key, joined)
  }

  delete(name: string): void {
    if (name === undefined && arguments.length < 1) throw missing('delete', 1, 0)
    const key = keyOf(typeof name === 'string' ? name : toByteString(name), 'delete')
    if (key === 'set-cookie') this.#cookies = NO_COOKIES
    else if (Object.hasOwn(this.#record, key)) {
      this.#record = without(this.#record, key)
      this.#isOwn = true
    } else return
    this.#pairs = undefined
  }

  get(name: string): string | null {
    if (name === undefined && arguments.length < 1) throw missing('get', 1, 0)
    const key = keyOf(typeof name === 'string' ? name : toByteString(name), 'get')
    const record = this.#record
    if (Object.hasOwn(record, key)) return record[key]!
    return key === 'set-cookie' && this.#cookies.length > 0 ? this.#cookies.join(', ') : null
  }

  getSetCookie(): string[] {
    return [...this.#cookies]
  }

  has(name: string): boolean {
    if (name === undefined && arguments.length < 1) throw missing('has', 1, 0)
    const key = keyOf(typeof name === 'string' ? name : toByteString(name), 'has')
    return Object.hasOwn(this.#record, key) || (key === 'set-cookie' && this.#cookies.length > 0)
  }

  set(name: string, value: string): void {
    if (value === undefined && arguments.length < 2) throw missing('set', 2, arguments.length)
    if (typeof name !== 'string' || typeof value !== 'string') {
      name = toByteString(name)
      value = toByteString(value)
    }
    const key = keyOf(name, 'set')
    const text = USUAL.test(value) ? value : LightHeaders.#normalise(this, value, 'set')
    if (key === 'set-cookie') {
      this.#cookies = [text]
      this.#pairs = undefined
    } else LightHeaders.#write(this, key, text)
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg: unknown = globalThis): void {
    if (typeof callback !== 'function') {
      throw new TypeError("Failed to execute 'forEach' on 'Headers': parameter 1 is not of type 'Function'.")
    }
    // The callback may change what is iterated.
    for (let i = 0, pair: Pair | undefined; (pair = pairsOf(this)[i]); i++) callback.call(thisArg, pair[1], pair[0], this)
  }

  keys(): HeadersIterator<string> {
    return iterate(this, (pair) => pair[0])
  }

  values(): HeadersIterator<string> {
    return iterate(this, (pair) => pair[1])
  }

  entries(): HeadersIterator<[string, string]> {
    return iterate(this, (pair) => [pair[0], pair[1]])
  }

  declare [Symbol.iterator]: () => HeadersIterator<[string, string]>
}

/** Like the host's: goes by the position in the sorted list, and sees what has changed in the meantime. */
class LightIterator<T> {
  readonly #headers: LightHeaders
  readonly #select: (pair: Pair) => T
  #position = 0

  constructor(headers: LightHeaders, select: (pair: Pair) => T) {
    this.#headers = headers
    this.#select = select
  }

  next(): IteratorResult<T, undefined> {
    const pair = pairsOf(this.#headers)[this.#position]
    if (!pair) return { value: undefined, done: true }
    this.#position++
    return { value: this.#select(pair), done: false }
  }
}

function iterate<T>(headers: LightHeaders, select: (pair: Pair) => T): HeadersIterator<T> {
  // Throws where the method was called on something else.
  pairsOf(headers)
  return new LightIterator(headers, select) as unknown as HeadersIterator<T>
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, writable: true, enumerable: false, configurable: true })

const Host = globalThis.Headers
Reflect.deleteProperty(LightHeaders.prototype, 'constructor')
Object.setPrototypeOf(LightHeaders.prototype, Host.prototype)
for (const name of Object.keys(Host.prototype)) {
  if (Object.hasOwn(LightHeaders.prototype, name)) Object.defineProperty(LightHeaders.prototype, name, { enumerable: true })
}
Object.defineProperties(LightHeaders.prototype, {
  [Symbol.iterator]: hidden(LightHeaders.prototype.entries),
  [Symbol.for('nodejs.util.inspect.custom')]: hidden(function (this: LightHeaders, depth: number, options: object, inspect: Inspect) {
    const cookies = this.get('set-cookie')
    const shown = { ...LightHeaders.recordOf(this), ...(cookies !== null && { 'set-cookie': cookies }) }
    return `Headers ${inspect(shown, { depth, ...options })}`
  }),
})

Reflect.deleteProperty(LightIterator.prototype, 'constructor')
Object.setPrototypeOf(LightIterator.prototype, Object.getPrototypeOf(Object.getPrototypeOf([].values())))
Object.defineProperties(LightIterator.prototype, {
  next: { enumerable: true },
  [Symbol.toStringTag]: { value: 'Headers Iterator', configurable: true },
})
