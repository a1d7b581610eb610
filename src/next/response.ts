import { ResponseCookies } from '@edge-runtime/cookies'
import type { NextURL } from '../runtime/next-url.js'
import { REDIRECT_STATUSES } from '../runtime/redirect-statuses.js'
import { validateURL } from './validate-url.js'

export interface MiddlewareResponseInit extends ResponseInit {
  /** What the handler behind a proxy gets instead of the request's own. */
  request?: { headers?: Headers }
}

/** Header names by which a proxy's answer tells what to do; never sent to a client. */
const REQUEST_PREFIX = 'x-middleware-request-'
const REQUEST_NAMES = 'x-middleware-override-headers'

function addRequestHeaders(headers: Headers, init: MiddlewareResponseInit | undefined): void {
  const given = init?.request?.headers
  if (!given) return
  if (!(given instanceof Headers)) throw new Error('request.headers must be an instance of Headers')
  const names: string[] = []
  for (const [name, value] of given) {
    headers.set(`${REQUEST_PREFIX}${name}`, value)
    names.push(name)
  }
  headers.set(REQUEST_NAMES, names.join(','))
}

/** As much of `Headers` as ResponseCookies uses: it reads once, from `initial`, and writes to the real headers. */
function cookieHeaders(initial: readonly string[], headers: () => Headers): Headers {
  return {
    getSetCookie: () => initial,
    append: (name: string, value: string) => headers().append(name, value),
    delete: (name: string) => headers().delete(name),
  } as unknown as Headers
}

/** The init with other headers. It may be a Response, whose members are none of its own. */
function withHeaders(init: ResponseInit | undefined, headers: HeadersInit): ResponseInit {
  const { status, statusText } = init ?? {}
  return { ...init, ...(status !== undefined && { status }), ...(statusText !== undefined && { statusText }), headers }
}

function jsonHeaders(given: HeadersInit | undefined): HeadersInit {
  if (!given) return { 'content-type': 'application/json' }
  const headers = new Headers(given)
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return headers
}

/**
 * `Response` with cookies and with shortcuts for redirects, rewrites and JSON.
 * @see https://nextjs.org/docs/app/api-reference/functions/next-response
 */
export class NextResponse<Body = unknown> extends Response {
  readonly #ownCookies: readonly string[]
  #cookies: ResponseCookies | undefined
  /** For the type of `NextResponse.json`'s body alone; never set. */
  declare readonly bodyType?: Body

  constructor(body?: BodyInit | null, init: MiddlewareResponseInit = {}) {
    super(body, init)
    this.#ownCookies = init.headers ? this.headers.getSetCookie() : []
  }

  /**
   * Cookies of this response. A change writes the `Set-Cookie` header anew from the cookies that the response was made
   * with and those set here: lines appended to the headers in between are lost, as in Next.js.
   */
  get cookies(): ResponseCookies {
    this.#cookies ??= new ResponseCookies(cookieHeaders(this.#ownCookies, () => this.headers))
    return this.#cookies
  }

  /** @throws {TypeError} where the body cannot be serialised */
  static override json<JsonBody>(body: JsonBody, init: ResponseInit = {}): NextResponse<JsonBody> {
    const text = JSON.stringify(body)
    if (text === undefined) throw new TypeError('Value is not JSON serializable')
    return new NextResponse<JsonBody>(text, withHeaders(init, jsonHeaders(init.headers)))
  }

  /**
   * @param init a status among 301, 302, 303, 307 and 308, or a `ResponseInit`. Default 307.
   * @throws {RangeError} where the status is another
   * @throws {Error} where the URL is relative or malformed
   */
  static override redirect(url: string | URL | NextURL, init?: number | ResponseInit): NextResponse {
    const options = typeof init === 'object' ? init : {}
    const status = typeof init === 'number' ? init : (options.status ?? 307)
    if (!REDIRECT_STATUSES.has(status)) throw new RangeError('Failed to execute "redirect" on "response": Invalid status code')
    const headers = new Headers(options.headers)
    headers.set('Location', validateURL(url))
    return new NextResponse(null, { ...withHeaders(options, headers), status })
  }

  /** For a proxy: answers with another URL's answer. @throws {Error} where the URL is relative or malformed */
  static rewrite(destination: string | URL | NextURL, init?: MiddlewareResponseInit): NextResponse {
    const headers = new Headers(init?.headers)
    headers.set('x-middleware-rewrite', validateURL(destination))
    addRequestHeaders(headers, init)
    return new NextResponse(null, withHeaders(init, headers))
  }

  /** For a proxy: lets the request pass. */
  static next(init?: MiddlewareResponseInit): NextResponse {
    const headers = new Headers(init?.headers)
    headers.set('x-middleware-next', '1')
    addRequestHeaders(headers, init)
    return new NextResponse(null, withHeaders(init, headers))
  }
}
