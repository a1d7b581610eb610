import { RequestCookies } from '@edge-runtime/cookies'
import { NextURL, type NextURLOptions } from './next-url.js'

/** The members that Next.js adds to `Request`. */
export interface NextRequestMembers {
  readonly nextUrl: NextURL
  readonly cookies: RequestCookies
}

export type ServerRequest = Request & NextRequestMembers

const NEXT_URL = Symbol('everyroute.nextUrl')
const COOKIES = Symbol('everyroute.cookies')
const URL_OPTIONS = Symbol('everyroute.urlOptions')
/** Marks a request that has Next.js's members, across copies of this package. */
const MARK: unique symbol = Symbol.for('everyroute.NextRequest') as never

interface Slots {
  [NEXT_URL]?: NextURL
  [COOKIES]?: RequestCookies
  [URL_OPTIONS]?: NextURLOptions
}

type Host = Request & Slots

const removed = (name: string, instead: string, page: string): Error =>
  new Error(`request.${name} was removed; use ${instead}. Read more: https://nextjs.org/docs/messages/${page}`)

const members: PropertyDescriptorMap & ThisType<Host> = {
  [MARK]: { value: true },
  nextUrl: {
    configurable: true,
    get(): NextURL {
      this[NEXT_URL] ??= new NextURL(this.url, this[URL_OPTIONS])
      return this[NEXT_URL]
    },
  },
  cookies: {
    configurable: true,
    get(): RequestCookies {
      this[COOKIES] ??= new RequestCookies(this.headers)
      return this[COOKIES]
    },
  },
  page: {
    configurable: true,
    get(): never {
      throw removed('page', '`URLPattern`', 'middleware-request-page')
    },
  },
  ua: {
    configurable: true,
    get(): never {
      throw removed('ua', 'the `userAgent` function', 'middleware-parse-user-agent')
    },
  },
}

/** Defines Next.js's request members on a prototype. */
export function defineNextRequestMembers(prototype: object): void {
  Object.defineProperties(prototype, members)
}

/** Whether the value carries Next.js's request members. */
export const isNextRequest = (value: unknown): value is ServerRequest => typeof value === 'object' && value !== null && MARK in value

const derivedPrototypes = new WeakMap<object, object>()

/**
 * Gives a real Request Next.js's members, without copying or wrapping it: `new Request(request)`, `clone()` and
 * `fetch(request)` go on working, on hosts whose requests have a prototype of their own too.
 */
export function asNextRequest(request: Request, options?: NextURLOptions): ServerRequest {
  if (!isNextRequest(request)) {
    const base: object = Object.getPrototypeOf(request)
    let derived = derivedPrototypes.get(base)
    if (!derived) {
      derived = Object.create(base, members) as object
      derivedPrototypes.set(base, derived)
    }
    Object.setPrototypeOf(request, derived)
  }
  if (options) (request as Host)[URL_OPTIONS] = options
  return request as ServerRequest
}
