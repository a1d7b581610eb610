import type { ResponseLifetime } from './after.js'
import { HAS_SCOPE } from './features.js'

/** As much of a host's execution context as the router uses; an adapter may add `onClose`. */
export interface HostContext {
  waitUntil?(promise: Promise<unknown>): void
  onClose?(callback: () => void): void
}

/**
 * Tells when an answer is out on a host that doesn't: by the end of the answer's body, as far as it was read.
 */
export class BodyLifetime implements ResponseLifetime {
  readonly #host: HostContext | undefined
  #callbacks: (() => void)[] = []
  #watched = false

  constructor(host: HostContext | undefined) {
    this.#host = host
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#host?.waitUntil?.(promise)
  }

  onClose(callback: () => void): void {
    this.#callbacks.push(callback)
    if (this.#watched) setTimeout(() => this.#close(), 0)
  }

  #close(): void {
    const callbacks = this.#callbacks
    this.#callbacks = []
    for (const callback of callbacks) callback()
  }

  /**
   * Gives the answer back with a body that tells of its end, where somebody waits for it.
   * @param sendsBody false for HEAD, whose body nobody reads
   */
  watch(response: Response, sendsBody: boolean): Response {
    if (!HAS_SCOPE || this.#callbacks.length === 0 || !response.body || !sendsBody) {
      this.#watched = true
      if (this.#callbacks.length > 0) setTimeout(() => this.#close(), 0)
      return response
    }
    const body = watchBody(response.body, () => {
      this.#watched = true
      this.#close()
    })
    return new Response(body, response)
  }
}

function watchBody(body: ReadableStream<Uint8Array>, onEnd: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      onEnd()
    },
    async cancel(reason) {
      onEnd()
      await reader.cancel(reason)
    },
  })
}
