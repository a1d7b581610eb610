import { env as bindings } from 'cloudflare:workers'
import { provideEnv } from '../runtime/env.js'
import { HAS_DIRECT, HAS_FORM_DATA } from '../runtime/features.js'
import { plainHeadersOf } from '../runtime/plain-headers.js'
import { splitCookies } from './serve-headers.js'
import { addForwardedHeaders } from './serve-request.js'
import { installFormData } from './workers-form-data.js'
import { installInspect } from './workers-inspect.js'
import { showPlainHeaders } from './workers-response.js'
import { reachedBy } from './workers-server.js'

installInspect()
if (HAS_FORM_DATA) installFormData()
if (HAS_DIRECT) showPlainHeaders(Response)
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

/** The copy has the same signal, by itself too: to ask for the signal has one made. */
function copyRequest(incoming: Request & { readonly cf?: object }): Request {
  const { method } = incoming
  if ((method !== 'GET' && method !== 'HEAD') || incoming.body === null) return new Request(incoming)
  const { cf, headers, signal, url } = incoming
  return new Request(url, { method, headers, signal, cf } as RequestInit)
}

/** A request as handlers of Next.js know it: its headers can be changed, and a GET has no body. */
function toServerRequest(incoming: Request): Request {
  const { port, protocol } = reachedBy(incoming.url)
  const request = copyRequest(incoming)
  const { headers } = request
  addForwardedHeaders(headers, { address: headers.get('cf-connecting-ip') ?? '', port, protocol })
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
  if (HAS_DIRECT && plainHeadersOf(response) && !response.bodyUsed) return response
  const { body, headers } = response
  if (response.bodyUsed || body?.locked) return new Response(null, { status: 500, headers })
  if (![...headers].some(isJoined)) return response
  const settled = new Response(body, response)
  settleHeaders(settled.headers)
  return settled
}

/** How many turns of the microtask queue an answer may take that is not waited for: most that ask for nothing outside take fewer. */
const TURNS = 16

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
      let isPending = true
      const end = (): void => {
        isPending = false
      }
      const ended = answer.then(end, end)
      // Nothing else happens while there are microtasks: an answer that is there before they end needs no `waitUntil`, which is costly.
      if (HAS_DIRECT) for (let turn = 0; isPending && turn < TURNS; turn++) await undefined
      // Without it, workerd stops a handler when its client has gone, and request.signal tells nobody.
      if (isPending) context.waitUntil(ended)
      return settleResponse(await answer)
    },
  }
}
