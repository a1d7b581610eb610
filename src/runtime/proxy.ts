import { type ResponseCookies, stringifyCookie } from '@edge-runtime/cookies'
import type { RouteModule } from '../routing/manifest.js'
import type { ResponseLifetime } from './after.js'
import type { RouterContext } from './context.js'
import { HAS_SCOPE } from './features.js'
import { HandlerScope, settle } from './handler-scope.js'
import { rawPathname, withUrl } from './incoming.js'
import { asNextRequest, type ServerRequest } from './next-request.js'
import { compileMatcher, type ProxyMatch } from './proxy-matcher.js'
import { REDIRECT_STATUSES } from './redirect-statuses.js'
import { appendModifiedCookies, type MutableCookies } from './request-cookies.js'
import { isResponse } from './responses.js'
import { runInScope, scopeHolder } from './scope.js'
import { INTERNAL_HEADERS, markHandedOn, removeInternalHeaders } from './strict-request.js'

interface FetchEvent {
  readonly sourcePage: string
  waitUntil(promise: Promise<unknown>): void
  passThroughOnException(): void
}

type ProxyFunction = (request: ServerRequest, event: FetchEvent) => unknown

export interface LoadedProxy {
  readonly file: string
  readonly run: ProxyFunction
  readonly matches: ProxyMatch
}

/** What a proxy has decided about a request. */
export type ProxyOutcome =
  | { readonly kind: 'response'; readonly response: Response }
  | {
      readonly kind: 'next'
      /** The request for the handler, where the proxy changed its headers. */
      readonly request: Request
      /** Where the answer comes from instead: an absolute URL. */
      readonly rewrite: URL | undefined
      /** Headers that the proxy adds to the answer. */
      readonly headers: Headers
    }

const REQUEST_PREFIX = 'x-middleware-request-'
const REQUEST_NAMES = 'x-middleware-override-headers'
const COOKIES_OF_ANSWER = 'x-middleware-set-cookie'

/** The proxy function of a `proxy.ts`, or of a `middleware.ts`, and when it runs. @throws {TypeError} where there is none */
export function readProxy(module: RouteModule, file: string, context: RouterContext): LoadedProxy {
  const run = module.proxy ?? module.middleware ?? module.default
  if (typeof run !== 'function') {
    throw new TypeError(`${file} must export a function named \`proxy\` (or \`middleware\`), or a default function.`)
  }
  const { matcher } = (module.config ?? {}) as { matcher?: unknown }
  return { file, run: run as ProxyFunction, matches: compileMatcher(matcher, context.basePath, file) }
}

/**
 * A redirect's target as it is sent: without its origin, where that is the request's own and what is left names no host.
 * @throws {TypeError} for a relative target in strict mode: Next.js takes none from a proxy
 */
function locationFor(target: string, origin: string, strict: boolean): string {
  if (!URL.canParse(target)) {
    if (strict) throw new TypeError(`A proxy's Location must be absolute; it is ${JSON.stringify(target)}.`)
    return target
  }
  const url = new URL(target)
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : url.href
}

/** Headers that concern one connection or one body, and are not handed on. */
const NOT_ADDED = [
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'keepalive',
  'accept-encoding',
  'expect',
]

function withoutInternal(headers: Headers): Headers {
  const shown = new Headers(headers)
  for (const name of [...shown.keys()]) if (name.startsWith('x-middleware-')) shown.delete(name)
  return shown
}

/** The headers that the proxy hands on to the handler: exactly those that it names, or the request's own where it names none. */
function handedHeaders(request: Request, answer: Headers): Headers {
  const names = answer.get(REQUEST_NAMES)
  if (!names) return new Headers(request.headers)
  const headers = new Headers()
  for (const name of names.split(',')) {
    const value = answer.get(REQUEST_PREFIX + name.trim())
    if (value !== null) headers.set(name.trim(), value)
  }
  return headers
}

/**
 * The cookies set by the answer's own `cookies`, for the handler. A change there writes all lines anew, so that lines in another form
 * were given with the headers, and Next.js shows them to no handler; those in the same form can't be told apart.
 */
function cookiesOfAnswer(answer: Response & { readonly cookies?: ResponseCookies }): string {
  const lines = answer.cookies?.getAll().map((cookie) => stringifyCookie(cookie)) ?? []
  const sent = answer.headers.getSetCookie()
  return lines.every((line, index) => line === sent[index]) ? lines.join(',') : ''
}

/** The request for the handler. It shows what the proxy adds to the answer, as in Next.js. */
function handOn(request: Request, answer: Headers, added: Headers, cookies: string): Request {
  if (!answer.get(REQUEST_NAMES) && [...added].length === 0) return request
  const headers = handedHeaders(request, answer)
  for (const [name] of added) headers.delete(name)
  for (const [name, value] of added) headers.append(name, value)
  if (cookies !== '') headers.set(COOKIES_OF_ANSWER, cookies)
  const handed = withUrl(request, request.url, headers)
  markHandedOn(handed)
  return handed
}

/** Adds what the proxy has set by `cookies()`. The answer's own cookies are lost then in Next.js. */
function addCookies(headers: Headers, cookies: MutableCookies | undefined, strict: boolean): void {
  if (strict && cookies && cookies.modified.size > 0) headers.delete('set-cookie')
  appendModifiedCookies(headers, cookies)
}

/** As Next.js's server sends it, whatever body the proxy gave: with the target in its place, and for old browsers in a header. */
function strictRedirect(status: number, headers: Headers): Response {
  const target = headers.get('location')!
  if (status === 308) headers.set('refresh', `0;url=${target}`)
  // Bytes, so that the answer gets no content-type.
  return new Response(new TextEncoder().encode(target), { status, headers })
}

function readOutcome(result: unknown, request: Request, origin: string, strict: boolean, cookies?: MutableCookies): ProxyOutcome {
  if (result === undefined || result === null) return { kind: 'next', request, rewrite: undefined, headers: new Headers() }
  if (!isResponse(result)) throw new TypeError('A proxy must return a Response, a NextResponse, or nothing.')
  const { headers } = result
  const rewrite = headers.get('x-middleware-rewrite')
  const ownCookies = cookiesOfAnswer(result)
  const shown = withoutInternal(headers)
  addCookies(shown, cookies, strict)
  const location = shown.get('location')
  if (location !== null) shown.set('location', locationFor(location, origin, strict))
  if (rewrite !== null || headers.get('x-middleware-next') === '1') {
    const url = rewrite === null ? undefined : new URL(rewrite, request.url)
    for (const name of NOT_ADDED) shown.delete(name)
    return { kind: 'next', request: handOn(request, headers, shown, ownCookies), rewrite: url, headers: shown }
  }
  const { body, status, statusText } = result
  if (strict && location !== null && REDIRECT_STATUSES.has(status)) return { kind: 'response', response: strictRedirect(status, shown) }
  return { kind: 'response', response: new Response(body, { status, statusText, headers: shown }) }
}

/**
 * The request as a proxy gets it: without the headers by which proxies are steered. A proxy that puts a client's headers on
 * its answer, as with `NextResponse.next({ headers: request.headers })`, would let the client rewrite to any server.
 */
export function toProxyRequest(request: Request): Request {
  if (!INTERNAL_HEADERS.some((name) => request.headers.has(name))) return request
  const copy = withUrl(request, request.url)
  removeInternalHeaders(copy.headers)
  return copy
}

/** Lets `after()` callbacks of a proxy start once it has returned or thrown, as in Next.js, be the answer its own or not. */
class ProxyLifetime implements ResponseLifetime {
  readonly #lifetime: () => ResponseLifetime
  readonly #callbacks: (() => void)[] = []
  #hasReturned = false

  constructor(lifetime: () => ResponseLifetime) {
    this.#lifetime = lifetime
  }

  onClose(callback: () => void): void {
    if (this.#hasReturned) setTimeout(callback, 0)
    else this.#callbacks.push(callback)
  }
  waitUntil(promise: Promise<unknown>): void {
    this.#lifetime().waitUntil(promise)
  }
  noteReturn(): void {
    this.#hasReturned = true
    for (const callback of this.#callbacks) setTimeout(callback, 0)
  }
}

/** The scope of one run of a proxy. */
function createScope(file: string, context: RouterContext, request: ServerRequest, lifetime: ResponseLifetime): HandlerScope {
  return new HandlerScope({
    context,
    request,
    module: {},
    // Next.js has this one for all proxies.
    route: { pathname: '/', file },
    get pathname() {
      return request.nextUrl.pathname
    },
    lifetime: () => lifetime,
  })
}

/** Applies the invalidations that the proxy asked for; Next.js forgets them. */
async function settleProxy(scope: HandlerScope, strict: boolean): Promise<void> {
  if (!scope.hasInvalidations) return
  if (strict) scope.invalidations.length = 0
  else await settle(scope)
}

/**
 * Runs a proxy for a request, whose body stays readable for the handler.
 * @param url the request's URL as the proxy sees it, base path included
 */
export async function runProxy(
  proxy: LoadedProxy,
  context: RouterContext,
  request: Request,
  url: string,
  lifetime: () => ResponseLifetime,
): Promise<ProxyOutcome> {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const { basePath, strict, trailingSlash } = context
  const seen = asNextRequest(withUrl(hasBody ? request.clone() : request, url), { basePath, trailingSlash })
  const { file } = proxy
  const { origin } = new URL(url)
  const report = (error: unknown): void => context.report(error, { phase: 'proxy', file, pathname: rawPathname(request.url) })
  const event: FetchEvent = {
    sourcePage: `/${file.replace(/^.*\/|\.\w+$/g, '')}`,
    waitUntil: (work) => lifetime().waitUntil(Promise.resolve(work).catch(report)),
    passThroughOnException() {},
  }
  if (!HAS_SCOPE || !scopeHolder.isWanted) return readOutcome(await proxy.run(seen, event), request, origin, strict)
  const ownLifetime = new ProxyLifetime(lifetime)
  const scope = createScope(file, context, seen, ownLifetime)
  try {
    const result = await runInScope(scope, proxy.run, seen, event)
    await settleProxy(scope, strict)
    return readOutcome(result, request, origin, strict, scope.cookies)
  } finally {
    ownLifetime.noteReturn()
  }
}

/** Adds a proxy's headers to an answer: they win over the answer's own; cookies and Vary come before its own. */
export function addProxyHeaders(response: Response, added: Headers): Response {
  let isEmpty = true
  for (const _ of added) isEmpty = false
  if (isEmpty) return response
  const headers = new Headers(added)
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie' || name === 'vary') headers.append(name, value)
    else if (!headers.has(name)) headers.set(name, value)
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

/** Headers that concern one connection alone (RFC 9110, 7.6.1), or that `fetch` decides by itself. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host']

/** Fetches a rewrite's target on another origin. */
export async function fetchRewrite(url: URL, request: Request): Promise<Response> {
  const { method, signal } = request
  const headers = new Headers(request.headers)
  // Meant for the handler, and by way of the answer for the client.
  for (const name of [...HOP_BY_HOP, 'set-cookie', COOKIES_OF_ANSWER]) headers.delete(name)
  const body = method === 'GET' || method === 'HEAD' ? null : request.body
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, body, redirect: 'manual', duplex: 'half' }
  return asDecoded(await fetch(url, init))
}

/** The answer without what `fetch` has undone: the encoding of its body, whose length is another then. */
function asDecoded({ body, headers: given, status, statusText }: Response): Response {
  const headers = new Headers(given)
  for (const name of HOP_BY_HOP) headers.delete(name)
  if (headers.has('content-encoding')) for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  return new Response(body, { status, statusText, headers })
}
