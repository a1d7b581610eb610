import type { ResponseLifetime } from '../runtime/after.js'
import { CLIENT_ADDRESS } from '../runtime/client-address.js'
import { rawPathname, withUrl } from '../runtime/incoming.js'
import { HostResponse } from '../runtime/responses.js'
import { deriveDenoResponse } from './deno-response.js'
import { closeOnSignals } from './process-signals.js'
import { type PendingWork, ServeContext } from './serve-context.js'
import { installFormData } from './serve-form-data.js'
import { withExactHeaders } from './serve-headers.js'
import {
  type CommonServeOptions,
  checkOptions,
  DEFAULT_PORT,
  DEFAULT_SHUTDOWN_TIMEOUT,
  type FetchApp,
  listenOnAny,
  publicAddress,
} from './serve-options.js'
import { addForwardedHeaders, hasPlainUrl } from './serve-request.js'
import { createClose } from './serve-shutdown.js'

export type { FetchApp } from './serve-options.js'

/** As much of `Deno.HttpServer` as is used. */
export interface DenoServer {
  readonly addr: { readonly hostname: string; readonly port: number }
  readonly finished: Promise<void>
  shutdown(): Promise<void>
}

/** As much of `Deno.ServeHandlerInfo` as is used. */
interface ConnectionInfo {
  readonly remoteAddr: { readonly hostname?: string }
  /** Settles once the answer is out or its connection has closed. */
  readonly completed: Promise<void>
}

type DenoHandler = (request: Request, info: ConnectionInfo) => Response | Promise<Response>

declare const Deno: { serve(options: object, handler: DenoHandler): DenoServer }

export interface ServeOptions extends CommonServeOptions {
  /** Passed to `Deno.serve`: `cert` and `key` for TLS, and the like. */
  serverOptions?: object
}

export interface Served {
  readonly server: DenoServer
  readonly port: number
  readonly hostname: string
  /** `http://localhost:3000` */
  readonly url: string
  /** Refuses new connections and waits for running answers; at the deadline their requests' signals abort. */
  close(): Promise<void>
}

class DenoContext extends ServeContext implements ResponseLifetime {
  readonly #completed: Promise<void>

  constructor(completed: Promise<void>, pending: PendingWork) {
    super(pending)
    this.#completed = completed
  }

  onClose(callback: () => void): void {
    this.#completed.then(callback, callback)
  }
}

/** Methods that no URL can be given with (Fetch standard, 5.4). */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * The request with headers that can be changed, as Next.js's can, and with its URL normalised: Deno gives it as the client
 * wrote it. A backslash in the path is left for the router to redirect, where a normalised URL would have a slash.
 */
function toRequest(request: Request): Request {
  const { method, url } = request
  const { href } = new URL(url)
  if (href === url || FORBIDDEN_METHODS.has(method) || rawPathname(url).includes('\\')) return new Request(request)
  return withUrl(request, href)
}

const SIGNAL = Symbol('everyroute.signal')

/**
 * What requests inherit from, so that their signal aborts at the shutdown's deadline too: a server that is shutting down can't
 * end its connections on Deno, only the process's end does.
 */
function createPrototype(deadline: AbortSignal): object {
  const { prototype } = Request
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'signal') as { get: (this: Request) => AbortSignal }
  return Object.create(prototype, {
    signal: {
      get(this: Request & { [SIGNAL]?: AbortSignal }) {
        this[SIGNAL] ??= AbortSignal.any([get.call(this), deadline])
        return this[SIGNAL]
      },
    },
  }) as object
}

/** Drops what a handler has left of a body. With some of it unread, Deno takes no other request on the connection nor closes it. */
function dropBody(request: Request): void {
  if (!request.bodyUsed && !request.body?.locked) request.body?.cancel().catch(() => {})
}

function installClasses(): void {
  if (globalThis.Response !== HostResponse) return
  globalThis.Response = deriveDenoResponse(HostResponse)
  for (const { prototype } of [Request, HostResponse]) installFormData(prototype)
}

/**
 * Serves an app on Deno.
 * @returns once the server listens; by then its address has been printed
 * @throws {TypeError} where an option is out of its range
 * @throws {EveryrouteError} `ERR_PORT_IN_USE`
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Served> {
  checkOptions(options)
  installClasses()
  const { port: wanted = DEFAULT_PORT, serverOptions = {}, shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT } = options
  const pending: PendingWork = new Set()
  const protocol = 'cert' in serverOptions ? 'https' : 'http'
  const deadline = new AbortController()
  const prototype = createPrototype(deadline.signal)
  let port = wanted
  let serverOrigin = ''

  const respond: DenoHandler = async (incoming, info) => {
    if (!hasPlainUrl(incoming)) return new Response(null, { status: 400 })
    const request = Object.setPrototypeOf(toRequest(incoming), prototype) as Request
    const address = info.remoteAddr.hostname ?? ''
    addForwardedHeaders(request.headers, { address, port, protocol })
    const env = { remoteAddr: info.remoteAddr, serverOrigin, [CLIENT_ADDRESS]: address }
    const response = await app.fetch(request, env, new DenoContext(info.completed, pending) as never)
    // Not before: the answer's stream may read it, and what runs after the answer.
    const drop = (): void => dropBody(request)
    info.completed.then(drop, drop)
    return withExactHeaders(response, HostResponse)
  }
  const onError = (error: unknown): Response => {
    console.error('everyroute:', error)
    return new Response(null, { status: 500 })
  }

  const server = listenOnAny(options.hostname, wanted, (hostname) =>
    Deno.serve({ ...serverOptions, port: wanted, hostname, onListen() {}, onError }, respond),
  )
  port = server.addr.port
  const { hostname, origin } = publicAddress(protocol, options.hostname, port)
  serverOrigin = origin
  const close = createClose({ stop: () => server.shutdown(), end: () => deadline.abort() }, pending, shutdownTimeout)
  if (!options.quiet) console.log(origin)
  if (options.signals !== false) closeOnSignals(close)
  return { server, port, hostname, url: origin, close }
}
