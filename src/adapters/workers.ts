import { env as bindings } from 'cloudflare:workers'
import { provideEnv } from '../runtime/env.js'
import { HAS_FORM_DATA } from '../runtime/features.js'
import { splitCookies } from './serve-headers.js'
import { addForwardedHeaders } from './serve-request.js'
import { installFormData } from './workers-form-data.js'

if (HAS_FORM_DATA) installFormData()
// Now, so that modules which load after this one can read bindings already.
provideEnv(bindings)

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
  fetch(request: Request, env: object, context: WorkerContext): Promise<Response>
}

/** A request as handlers of Next.js know it: its headers can be changed, and a GET has no body. */
function toServerRequest(incoming: Request): Request {
  const { body, cf, headers, method, signal, url } = incoming as Request & { readonly cf?: object }
  const hasNone = body !== null && (method === 'GET' || method === 'HEAD')
  const request = hasNone ? new Request(url, { method, headers, signal, cf } as RequestInit) : new Request(incoming, { signal })
  const { port, protocol } = new URL(url)
  const isSecure = protocol === 'https:'
  addForwardedHeaders(request.headers, {
    address: headers.get('cf-connecting-ip') ?? '',
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    protocol: isSecure ? 'https' : 'http',
  })
  return request
}

const isJoined = ([name, value]: [string, string]): boolean =>
  value.includes(',') && (name !== 'set-cookie' || splitCookies(value).length > 1)

/** Sends a header with several values as one line, and each cookie as one of its own; workerd sends them as they were appended. */
function settleHeaders(headers: Headers): void {
  for (const [name, value] of [...headers].filter(isJoined)) if (name !== 'set-cookie') headers.set(name, value)
  const cookies = headers.getSetCookie()
  const split = cookies.flatMap(splitCookies)
  if (split.length === cookies.length) return
  headers.delete('set-cookie')
  for (const cookie of split) headers.append('set-cookie', cookie)
}

/** Makes an answer one that workerd sends as Next.js's server would. */
function settleResponse(response: Response): Response {
  const { body, headers } = response
  if (response.bodyUsed || body?.locked) return new Response(null, { status: 500, headers })
  if (![...headers].some(isJoined)) return response
  const settled = new Response(body, response)
  settleHeaders(settled.headers)
  return settled
}

/**
 * Makes a Worker of an app: requests have headers that handlers may change and the forwarded headers of Next.js's server,
 * handlers run to their end where the client goes away, and bindings are known to `env()` from the start. Other events are
 * handled beside it: `export default { ...createWorker(app), scheduled, queue }`.
 */
export function createWorker(app: WorkerApp): WorkerHandler {
  return {
    async fetch(request, env, context) {
      const answer = app.fetch(toServerRequest(request), env, context as never)
      if (!(answer instanceof Promise)) return settleResponse(answer)
      // Without it, workerd stops a handler when its client has gone, and request.signal tells nobody.
      context.waitUntil(answer.catch(() => undefined))
      return settleResponse(await answer)
    },
  }
}
