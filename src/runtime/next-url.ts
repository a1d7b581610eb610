import { HAS_DIRECT } from './features.js'

/** What a {@link NextURL} needs to know of `next.config`. */
export interface NextURLOptions {
  readonly basePath?: string | undefined
  readonly trailingSlash?: boolean | undefined
}

/** Host names to replace by `localhost`, which costs as much as parsing: it is not among them itself. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1])$/

/** The queries that have been changed since their URL was last looked at. */
const changed = /* @__PURE__ */ new WeakSet<URLSearchParams>()

/** The query of a URL that has not been parsed. */
function createQueryClass(): typeof URLSearchParams {
  class Query extends URLSearchParams {}
  // The name of this class is lost to minifiers, and none of its users' business.
  Query.prototype.constructor = URLSearchParams
  for (const name of ['append', 'delete', 'set', 'sort'] as const) {
    const change: (...args: never) => void = Query.prototype[name]
    Query.prototype[name] = function (this: Query, ...args: never) {
      change.apply(this, args)
      changed.add(this)
    }
  }
  return Query
}

const Query = HAS_DIRECT ? createQueryClass() : URLSearchParams

/** The query of a URL with its `?`, as it stands there. */
function queryOf(url: string): string | undefined {
  const start = url.indexOf('?')
  const fragment = url.indexOf('#')
  if (start === -1 || (fragment !== -1 && fragment < start)) return undefined
  return fragment === -1 ? url.slice(start) : url.slice(start, fragment)
}

const isBase = (value: unknown): value is string | URL | NextURL => typeof value === 'string' || 'pathname' in Object(value)

/**
 * The URL with Next.js's conveniences: `basePath` apart from `pathname`, the trailing slash of the source kept when the
 * pathname changes. Loopback host names read `localhost`.
 * @throws {TypeError} where the input is not a valid URL
 * @see https://nextjs.org/docs/app/api-reference/functions/next-request#nexturl
 */
export class NextURL {
  declare readonly origin: string
  declare protocol: string
  declare host: string
  declare hostname: string
  declare port: string
  declare pathname: string
  declare search: string
  declare hash: string
  declare username: string
  declare password: string

  #input = ''
  #parsed: URL | undefined
  #searchParams: URLSearchParams | undefined
  #basePath = ''
  #keepSlash = false
  #buildId: string | undefined
  readonly #options: NextURLOptions

  /** @param isValid whether the input is known to be an absolute URL, so that it need not be parsed for its query. Default `false`. */
  constructor(
    input: string | URL | NextURL,
    base?: string | URL | NextURL | NextURLOptions,
    options: NextURLOptions = isBase(base) ? {} : (base ?? {}),
    isValid = false,
  ) {
    this.#options = options
    if (HAS_DIRECT) this.#input = input as string
    if (!HAS_DIRECT || !isValid) this.#analyze(new URL(input as string, isBase(base) ? (base as string) : undefined))
  }

  static {
    for (const name of ['protocol', 'host', 'pathname', 'search', 'hash', 'hostname', 'username', 'password', 'origin', 'port'] as const) {
      Object.defineProperty(NextURL.prototype, name, {
        configurable: true,
        get(this: NextURL) {
          return this.#url[name]
        },
        set(this: NextURL, value: string) {
          const url = this.#url
          url[name as 'host'] = value
          if (HAS_DIRECT) this.#updateQuery(url)
        },
      })
    }
  }

  /** Parsed now at the latest, and up to date with the query. */
  get #url(): URL {
    const url = HAS_DIRECT ? (this.#parsed ?? this.#analyze(new URL(this.#input))) : this.#parsed!
    if (HAS_DIRECT && changed.delete(this.#searchParams!)) url.search = String(this.#searchParams)
    return url
  }

  #analyze(url: URL): URL {
    if (LOOPBACK.test(url.hostname)) url.hostname = 'localhost'
    const { basePath, trailingSlash } = this.#options
    const { pathname } = url
    this.#keepSlash = pathname === '/' ? trailingSlash === true : pathname.endsWith('/')
    this.#basePath = ''
    if (basePath && (pathname === basePath || pathname.startsWith(`${basePath}/`))) {
      this.#basePath = basePath
      url.pathname = pathname.slice(basePath.length) || '/'
    }
    this.#parsed = url
    return url
  }

  /** Brings a query that was handed out before the URL was parsed up to date with the URL. */
  #updateQuery(url: URL): void {
    const query = HAS_DIRECT ? this.#searchParams : undefined
    if (!query || String(query) === String(url.searchParams)) return
    for (const [name] of [...query]) query.delete(name)
    for (const [name, value] of url.searchParams) query.append(name, value)
    changed.delete(query)
  }

  get href(): string {
    const { protocol, host, pathname, search, hash } = this.#url
    const base = this.#basePath
    const isRoot = pathname === '/'
    const path = this.#buildId
      ? `${base}/_next/data/${this.#buildId}${isRoot ? '/index' : pathname.replace(/\/$/, '')}.json`
      : (isRoot && base ? base : base + pathname).replace(/\/$/, '') + (this.#keepSlash ? '/' : '') || '/'
    return `${protocol}//${host}${path}${search}${hash}`
  }
  set href(value: string) {
    const url = this.#url
    url.href = value
    this.#analyze(url)
    if (HAS_DIRECT) this.#updateQuery(url)
  }

  get basePath(): string {
    return this.#url && this.#basePath
  }
  set basePath(value: string) {
    this.#basePath = this.#url && (value.startsWith('/') ? value : `/${value}`)
  }

  get buildId(): string | undefined {
    return this.#buildId
  }
  set buildId(value: string | undefined) {
    this.#buildId = value
  }

  /** Always `''`: locales belong to the Pages Router. */
  get locale(): string {
    return ''
  }
  /** @throws {TypeError} always: no locale is configured */
  set locale(value: string) {
    throw new TypeError(`The NextURL configuration includes no locale "${value}"`)
  }
  get defaultLocale(): string | undefined {
    return undefined
  }
  get domainLocale(): undefined {
    return undefined
  }

  get searchParams(): URLSearchParams {
    if (!HAS_DIRECT) return this.#url.searchParams
    return (this.#searchParams ??= this.#parsed?.searchParams ?? new Query(queryOf(this.#input)))
  }

  clone(): NextURL {
    return new NextURL(this.href, this.#options)
  }
  toString(): string {
    return this.href
  }
  toJSON(): string {
    return this.href
  }
}
