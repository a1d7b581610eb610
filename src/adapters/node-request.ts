import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { MADE_PATH } from '../runtime/made-url.js'
import { defineLatentMembers } from '../runtime/next-request.js'
import { PEEK_HEADER } from '../runtime/peek-header.js'
import { beginRead, bodyReaders, isTaken } from './node-body.js'
import { mendLightRequests } from './node-light-request.js'
import { symbolOf } from './node-members.js'
import { deriveRequestHeaders, type HeadersClass, readPlainly } from './node-request-headers.js'

/** A light request of @hono/node-server: what it was made of lies under symbols of that package. */
type LightRequest = Request & Record<symbol, unknown>

/**
 * Makes requests of what Node.js's server has received, where {@link hasPlainTarget} says yes.
 * @param path the message's, by {@link pathOf}
 */
export type CreateRequest = (incoming: IncomingMessage, outgoing: ServerResponse, path: string) => Request

/** A request as @hono/node-server itself makes it, once read, and the symbol by which it marks those that have a body. */
function makeSample(): { sample: LightRequest; bodyMark: symbol } | undefined {
  let sample: Request | undefined
  const incoming = {
    method: 'POST',
    url: '/',
    readableEnded: true,
    headers: { host: 'localhost' },
    rawHeaders: ['host', 'localhost'],
    rawBody: Buffer.alloc(0),
    socket: {},
  }
  const outgoing = { writeHead() {}, end() {}, on() {}, once() {} }
  const listener = getRequestListener(
    (request) => {
      sample = request
      return new Response(null)
    },
    { overrideGlobalObjects: false },
  )
  listener(incoming as never, outgoing as never)
  const bodyMark = symbolOf(incoming, 'wrapBodyStream')
  void sample?.headers
  void sample?.text()
  return sample && bodyMark && { sample: sample as LightRequest, bodyMark }
}

const OUTGOING: unique symbol = Symbol('everyroute.outgoing') as never
/** Slots in which what goes with a request is kept, once it is asked for. */
export const BINDINGS: unique symbol = Symbol('everyroute.bindings')
export const CONTEXT: unique symbol = Symbol('everyroute.context')
const WATCHED = Symbol('everyroute.watched')
const IS_NATIVE = Symbol('everyroute.isNative')
const WAITING = Symbol('everyroute.waitingRead')
const URL_MADE = Symbol('everyroute.url')
const PATH = Symbol('everyroute.path')
/** Whether the message came with cookies: asked for with every answer, and cheap to read only while its headers are at hand. */
const HAS_COOKIE = Symbol('everyroute.hasCookie')

/** The response that goes with a request made here. */
export const outgoingOf = (request: Request): ServerResponse => (request as unknown as { [OUTGOING]: ServerResponse })[OUTGOING]

/** Aborts a request's signal where its connection closes before the answer is out. */
function abortOnClose(incoming: IncomingMessage, outgoing: ServerResponse, abort: (reason: string) => void): void {
  const onClose = (): void => {
    // A message whose body has been taken counts as aborted, for it tells of no end.
    if (incoming.errored && !isTaken(incoming)) abort(incoming.errored.toString())
    else if (!outgoing.writableFinished) abort('Client connection prematurely closed.')
  }
  if (outgoing.closed) onClose()
  else outgoing.on('close', onClose)
}

/**
 * Makes light requests without the rest of @hono/node-server's listener: no event listener is added before somebody asks for
 * the signal, and no header but `cookie` is looked at before somebody asks for one.
 * @param complete called before more than single headers are read
 * @returns `undefined` where the installed version keeps its requests in another way
 */
export function createRequestFactory(complete: (incoming: IncomingMessage) => void): CreateRequest | undefined {
  const made = makeSample()
  if (!made) return undefined
  const { bodyMark, sample } = made
  const base = Object.getPrototypeOf(sample) as LightRequest
  const [INCOMING, METHOD, URL_TEXT] = ['incomingKey', 'methodKey', 'urlKey'].map((name) => symbolOf(sample, name))
  const [HEADERS, CONSUMED] = ['headersKey', 'bodyConsumedDirectly'].map((name) => symbolOf(sample, name))
  const [CONTROLLER, ABORT, NATIVE] = ['getAbortController', 'abortRequest', 'getRequestCache'].map((name) => symbolOf(base, name))
  const headers = Object.getOwnPropertyDescriptor(base, 'headers')?.get
  if (!HEADERS || !INCOMING || !METHOD || !URL_TEXT || !CONSUMED || !CONTROLLER || !ABORT || !NATIVE || !headers) return undefined
  if (Object.isExtensible(base)) mendLightRequests(base, { headers: HEADERS, abort: ABORT, toHost: NATIVE })
  const Light = sample.headers.constructor as HeadersClass
  const isNative = sample.headers.constructor === globalThis.Headers
  const NodeHeaders = isNative ? undefined : deriveRequestHeaders(Light, complete)
  const createController = base[CONTROLLER] as () => AbortController
  const createNative = base[NATIVE] as () => Request
  const bodyKeys = { incoming: INCOMING, consumed: CONSUMED, isNative: IS_NATIVE, waiting: WAITING }

  class NodeRequest {
    constructor(incoming: IncomingMessage, outgoing: ServerResponse, path: string) {
      const slots = this as Record<symbol, unknown>
      slots[INCOMING!] = incoming
      slots[METHOD!] = incoming.method
      slots[URL_MADE] = undefined
      slots[PATH] = path
      slots[HAS_COOKIE] = incoming.headers.cookie !== undefined
      slots[OUTGOING] = outgoing
      slots[WATCHED] = false
      slots[CONSUMED!] = false
      slots[IS_NATIVE] = false
      slots[WAITING] = undefined
      slots[LATENT.instance] = false
      // Slots that come later would be kept apart from the object.
      slots[LATENT.nextUrl] = undefined
      slots[HEADERS!] = undefined
      slots[BINDINGS] = undefined
      slots[CONTEXT] = undefined
    }
  }
  const prototype = NodeRequest.prototype as unknown as LightRequest
  Reflect.deleteProperty(prototype, 'constructor')
  Object.setPrototypeOf(prototype, base)
  const LATENT = defineLatentMembers(prototype)
  Object.defineProperties(prototype, {
    ...bodyReaders(base, bodyKeys),
    blob: {
      value(this: LightRequest): Promise<Blob> {
        // It looks at the media type by headers of its own where there are none yet.
        void this.headers
        return base.blob.call(this)
      },
    },
    [NATIVE]: {
      value(this: LightRequest): Request {
        beginRead(this, bodyKeys)
        this[IS_NATIVE] = true
        return createNative.call(this)
      },
    },
    headers: {
      configurable: true,
      get(this: LightRequest): Headers {
        const incoming = this[INCOMING] as IncomingMessage
        if (NodeHeaders) this[HEADERS] ??= new NodeHeaders(incoming)
        else complete(incoming)
        return headers.call(this) as Headers
      },
    },
    [URL_TEXT]: {
      get(this: LightRequest): string {
        this[URL_MADE] ??= plainUrl(this[INCOMING] as IncomingMessage)
        return this[URL_MADE] as string
      },
    },
    [MADE_PATH]: {
      value(this: LightRequest, url: string): string | undefined {
        return url === this[URL_MADE] ? (this[PATH] as string) : undefined
      },
    },
    [PEEK_HEADER]: {
      value(this: LightRequest, name: string): string | null {
        if (!NodeHeaders || this[HEADERS]) return this.headers.get(name)
        if (name === 'cookie' && !this[HAS_COOKIE]) return null
        const value = readPlainly(this[INCOMING] as IncomingMessage, name)
        return value === undefined ? this.headers.get(name) : value
      },
    },
    [CONTROLLER]: {
      value(this: LightRequest): AbortController {
        if (!this[WATCHED]) {
          this[WATCHED] = true
          const abort = this[ABORT] as (reason: string) => void
          abortOnClose(this[INCOMING] as IncomingMessage, this[OUTGOING] as ServerResponse, (reason) => abort.call(this, reason))
        }
        return createController.call(this)
      },
    },
  })
  Object.preventExtensions(prototype)
  return (incoming, outgoing, path) => {
    if (incoming.method !== 'GET') (incoming as unknown as Record<symbol, unknown>)[bodyMark] = true
    return new NodeRequest(incoming, outgoing, path) as unknown as Request
  }
}

/** The path of a request target, as it stands there. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}

/** Hosts and targets that no URL parser would write in another way. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/
const PLAIN_TARGET = /^\/(?!\/)[!$-;=@-[\]_a-z~]*(?:\?[!$-&(-;=?-[\]_a-z~]*)?$/
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i

let knownHost: string | undefined

function isPlainHost(host: string | undefined): boolean {
  if (host === undefined || (host !== knownHost && !PLAIN_HOST.test(host))) return false
  knownHost = host
  return true
}

/** Whether a request's URL can be told without parsing. */
export function hasPlainTarget({ headers, url = '' }: IncomingMessage): boolean {
  if (!PLAIN_TARGET.test(url) || !isPlainHost(headers.host)) return false
  return !(url.includes('/.') || url.includes('/%2')) || !DOT_SEGMENT.test(url)
}

const plainUrl = ({ headers, socket, url }: IncomingMessage): string =>
  `${'encrypted' in socket ? 'https' : 'http'}://${headers.host}${url}`
