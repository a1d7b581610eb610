import { env } from 'cloudflare:workers'
import { provideEnv } from '../runtime/env.js'

// Now, so that modules which load after this one can read bindings already.
provideEnv(env)

/** As much of an app as is served; every Hono app is one. */
export interface WorkerApp {
  fetch(request: Request, env?: object, executionContext?: never): Response | Promise<Response>
}

/** As much of a Worker's context as is used; workerd gives more. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void
}

/** The part of a module Worker's default export that answers requests. */
export interface WorkerHandler {
  fetch(request: Request, env: object, context: WorkerContext): Response | Promise<Response>
}

/** Headers as Next.js's server completes them, where no proxy in front has set them. */
function completeHeaders(headers: Headers, request: Request): void {
  const { host, port, protocol } = new URL(request.url)
  const add = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value)
  }
  add('x-forwarded-for', headers.get('cf-connecting-ip') ?? '')
  add('x-forwarded-host', headers.get('host') ?? host)
  add('x-forwarded-port', port || (protocol === 'https:' ? '443' : '80'))
  add('x-forwarded-proto', protocol.slice(0, -1))
}

/**
 * Makes a Worker of an app: requests have headers that handlers may change and the forwarded headers of Next.js's server,
 * and bindings are known to `env()` from the start. Other events are handled beside it:
 * `export default { ...createWorker(app), scheduled, queue }`.
 */
export function createWorker(app: WorkerApp): WorkerHandler {
  return {
    fetch(request, bindings, context) {
      const incoming = new Request(request)
      completeHeaders(incoming.headers, request)
      return app.fetch(incoming, bindings, context as never)
    },
  }
}
