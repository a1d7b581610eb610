import type { ServerResponse } from 'node:http'
import type { ServerExchange } from '../runtime/exchange.js'
import { type ListeningAddress, NodeBindings } from './node-bindings.js'
import { NodeContext } from './node-context.js'
import { BINDINGS, CONTEXT, outgoingOf } from './node-request.js'
import type { PendingWork } from './serve-context.js'

/** Sends answers. Neither throws. */
export interface Sender {
  readonly send: (response: Response, outgoing: ServerResponse) => void
  readonly sendLater: (response: Promise<Response>, outgoing: ServerResponse) => void
}

interface Slots {
  [BINDINGS]?: NodeBindings | undefined
  [CONTEXT]?: NodeContext | undefined
}

/** Stands for all exchanges of a server: what the router asks for of a request is found by the request. */
export class NodeExchange implements ServerExchange {
  private readonly server: { readonly address: ListeningAddress; readonly pending: PendingWork }
  private readonly sender: Sender

  constructor(server: { readonly address: ListeningAddress; readonly pending: PendingWork }, sender: Sender) {
    this.server = server
    this.sender = sender
  }

  env(request: Request & Slots): NodeBindings {
    const outgoing = outgoingOf(request)
    request[BINDINGS] ??= new NodeBindings(request, outgoing.req, outgoing, this.server.address)
    return request[BINDINGS]
  }

  executionContext(request: Request & Slots): NodeContext {
    request[CONTEXT] ??= new NodeContext(outgoingOf(request), this.server.pending)
    return request[CONTEXT]
  }

  lifetime(request: Request): NodeContext {
    return this.executionContext(request)
  }

  release(request: Request, answer: Response): Response {
    this.sender.send(answer, outgoingOf(request))
    return answer
  }

  releaseLater(request: Request, answer: Promise<Response>): void {
    this.sender.sendLater(answer, outgoingOf(request))
  }

  releaseError(request: Request, answer: Promise<Response>): Promise<Response> {
    this.releaseLater(request, answer)
    return answer.catch(() => new Response(null, { status: 500 }))
  }
}
