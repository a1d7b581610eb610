import { RequestCookies } from '@edge-runtime/cookies'
import { CAN_BE_STRICT } from './features.js'
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
/** Marks a request that has Next.js's members. */
const MEMBERS = Symbol('everyroute.members')
/** Marks a request that is an instance of NextRequest, across copies of this package. */
const INSTANCE: unique symbol = Symbol.for('everyroute.NextRequest') as never

interface Slots {
  [NEXT_URL]?: NextURL
  [COOKIES]?: RequestCookies
  [URL_OPTIONS]?: NextURLOptions
  /** Own where an adapter has put the members on its requests' prototype. */
  [INSTANCE]?: boolean
}

type Host = Request & Slots

const removed = (name: string, state: string, instead: string, page: string): Error =>
  new Error(`The request.${name} has been ${state} in favour of ${instead}.\n  Read more: https://nextjs.org/docs/messages/${page}\n  `)

const members: PropertyDescriptorMap & ThisType<Host> = {
  [MEMBERS]: { value: true },
  nextUrl: {
    configurable: true,
    get(): NextURL {
      this[NEXT_URL] ??= new NextURL(this.url, this[URL_OPTIONS], undefined, true)
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
      throw removed('page', 'deprecated', '`URLPattern`', 'middleware-request-page')
    },
  },
  ua: {
    configurable: true,
    get(): never {
      throw removed('ua', 'removed', '`userAgent` function', 'middleware-parse-user-agent')
    },
  },
}

/**
 * Defines Next.js's request members on the prototype of an adapter's own requests, so that the router need not change each of them.
 * @returns the names of the slots that each of them should have from the start: `instance` is `false` until a router has made it a
 * NextRequest, the others are `undefined`
 */
export function defineLatentMembers(prototype: object): { readonly instance: symbol; readonly nextUrl: symbol } {
  Object.defineProperties(prototype, members)
  return { instance: INSTANCE, nextUrl: NEXT_URL }
}

/** Defines Next.js's request members on a prototype. */
export function defineNextRequestMembers(prototype: object): void {
  Object.defineProperties(prototype, { ...members, [INSTANCE]: { value: true } })
}

/** Whether the value counts as an instance of NextRequest. */
export const isNextRequest = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as { [INSTANCE]?: boolean })[INSTANCE] === true

/** Whether the request has Next.js's members from this package, not from Next.js itself. */
export const hasOwnMembers = (request: Request): request is ServerRequest => MEMBERS in request

const derivedPrototypes = new WeakMap<object, object>()
const strictPrototypes = new WeakMap<object, object>()

function derive(base: object, strict: boolean): object {
  const isStrict = CAN_BE_STRICT && strict
  const known = isStrict ? strictPrototypes : derivedPrototypes
  let derived = known.get(base)
  if (!derived) {
    derived = Object.create(base, isStrict ? members : { ...members, [INSTANCE]: { value: true } }) as object
    known.set(base, derived)
  }
  return derived
}

/**
 * Gives a real Request Next.js's members, without copying or wrapping it: `new Request(request)`, `clone()` and
 * `fetch(request)` go on working, on hosts whose requests have a prototype of their own too.
 * @param strict whether `instanceof NextRequest` is false, as in production builds of Next.js
 */
export function asNextRequest(request: Request, options?: NextURLOptions, strict = false): ServerRequest {
  if (!(MEMBERS in request)) Object.setPrototypeOf(request, derive(Object.getPrototypeOf(request), strict))
  else if ((request as Host)[INSTANCE] === false) (request as Host)[INSTANCE] = !strict
  if (options) (request as Host)[URL_OPTIONS] = options
  return request as ServerRequest
}
