import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type ServeDirectly, serveDirectlyOf } from '../runtime/exchange.js'
import { HostResponse } from '../runtime/responses.js'
import { collapseSlashes } from '../runtime/slashes.js'
import { type ListeningAddress, NodeBindings } from './node-bindings.js'
import { isTaken } from './node-body.js'
import { NodeContext } from './node-context.js'
import { NodeExchange } from './node-exchange.js'
import { completeHeaders } from './node-headers.js'
import { createRequestFactory, hasPlainTarget, pathOf } from './node-request.js'
import type { ResponsePreparer } from './node-send.js'
import type { PendingWork } from './serve-context.js'
import type { FetchApp } from './serve-options.js'

export interface ListenerOptions {
  readonly app: FetchApp
  readonly preparer: ResponsePreparer
  readonly pending: PendingWork
  /** Settled once the server listens. */
  readonly address: ListeningAddress
}

type Fetch = (request: Request, incoming: IncomingMessage, outgoing: ServerResponse) => Response | Promise<Response>

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

/** Encodes quotes in the query, as URL parsers do; @hono/node-server leaves them where it needs no parser. */
function encodeQuotes(incoming: IncomingMessage): void {
  const target = incoming.url ?? '/'
  const query = target.indexOf('?')
  if (query !== -1 && target.includes("'", query)) incoming.url = target.slice(0, query) + target.slice(query).replaceAll("'", '%27')
}

/** The answer to what an app throws, and in place of one that cannot be sent: @hono/node-server would say nothing, or too much. */
function answerFailure(error: unknown): Response {
  console.error('everyroute:', error)
  return new HostResponse(null, { status: 500 })
}

/** Ends an answer that its sender has given up: nothing of the error is for the client. */
function endUnsent(error: unknown, outgoing: ServerResponse): void {
  console.error('everyroute:', error)
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(500, { 'content-length': 0 }).end()
}

/** Serves whatever comes by @hono/node-server's own listener. */
function createFullListener(fetch: Fetch, { address, preparer }: ListenerOptions): RequestListener {
  const respond = getRequestListener((request, env) => {
    const outgoing = env.outgoing as ServerResponse
    try {
      const response = fetch(request, env.incoming as IncomingMessage, outgoing)
      if (response instanceof Promise) return response.then((settled) => preparer.prepare(settled, outgoing)).catch(answerFailure)
      return preparer.prepare(response, outgoing)
    } catch (error) {
      return answerFailure(error)
    }
  })
  return (incoming, outgoing) => {
    if (redirectBackslashes(incoming, outgoing)) return
    encodeQuotes(incoming)
    completeHeaders(incoming, address.port)
    respond(incoming, outgoing).catch((error: unknown) => endUnsent(error, outgoing))
  }
}

/** Lets @hono/node-server send an answer that is ready. */
function sendByServer(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const respond = getRequestListener(() => response, { overrideGlobalObjects: false })
  respond(incoming, outgoing).catch((error: unknown) => endUnsent(error, outgoing))
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Whether nothing of a request's body is left to come. */
const isRead = (incoming: IncomingMessage): boolean =>
  incoming.method === 'GET' || isTaken(incoming) || incoming.readableEnded || (incoming.complete && incoming.readableLength === 0)

/** Whether a request is a GET, or says how long its body is. */
function isPlain({ headers, httpVersionMajor, method }: IncomingMessage): boolean {
  if (httpVersionMajor !== 1) return false
  if (method === 'GET') return true
  return WITH_BODY.has(method!) && headers['content-length'] !== undefined && headers['transfer-encoding'] === undefined
}

/**
 * Makes the listener of a server. Plain requests over HTTP/1.1 go a shorter way than @hono/node-server's: an app answers by a
 * promise, for which that would listen for the connection's end with every request. All others, and answers that are streams or
 * come before the request's body has been read, are its own.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { address, app, pending, preparer } = options
  const fetch: Fetch = (request, incoming, outgoing) =>
    app.fetch(request, new NodeBindings(request, incoming, outgoing, address), new NodeContext(outgoing, pending) as never)
  const serveInFull = createFullListener(fetch, options)
  const createRequest = createRequestFactory((incoming) => completeHeaders(incoming, address.port))
  if (!createRequest) return serveInFull

  const send = (response: Response, outgoing: ServerResponse): void => {
    const incoming = outgoing.req
    try {
      if (!isRead(incoming) || !preparer.write(response, outgoing)) sendByServer(preparer.prepare(response, outgoing), incoming, outgoing)
    } catch (error) {
      sendByServer(answerFailure(error), incoming, outgoing)
    }
  }
  const sendLater = (response: Promise<Response>, outgoing: ServerResponse): void => {
    response.then(
      (settled) => send(settled, outgoing),
      (error) => sendByServer(answerFailure(error), outgoing.req, outgoing),
    )
  }
  const exchange = new NodeExchange(options, { send, sendLater })
  let asked: object | undefined
  let serve: ServeDirectly | undefined
  const serveOf = ({ fetch: current }: FetchApp): ServeDirectly | undefined => {
    if (current !== asked) serve = serveDirectlyOf((asked = current))
    return serve
  }
  return (incoming, outgoing) => {
    if (!isPlain(incoming) || !hasPlainTarget(incoming)) return serveInFull(incoming, outgoing)
    try {
      const path = pathOf(incoming.url!)
      const request = createRequest(incoming, outgoing, path)
      if (serveOf(app)?.(request, path, exchange)) return
      const response = fetch(request, incoming, outgoing)
      if (response instanceof Promise) sendLater(response, outgoing)
      else send(response, outgoing)
    } catch (error) {
      sendByServer(answerFailure(error), incoming, outgoing)
    }
  }
}
