import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { defineLatentMembers } from '../runtime/next-request.js'
import { PEEK_HEADER } from '../runtime/peek-header.js'

/** A light request of @hono/node-server: what it was made of lies under symbols of that package. */
type LightRequest = Request & Record<symbol, unknown>

/** Makes requests of what Node.js's server has received. */
export type CreateRequest = (incoming: IncomingMessage, outgoing: ServerResponse, url: string) => Request

const symbolOf = (object: object, description: string): symbol | undefined =>
  Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description)

/** A request as @hono/node-server itself makes it, and the symbol by which it marks those that have a body. */
function makeSample(): { sample: LightRequest; bodyMark: symbol } | undefined {
  let sample: Request | undefined
  const incoming = {
    method: 'POST',
    url: '/',
    readableEnded: true,
    headers: { host: 'localhost' },
    rawHeaders: ['host', 'localhost'],
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
  return sample && bodyMark && { sample: sample as LightRequest, bodyMark }
}

const OUTGOING = Symbol('everyroute.outgoing')
const WATCHED = Symbol('everyroute.watched')

/** Aborts a request's signal where its connection closes before the answer is out. */
function abortOnClose(incoming: IncomingMessage, outgoing: ServerResponse, abort: (reason: string) => void): void {
  const onClose = (): void => {
    if (incoming.errored) abort(incoming.errored.toString())
    else if (!outgoing.writableFinished) abort('Client connection prematurely closed.')
  }
  if (outgoing.closed) onClose()
  else outgoing.on('close', onClose)
}

/**
 * Makes light requests without the rest of @hono/node-server's listener: no event listener is added before somebody asks for
 * the signal, and no header is looked at before somebody asks for one.
 * @param complete called whenever headers are asked for
 * @returns `undefined` where the installed version keeps its requests in another way
 */
export function createRequestFactory(complete: (incoming: IncomingMessage) => void): CreateRequest | undefined {
  const made = makeSample()
  if (!made) return undefined
  const { bodyMark, sample } = made
  const base = Object.getPrototypeOf(sample) as LightRequest
  const [INCOMING, METHOD, URL_TEXT] = ['incomingKey', 'methodKey', 'urlKey'].map((name) => symbolOf(sample, name))
  const [CONTROLLER, ABORT] = ['getAbortController', 'abortRequest'].map((name) => symbolOf(base, name))
  const headers = Object.getOwnPropertyDescriptor(base, 'headers')?.get
  void sample.headers
  const HEADERS = symbolOf(sample, 'headersKey')
  if (!HEADERS || !INCOMING || !METHOD || !URL_TEXT || !CONTROLLER || !ABORT || !headers) return undefined
  const createController = base[CONTROLLER] as () => AbortController

  class NodeRequest {
    constructor(incoming: IncomingMessage, outgoing: ServerResponse, url: string) {
      const slots = this as Record<symbol, unknown>
      slots[INCOMING!] = incoming
      slots[METHOD!] = incoming.method
      slots[URL_TEXT!] = url
      slots[OUTGOING] = outgoing
      slots[WATCHED] = false
      slots[INSTANCE] = false
    }
  }
  const prototype = NodeRequest.prototype as unknown as LightRequest
  Reflect.deleteProperty(prototype, 'constructor')
  Object.setPrototypeOf(prototype, base)
  const INSTANCE = defineLatentMembers(prototype)
  Object.defineProperties(prototype, {
    headers: {
      configurable: true,
      get(this: LightRequest): Headers {
        complete(this[INCOMING] as IncomingMessage)
        return headers.call(this) as Headers
      },
    },
    [PEEK_HEADER]: {
      value(this: LightRequest, name: string): string | null {
        return this[HEADERS] || hasHeader(this[INCOMING] as IncomingMessage, name) ? this.headers.get(name) : null
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
  return (incoming, outgoing, url) => {
    if (incoming.method !== 'GET') (incoming as unknown as Record<symbol, unknown>)[bodyMark] = true
    return new NodeRequest(incoming, outgoing, url) as unknown as Request
  }
}

function hasHeader({ rawHeaders }: IncomingMessage, lowerCaseName: string): boolean {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return true
  }
  return false
}

/** Hosts and targets that no URL parser would write in another way. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/
const PLAIN_TARGET = /^\/(?!\/)[!$&-;=?-[\]_a-z~]*$/
const DOT_SEGMENT = /\/\.\.?(?:[/?]|$)/

function hostOf({ rawHeaders }: IncomingMessage): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 4 && (name === 'host' || name.toLowerCase() === 'host')) return rawHeaders[i + 1]
  }
  return undefined
}

/** Makes a function that gives a request's URL, where that can be told without parsing; `undefined` where it can't. */
export function createUrlReader(): (incoming: IncomingMessage) => string | undefined {
  let knownHost: string | undefined
  return (incoming) => {
    const target = incoming.url!
    if (!PLAIN_TARGET.test(target) || DOT_SEGMENT.test(target)) return undefined
    const host = hostOf(incoming)
    if (host === undefined) return undefined
    if (host !== knownHost) {
      if (!PLAIN_HOST.test(host)) return undefined
      knownHost = host
    }
    return ('encrypted' in incoming.socket ? 'https://' : 'http://') + host + target
  }
}
