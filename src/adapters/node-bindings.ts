import type { IncomingMessage, ServerResponse } from 'node:http'
import { CLIENT_ADDRESS } from '../runtime/client-address.js'
import { FRAMED_REQUEST } from '../runtime/framed-request.js'
import { REPEATED_AUTHORIZATION } from '../runtime/repeated-authorization.js'
import { repeatsAuthorization } from './node-headers.js'

/** The address of a server that listens. */
export interface ListeningAddress {
  readonly port: number
  /** `http://localhost:3000` */
  readonly origin: string
}

/** What an app is handed with each request. Most of it is told when it is asked for. */
export class NodeBindings {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  private readonly request: Request
  private readonly address: ListeningAddress

  static {
    const told: PropertyDescriptorMap & ThisType<NodeBindings> = {
      [CLIENT_ADDRESS]: {
        get() {
          return this.incoming.socket.remoteAddress
        },
      },
      [REPEATED_AUTHORIZATION]: {
        get() {
          return repeatsAuthorization(this.incoming)
        },
      },
      [FRAMED_REQUEST]: {
        get() {
          return this.incoming.httpVersionMajor === 1 ? this.request : undefined
        },
      },
    }
    Object.defineProperties(NodeBindings.prototype, told)
  }

  constructor(request: Request, incoming: IncomingMessage, outgoing: ServerResponse, address: ListeningAddress) {
    this.request = request
    this.incoming = incoming
    this.outgoing = outgoing
    this.address = address
  }

  get serverOrigin(): string {
    return this.address.origin
  }
}
