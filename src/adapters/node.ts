import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { HostResponse } from '../runtime/responses.js'
import { createListener } from './node-listener.js'
import { addMissingMembers, symbolOf } from './node-members.js'
import { admitNativeRequests, deriveResponse } from './node-response.js'
import { isUsed, ResponsePreparer } from './node-send.js'
import { toStoppable } from './node-shutdown.js'
import { closeOnSignals } from './process-signals.js'
import type { PendingWork } from './serve-context.js'
import {
  type CommonServeOptions,
  checkOptions,
  DEFAULT_PORT,
  DEFAULT_SHUTDOWN_TIMEOUT,
  type FetchApp,
  listenError,
  publicAddress,
} from './serve-options.js'
import { createClose } from './serve-shutdown.js'

export type { FetchApp } from './serve-options.js'

export type NodeServer = Server | Http2Server | Http2SecureServer

export interface ServeOptions extends CommonServeOptions {
  /** Makes the server: `https.createServer` for TLS, `http2.createSecureServer` for HTTP/2. Default `http.createServer`. */
  createServer?: (options: object, listener: RequestListener) => NodeServer
  /**
   * Passed to `createServer`: `key`, `cert`, `allowHTTP1` and the like. Default `{ optimizeEmptyRequests: true }`, with which a
   * request without a body has ended when it arrives, and its `IncomingMessage` emits neither `end` nor `close`; give `false` where
   * something waits for those. Where a body came together with its head, whoever wants its `IncomingMessage`'s `end` and `close` has to
   * listen before the request reads it: afterwards neither comes.
   * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
   */
  serverOptions?: object
}

export interface Served {
  readonly server: NodeServer
  readonly port: number
  readonly hostname: string
  /** `http://localhost:3000` */
  readonly url: string
  /** Refuses new connections, waits for running answers, ends them at the deadline. */
  close(): Promise<void>
}

/** Replaces the globals by those of @hono/node-server, which it can send without building native ones. */
function installGlobals(): ResponsePreparer {
  if (installed) return installed
  getRequestListener(() => new Response(null))
  const Light = globalThis.Response
  const toHost = symbolOf(Light.prototype, 'getResponseCache')
  if (toHost) addMissingMembers(Light.prototype, toHost)
  globalThis.Response = deriveResponse(Light, HostResponse, isUsed)
  admitNativeRequests(globalThis.Request)
  installed = new ResponsePreparer(Light)
  return installed
}
let installed: ResponsePreparer | undefined

/**
 * Without a body there are no events of a request's stream, which take a fifth of the time of a small answer. Since Node.js 24.12;
 * earlier ones don't know it.
 */
const SERVER_OPTIONS = { optimizeEmptyRequests: true }

function listen(server: NodeServer, port: number, hostname: string | undefined): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port)))
    server.listen(port, hostname, () => resolve(server.address() as AddressInfo))
  })
}

/**
 * Serves an app on Node.
 * @returns once the server listens; by then its address has been printed
 * @throws {TypeError} where an option is out of its range
 * @throws {EveryrouteError} `ERR_PORT_IN_USE`
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Served> {
  checkOptions(options)
  const { shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT, createServer = createHttpServer as NonNullable<ServeOptions['createServer']> } =
    options
  const preparer = installGlobals()
  const pending: PendingWork = new Set()
  const wanted = options.port ?? DEFAULT_PORT
  const listening = { port: wanted, origin: '' }
  const listener = createListener({ app, preparer, pending, address: listening })
  const server = createServer({ ...SERVER_OPTIONS, ...options.serverOptions }, listener)
  const close = createClose(toStoppable(server), pending, shutdownTimeout)
  const { port } = await listen(server, wanted, options.hostname)
  const { hostname, origin } = publicAddress('setSecureContext' in server ? 'https' : 'http', options.hostname, port)
  Object.assign(listening, { port, origin })
  if (!options.quiet) console.log(origin)
  if (options.signals !== false) closeOnSignals(close)
  return { server, port, hostname, url: origin, close }
}
