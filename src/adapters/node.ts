import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { CLIENT_ADDRESS } from '../runtime/client-address.js'
import { FRAMED_REQUEST } from '../runtime/framed-request.js'
import { REPEATED_AUTHORIZATION } from '../runtime/repeated-authorization.js'
import { HostResponse } from '../runtime/responses.js'
import { collapseSlashes } from '../runtime/slashes.js'
import { NodeContext } from './node-context.js'
import { admitNativeRequests, deriveResponse } from './node-response.js'
import { ResponsePreparer } from './node-send.js'
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
  /** Passed to `createServer`: `key`, `cert`, `allowHTTP1` and the like. */
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
  globalThis.Response = deriveResponse(Light, HostResponse)
  admitNativeRequests(globalThis.Request)
  installed = new ResponsePreparer(Light)
  return installed
}
let installed: ResponsePreparer | undefined

/** Headers of which Node.js takes the first line and drops the others. */
const SINGLE = new Set(
  'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since last-modified location max-forwards proxy-authorization referer retry-after server user-agent'.split(
    ' ',
  ),
)

/** Requests of which an Authorization line was dropped: what stands in front may have gone by that one. */
const repeatedAuthorization = new WeakSet<IncomingMessage>()

/** Takes repeated lines of such headers away, which @hono/node-server would join. */
function dropRepeatedLines(incoming: IncomingMessage): void {
  const { rawHeaders } = incoming
  const seen = new Set<string>()
  for (let i = 0; i < rawHeaders.length; ) {
    const name = rawHeaders[i]!.toLowerCase()
    if (SINGLE.has(name) && seen.has(name)) {
      rawHeaders.splice(i, 2)
      if (name === 'authorization') repeatedAuthorization.add(incoming)
    } else i += 2
    seen.add(name)
  }
}

/** Makes headers what Next.js's server makes of them: adds the forwarded headers that a proxy in front has not set. */
function completeHeaders(incoming: IncomingMessage, port: number): void {
  const { headers, rawHeaders, socket } = incoming
  if (rawHeaders.length !== Object.keys(headers).length * 2) dropRepeatedLines(incoming)
  const add = (name: string, value: string): void => {
    if (name in headers) return
    headers[name] = value
    rawHeaders.push(name, value)
  }
  // HTTP/2 names the host by a pseudo-header alone.
  const authority = headers[':authority']
  if (typeof authority === 'string') add('host', authority)
  add('x-forwarded-for', socket.remoteAddress ?? '')
  add('x-forwarded-host', headers.host ?? '')
  add('x-forwarded-port', String(port))
  add('x-forwarded-proto', 'encrypted' in socket ? 'https' : 'http')
}

/** Answers backslashes in the path, which no Request can carry, as the router answers repeated slashes. */
function redirectBackslashes(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  const target = incoming.url ?? '/'
  const backslash = target.indexOf('\\')
  if (backslash === -1) return false
  const query = target.indexOf('?')
  if (query !== -1 && query < backslash) return false
  const location = collapseSlashes(target)
  outgoing.writeHead(308, { location, refresh: `0;url=${location}` }).end(location)
  return true
}

/** The answer to what an app throws, and in place of one that cannot be sent: @hono/node-server would say nothing, or too much. */
function answerFailure(error: unknown): Response {
  console.error('everyroute:', error)
  return new HostResponse(null, { status: 500 })
}

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
  let port = options.port ?? DEFAULT_PORT
  let serverOrigin = ''

  const respond = getRequestListener((request, env) => {
    const { incoming } = env
    const outgoing = env.outgoing as ServerResponse
    const bindings = {
      incoming,
      outgoing,
      serverOrigin,
      [CLIENT_ADDRESS]: incoming.socket.remoteAddress,
      [REPEATED_AUTHORIZATION]: repeatedAuthorization.has(incoming as IncomingMessage),
      [FRAMED_REQUEST]: incoming.httpVersionMajor === 1 ? request : undefined,
    }
    try {
      const response = app.fetch(request, bindings, new NodeContext(outgoing, pending) as never)
      if (response instanceof Promise) return response.then((settled) => preparer.prepare(settled, outgoing)).catch(answerFailure)
      return preparer.prepare(response, outgoing)
    } catch (error) {
      return answerFailure(error)
    }
  })
  const listener: RequestListener = (incoming, outgoing) => {
    if (redirectBackslashes(incoming, outgoing)) return
    completeHeaders(incoming, port)
    void respond(incoming, outgoing)
  }

  const server = createServer(options.serverOptions ?? {}, listener)
  const close = createClose(toStoppable(server), pending, shutdownTimeout)
  const address = await listen(server, port, options.hostname)
  port = address.port
  const { hostname, origin } = publicAddress('setSecureContext' in server ? 'https' : 'http', options.hostname, port)
  serverOrigin = origin
  if (!options.quiet) console.log(origin)
  if (options.signals !== false) closeOnSignals(close)
  return { server, port, hostname, url: origin, close }
}
