import type { Context, MiddlewareHandler } from 'hono'
import { cors as honoCors } from 'hono/cors'
import { withMutableHeaders } from '../runtime/finish-response.js'
import { PREFLIGHT } from '../runtime/handler-host.js'
import { peekHeader } from '../runtime/peek-header.js'
import { checkBoolean, checkNames } from './option-checks.js'

/** Gives the origin to allow for a request's `Origin`, or nothing. */
export type OriginCallback = (origin: string, c: Context) => string | null | undefined | Promise<string | null | undefined>

export interface CorsOptions {
  /**
   * `*`, origins such as `https://app.example` (scheme, host, port if it isn't the scheme's own), or a function. A function that
   * fails allows nothing, and is not asked about the origin `null`: sandboxed frames and local files have it, so that only a list
   * that names `null` allows it. Default `*`.
   */
  readonly origin?: string | readonly string[] | OriginCallback
  /** Default `GET`, `HEAD`, `PUT`, `POST`, `DELETE`, `PATCH`, `QUERY`. */
  readonly allowMethods?: readonly string[]
  /** Request headers. Default: those that the preflight asks for. */
  readonly allowHeaders?: readonly string[]
  /** Headers of the answer that scripts may read beside the safelisted ones. Default: none. */
  readonly exposeHeaders?: readonly string[]
  /** Whether cookies and the like may be sent; not with the origin `*`. Default `false`. */
  readonly credentials?: boolean
  /** Whole seconds, 0 to 86,400, for which browsers keep the answer to a preflight. Default: theirs, 5. */
  readonly maxAge?: number
}

const NAMES = ['origin', 'allowMethods', 'allowHeaders', 'exposeHeaders', 'credentials', 'maxAge'] satisfies (keyof CorsOptions)[]
const MAX_AGE = 86_400
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/
/** Schemes without hosts of their own, such as `capacitor://localhost`, too. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@\\*]+$/

/** What to give in place of an origin that no browser would send. */
function mendOf(origin: unknown): string | undefined {
  if (origin === 'null') return undefined
  if (typeof origin !== 'string') return 'give text such as "https://app.example"'
  if (origin === '*') return 'give "*" alone, outside of a list'
  if (origin.includes('*')) return 'give a function (origin) => string | null for patterns'
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    return ORIGIN.test(origin) ? undefined : 'give scheme and host, such as "https://app.example"'
  }
  return parsed.origin === origin ? undefined : `give ${JSON.stringify(parsed.origin)}, as browsers send it`
}

function checkTokens(option: string, values: readonly string[] | undefined, credentials: boolean): void {
  if (values !== undefined && !Array.isArray(values)) throw new TypeError(`cors: ${option} is no list; give names such as ["X-Name"]`)
  for (const value of values ?? []) {
    if (typeof value !== 'string' || !TOKEN.test(value)) {
      throw new TypeError(`cors: ${option} names ${JSON.stringify(value)}; give one name of letters, digits and hyphens`)
    }
    if (value === '*' && credentials) throw new TypeError(`cors: ${option} has "*", which with credentials is no wildcard; name each`)
  }
}

function check(options: CorsOptions): void {
  checkNames('cors', options, NAMES)
  const { origin = '*', allowMethods, allowHeaders, exposeHeaders, credentials = false, maxAge } = options
  checkBoolean('cors', credentials, 'credentials')
  if (origin === '*' && credentials) {
    throw new TypeError('cors: origin is "*" and credentials is true, which browsers refuse; name the origins')
  }
  if (typeof origin !== 'function' && origin !== '*') {
    const origins = Array.isArray(origin) ? origin : [origin]
    if (origins.length === 0) throw new TypeError('cors: origin is an empty list, which allows nobody; name an origin, or leave cors out')
    for (const one of origins) {
      const mend = mendOf(one)
      if (mend !== undefined) throw new TypeError(`cors: origin names ${JSON.stringify(one)}; ${mend}`)
    }
  }
  checkTokens('allowMethods', allowMethods, credentials)
  checkTokens('allowHeaders', allowHeaders, credentials)
  checkTokens('exposeHeaders', exposeHeaders, credentials)
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge >= 0 && maxAge <= MAX_AGE)) {
    throw new TypeError(`cors: maxAge is ${String(maxAge)}; give whole seconds from 0 to ${MAX_AGE}`)
  }
}

/** Makes the function that gives what Access-Control-Allow-Origin says, if anything. */
function createAllowed(
  origin: NonNullable<CorsOptions['origin']>,
  credentials: boolean,
): (c: Context) => string | undefined | Promise<string | undefined> {
  if (origin === '*') return () => '*'
  if (typeof origin !== 'function') {
    const origins = new Set(typeof origin === 'string' ? [origin] : origin)
    return (c) => {
      const asked = peekHeader(c.req.raw, 'origin')
      return asked !== null && origins.has(asked) ? asked : undefined
    }
  }
  return async (c) => {
    const asked = c.req.header('origin')
    if (asked === undefined || asked === 'null') return undefined
    try {
      const allowed = await origin(asked, c)
      return typeof allowed !== 'string' || allowed === '' || (allowed === '*' && credentials) ? undefined : allowed
    } catch (error) {
      // Other origins are kept out all the same; the site's own pages need no header.
      console.error('everyroute: cors: the origin function fails:', error)
      return undefined
    }
  }
}

/** Names header fields in Vary that are not there yet. */
function addVary(headers: Headers, name: string): void {
  const vary = headers.get('vary')
  const present = vary === null ? [] : vary.split(',').map((one) => one.trim().toLowerCase())
  if (!present.includes('*') && !present.includes(name.toLowerCase())) headers.append('vary', name)
}

/** Fetch standard, 4.8: any other OPTIONS is the route's. */
const isPreflight = ({ req }: Context): boolean =>
  req.method === 'OPTIONS' && req.header('origin') !== undefined && req.header('access-control-request-method') !== undefined

const copy = (values: readonly string[] | undefined): string[] => [...(values ?? [])]

/**
 * Lets pages of other origins read answers: answers preflights for every path behind it, and puts the headers on every other
 * answer, errors too.
 * @throws {TypeError} where an option is wrong, or goes against another
 */
export function cors(options: CorsOptions = {}): MiddlewareHandler {
  check(options)
  const { origin = '*', allowMethods, credentials = false, exposeHeaders, maxAge } = options
  const allowed = createAllowed(origin, credentials)
  const exposed = copy(exposeHeaders).join(',')
  const preflight = honoCors({
    origin: async (_origin, c) => allowed(c),
    ...(allowMethods && { allowMethods: copy(allowMethods) }),
    allowHeaders: copy(options.allowHeaders),
    credentials,
    ...(maxAge !== undefined && { maxAge }),
  })

  const answerPreflight: MiddlewareHandler = async (c, next) => {
    const answer = await preflight(c, next)
    if (answer) addVary(answer.headers, 'Origin')
    return answer
  }
  // Hono's sets them before, on an answer that doesn't exist yet and is dropped with a failed one.
  const addHeaders = (c: Context, origin: string | undefined): void => {
    if (c.res.status === 101) return
    const answer = withMutableHeaders(c.res)
    if (answer !== c.res) c.res = answer
    const { headers } = c.res
    addVary(headers, 'Origin')
    if (origin === undefined) return
    headers.set('access-control-allow-origin', origin)
    if (credentials) headers.set('access-control-allow-credentials', 'true')
    if (exposed !== '') headers.set('access-control-expose-headers', exposed)
  }
  const middleware: MiddlewareHandler = (c, next) => {
    if (isPreflight(c)) return answerPreflight(c, next)
    const found = allowed(c)
    if (found instanceof Promise) return found.then((origin) => next().then(() => addHeaders(c, origin)))
    return next().then(() => addHeaders(c, found))
  }
  return Object.assign(middleware, { [PREFLIGHT]: true })
}
