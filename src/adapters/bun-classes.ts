/**
 * Bun's Request and Response, made exact where they are looser than the Fetch standard. They stand on globalThis in a process
 * that serves, where handlers and the classes of `next/server` find them.
 */
import { deriveResponse } from './node-response.js'
import { isBody } from './serve-body.js'
import { installFormData } from './serve-form-data.js'

const EMPTY_BODY = Symbol('everyroute.emptyBody')

interface Slots {
  [EMPTY_BODY]?: ReadableStream<Uint8Array<ArrayBuffer>>
}

const emptyStream = (): ReadableStream<Uint8Array<ArrayBuffer>> => new ReadableStream({ start: (controller) => controller.close() })

/** Derives the exact class from Bun's. */
export function deriveRequest(Native: typeof Request): typeof Request {
  class ExactRequest extends Native {
    /** Bun has none where no bytes come; Next.js's server has one with every method that may carry some. */
    override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
      const body = super.body
      if (body || this.method === 'GET' || this.method === 'HEAD') return body
      const slots = this as Slots
      slots[EMPTY_BODY] ??= emptyStream()
      return slots[EMPTY_BODY]
    }

    /** Bun reads `null` where no bytes come, which are no JSON. */
    override async json(): Promise<unknown> {
      return JSON.parse(await this.text())
    }

    /** Bun gives the blob of a cloned or copied request no type, and that of a text a charset. */
    override async blob(): Promise<Blob> {
      const type = (this.headers.get('content-type') ?? '').toLowerCase()
      const blob = await super.blob()
      return blob.type === type ? blob : Object.defineProperty(blob, 'type', { value: type })
    }

    override clone(): Request {
      return Object.setPrototypeOf(super.clone(), ExactRequest.prototype) as Request
    }

    /** Bun's own requests count too; a class derived from this one keeps its own meaning. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      const isInstance = Function.prototype[Symbol.hasInstance]
      // biome-ignore lint/complexity/noThisInStatic: a class derived from this one asks by the same method
      return isInstance.call(this === ExactRequest ? Native : this, value as object)
    }
  }
  installFormData(ExactRequest.prototype)
  Object.defineProperty(ExactRequest, 'name', { value: 'Request' })
  return ExactRequest
}

/** Bun's class, which gives a value that becomes a text no media type, and parses forms as its Request does. */
function deriveTextual(Native: typeof Response): typeof Response {
  class Textual extends Native {
    constructor(body?: BodyInit | null, init?: ResponseInit) {
      if (body === null || body === undefined || typeof body === 'string' || isBody(body)) {
        super(body, init)
        return
      }
      super(String(body), init)
      if (!super.headers.has('content-type')) super.headers.set('content-type', 'text/plain;charset=UTF-8')
    }
  }
  installFormData(Textual.prototype)
  return Textual
}

export interface BunClasses {
  readonly request: typeof Request
  readonly response: typeof Response
}

/** Puts the exact classes on globalThis. */
export function installClasses(NativeRequest: typeof Request, NativeResponse: typeof Response): BunClasses {
  const classes = { request: deriveRequest(NativeRequest), response: deriveResponse(deriveTextual(NativeResponse), NativeResponse) }
  globalThis.Request = classes.request
  globalThis.Response = classes.response
  return classes
}
