import type { RequestCookies } from '@edge-runtime/cookies'
import { defineNextRequestMembers, isNextRequest } from '../runtime/next-request.js'
import { NextURL } from '../runtime/next-url.js'
import { validateURL } from './validate-url.js'

export interface NextRequestInit extends RequestInit {
  duplex?: 'half'
  nextConfig?: { basePath?: string; trailingSlash?: boolean }
}

/**
 * `Request` with `nextUrl` and `cookies`. The requests that handlers get are of this kind by `instanceof` too.
 * @see https://nextjs.org/docs/app/api-reference/functions/next-request
 */
export class NextRequest extends Request {
  readonly #url: string
  declare readonly nextUrl: NextURL
  declare readonly cookies: RequestCookies

  /** @throws {Error} where the URL is relative or malformed */
  constructor(input: string | URL | Request, init: NextRequestInit = {}) {
    const isRequest = typeof input === 'object' && 'url' in input
    const url = isRequest ? input.url : String(input)
    validateURL(url)
    const { nextConfig, ...rest } = init
    if (rest.body && rest.duplex !== 'half') rest.duplex = 'half'
    // A request's members are none of its own, so that a copy of it as an init would have none.
    const given = 'clone' in init ? init : rest
    // A host's own request class is known to its own constructor alone.
    const isOfHost = isRequest || given === init
    super(isOfHost ? new globalThis.Request(isRequest ? input : url, given) : url, isOfHost ? undefined : given)
    const nextUrl = new NextURL(url, nextConfig ?? {})
    Object.defineProperty(this, 'nextUrl', { value: nextUrl, enumerable: false })
    this.#url = nextUrl.href
  }

  override get url(): string {
    return this.#url
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isNextRequest(value)
  }
}

defineNextRequestMembers(NextRequest.prototype)
