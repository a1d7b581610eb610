import { CLIENT_ADDRESS } from '../runtime/client-address.js'
import { HostResponse } from '../runtime/responses.js'
import { type BunClasses, installClasses } from './bun-classes.js'
import { closeOnSignals } from './process-signals.js'
import { type PendingWork, ServeContext } from './serve-context.js'
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

/** As much of Bun's `Server` as is used. */
export interface BunServer {
  readonly port: number
  readonly hostname: string
  readonly url: URL
  /** @param closeActiveConnections ends running answers too. Default `false`. */
  stop(closeActiveConnections?: boolean): Promise<void>
  closeIdleConnections(): number
  requestIP(request: Request): { readonly address: string } | null
  /** @param seconds of silence after which the request's connection is closed; 0 for never */
  timeout(request: Request, seconds: number): void
}

type BunHandler = (request: Request, server: BunServer) => Response | Promise<Response>

declare const Bun: { serve(options: object & { fetch: BunHandler }): BunServer }

export interface ServeOptions extends CommonServeOptions {
  /** Passed to `Bun.serve`: `tls`, `idleTimeout` and the like. */
  serverOptions?: object
}

export interface Served {
  readonly server: BunServer
  readonly port: number
  readonly hostname: string
  /** `http://localhost:3000` */
  readonly url: string
  /** Refuses new connections, waits for running answers, ends them at the deadline. */
  close(): Promise<void>
}

let installed: BunClasses | undefined

/** The same bytes as a stream that Bun knows nothing of. */
function toPlainStream(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

/** Bun gives every body whose length it knows a media type where there is none. */
function withoutDefaultType(response: Response): Response {
  if (response.headers.get('content-type')) return response
  const { body, headers, status } = response
  return body === null || response.bodyUsed || body.locked ? response : new HostResponse(toPlainStream(body), { status, headers })
}

const IDLE_CHECK_MS = 20

/** A connection kept alive becomes idle only after its running answer. */
async function stop(server: BunServer): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  await server.stop()
  clearInterval(idle)
}

/**
 * Serves an app on Bun.
 * @returns once the server listens; by then its address has been printed
 * @throws {TypeError} where an option is out of its range
 * @throws {EveryrouteError} `ERR_PORT_IN_USE`
 */
export async function serve(app: FetchApp, options: ServeOptions = {}): Promise<Served> {
  checkOptions(options)
  const { port: wanted = DEFAULT_PORT, serverOptions = {}, shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT } = options
  installed ??= installClasses(globalThis.Request, HostResponse)
  const { prototype } = installed.request
  const pending: PendingWork = new Set()
  const protocol = 'tls' in serverOptions ? 'https' : 'http'
  let serverOrigin = ''

  const respond: BunHandler = async (request, server) => {
    if (!hasPlainUrl(request)) return new Response(null, { status: 400 })
    // Bun's limit is for silent connections, of which a slow handler's is one.
    server.timeout(request, 0)
    const address = server.requestIP(request)?.address ?? ''
    addForwardedHeaders(request.headers, { address, port: server.port, protocol })
    Object.setPrototypeOf(request, prototype)
    const response = await app.fetch(request, { server, serverOrigin, [CLIENT_ADDRESS]: address }, new ServeContext(pending) as never)
    return withoutDefaultType(withExactHeaders(response, HostResponse))
  }
  const onError = (error: unknown): Response => {
    console.error('everyroute:', error)
    return new Response(null, { status: 500 })
  }

  const server = listenOnAny(options.hostname, wanted, (hostname) =>
    Bun.serve({
      // As on other hosts, how much a body may have is the handler's business.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Outside of development Bun shares a port with other processes, unasked.
      reusePort: false,
      ...serverOptions,
      port: wanted,
      hostname,
      development: false,
      fetch: respond,
      error: onError,
    } as object & { fetch: BunHandler }),
  )
  const { port } = server
  const { hostname, origin } = publicAddress(protocol, options.hostname, port)
  serverOrigin = origin
  const close = createClose({ stop: () => stop(server), end: () => server.stop(true) }, pending, shutdownTimeout)
  if (!options.quiet) console.log(origin)
  if (options.signals !== false) closeOnSignals(close)
  return { server, port, hostname, url: origin, close }
}
