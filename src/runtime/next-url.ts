/** What a {@link NextURL} needs to know of `next.config`. */
export interface NextURLOptions {
  readonly basePath?: string | undefined
  readonly trailingSlash?: boolean | undefined
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/

function parse(input: string | URL | NextURL, base?: string | URL | NextURL): URL {
  const url = new URL(String(input), base === undefined ? undefined : String(base))
  if (LOOPBACK.test(url.hostname)) url.hostname = 'localhost'
  return url
}

const isBase = (value: unknown): value is string | URL | NextURL =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && 'pathname' in value)

/**
 * The URL with Next.js's conveniences: `basePath` apart from `pathname`, the trailing slash of the source kept when the
 * pathname changes. Loopback host names read `localhost`.
 * @throws {TypeError} where the input is not a valid URL
 * @see https://nextjs.org/docs/app/api-reference/functions/next-request#nexturl
 */
export class NextURL {
  #url: URL
  #basePath = ''
  #keepSlash = false
  #buildId: string | undefined
  readonly #options: NextURLOptions

  constructor(input: string | URL | NextURL, base?: string | URL | NextURL | NextURLOptions, options: NextURLOptions = {}) {
    this.#options = isBase(base) || base === undefined ? options : base
    this.#url = parse(input, isBase(base) ? base : undefined)
    this.#analyze()
  }

  #analyze(): void {
    const { basePath, trailingSlash } = this.#options
    const { pathname } = this.#url
    this.#keepSlash = pathname === '/' ? trailingSlash === true : pathname.endsWith('/')
    this.#basePath = ''
    if (basePath && (pathname === basePath || pathname.startsWith(`${basePath}/`))) {
      this.#basePath = basePath
      this.#url.pathname = pathname.slice(basePath.length) || '/'
    }
  }

  get #formattedPathname(): string {
    const path = `${this.#basePath}${this.#url.pathname === '/' && this.#basePath ? '' : this.#url.pathname}` || '/'
    if (this.#buildId)
      return `${this.#basePath}/_next/data/${this.#buildId}${this.#url.pathname === '/' ? '/index' : this.#url.pathname.replace(/\/$/, '')}.json`
    if (this.#keepSlash) return path.endsWith('/') ? path : `${path}/`
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  }

  get href(): string {
    return `${this.#url.protocol}//${this.#url.host}${this.#formattedPathname}${this.#url.search}${this.#url.hash}`
  }
  set href(value: string) {
    this.#url = parse(value)
    this.#analyze()
  }

  get basePath(): string {
    return this.#basePath
  }
  set basePath(value: string) {
    this.#basePath = value.startsWith('/') ? value : `/${value}`
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
    return this.#url.searchParams
  }
  get origin(): string {
    return this.#url.origin
  }
  get protocol(): string {
    return this.#url.protocol
  }
  set protocol(value: string) {
    this.#url.protocol = value
  }
  get host(): string {
    return this.#url.host
  }
  set host(value: string) {
    this.#url.host = value
  }
  get hostname(): string {
    return this.#url.hostname
  }
  set hostname(value: string) {
    this.#url.hostname = value
  }
  get port(): string {
    return this.#url.port
  }
  set port(value: string) {
    this.#url.port = value
  }
  get pathname(): string {
    return this.#url.pathname
  }
  set pathname(value: string) {
    this.#url.pathname = value
  }
  get search(): string {
    return this.#url.search
  }
  set search(value: string) {
    this.#url.search = value
  }
  get hash(): string {
    return this.#url.hash
  }
  set hash(value: string) {
    this.#url.hash = value
  }
  get username(): string {
    return this.#url.username
  }
  set username(value: string) {
    this.#url.username = value
  }
  get password(): string {
    return this.#url.password
  }
  set password(value: string) {
    this.#url.password = value
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
