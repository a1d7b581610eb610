import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { TypedResponse } from 'hono'
import type { JSONParsed } from 'hono/utils/types'
import { checkNames } from './option-checks.js'

export interface PaginationOptions<Filters extends StandardSchemaV1 | undefined = undefined> {
  /** The `limit` where the query has none: a whole number from 1 to `maxLimit`. Default 20, or `maxLimit` where that is lower. */
  readonly defaultLimit?: number
  /** The highest `limit` that may be asked for: a whole number from 1 to 1,000,000. A higher one is refused. Default 100. */
  readonly maxLimit?: number
  /** A schema for what the query has beside `page` and `limit`. Its members join the value. Default: anything, left out of the value. */
  readonly filters?: Filters
}

/** What was asked for. */
export interface Pagination {
  /** From 1. */
  readonly page: number
  /** Items in a page, from 1. */
  readonly limit: number
  /** Items in front of the page, from 0: `(page - 1) * limit`, for a database's `OFFSET`. Always a safe integer. */
  readonly offset: number
}

/** The query's own values, as texts. */
export interface PaginationInput {
  readonly page?: string | undefined
  readonly limit?: string | undefined
}

type FiltersInput<Filters> = Filters extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Filters> : unknown
type FiltersOutput<Filters> = Filters extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Filters> : unknown

/** A Standard Schema whose `page` and `limit` are known as JSON Schema too. */
export interface PaginationSchema<Input, Output> {
  readonly '~standard': StandardSchemaV1.Props<Input, Output> & Pick<StandardJSONSchemaV1.Props<Input, Output>, 'jsonSchema'>
}

const MAX_LIMIT = 1_000_000
const WHOLE_NUMBER = /^\d{1,16}$/

function requireWhole(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  const range = max === Number.POSITIVE_INFINITY ? `from ${min}` : `from ${min} to ${max}`
  throw new TypeError(`${name} is ${JSON.stringify(value) ?? String(value)}: give a whole number ${range}.`)
}

/** One value of the query as a number, or what is wrong with it. */
function readNumber(name: string, given: unknown, fallback: number, max: number): number | StandardSchemaV1.Issue {
  if (given === undefined) return fallback
  const value = typeof given === 'string' && WHOLE_NUMBER.test(given) ? Number(given) : Number.NaN
  if (value >= 1 && value <= max) return value
  const message = Array.isArray(given) ? 'must be given once' : `must be a whole number from 1 to ${max}`
  return { message, path: [name] }
}

type Query = Readonly<Record<string, unknown>>

const isQuery = (value: unknown): value is Query => typeof value === 'object' && value !== null

function withoutPagination(query: Query): Query {
  const { page: _page, limit: _limit, ...rest } = query
  return rest
}

/**
 * A schema for `?page=2&limit=20`, and for filters beside them.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function paginationQuery<Filters extends StandardSchemaV1 | undefined = undefined>(
  options: PaginationOptions<Filters> = {},
): PaginationSchema<PaginationInput & FiltersInput<Filters>, Pagination & FiltersOutput<Filters>> {
  checkNames('paginationQuery()', options, ['defaultLimit', 'maxLimit', 'filters'] satisfies (keyof PaginationOptions)[])
  const { maxLimit = 100, defaultLimit = Math.min(20, maxLimit), filters } = options
  requireWhole('paginationQuery(): maxLimit', maxLimit, 1, MAX_LIMIT)
  requireWhole('paginationQuery(): defaultLimit', defaultLimit, 1, maxLimit)
  // Beyond it an offset would not be exact.
  const maxPage = Math.floor(Number.MAX_SAFE_INTEGER / maxLimit)

  const read = (query: Query): StandardSchemaV1.Result<Pagination> => {
    const page = readNumber('page', query.page, 1, maxPage)
    const limit = readNumber('limit', query.limit, defaultLimit, maxLimit)
    if (typeof page === 'number' && typeof limit === 'number') return { value: { page, limit, offset: (page - 1) * limit } }
    return { issues: [page, limit].filter((read) => typeof read !== 'number') }
  }

  type Output = Pagination & FiltersOutput<Filters>
  const validate = (query: unknown): StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>> => {
    if (!isQuery(query)) return { issues: [{ message: 'must be an object' }] }
    const own = read(query)
    if (!filters) return own as StandardSchemaV1.Result<Output>
    const join = (others: StandardSchemaV1.Result<unknown>): StandardSchemaV1.Result<Output> => {
      if (own.issues || others.issues) return { issues: [...(own.issues ?? []), ...(others.issues ?? [])] }
      return { value: { ...(others.value as object), ...own.value } as Output }
    }
    const others = filters['~standard'].validate(withoutPagination(query))
    return others instanceof Promise ? others.then(join) : join(others)
  }

  const properties = {
    page: { type: 'integer', minimum: 1, maximum: maxPage, default: 1 },
    limit: { type: 'integer', minimum: 1, maximum: maxLimit, default: defaultLimit },
  }
  const jsonSchema = (): Record<string, unknown> => ({ type: 'object', properties })
  return { '~standard': { version: 1, vendor: 'everyroute', validate, jsonSchema: { input: jsonSchema, output: jsonSchema } } }
}

/** A page of a list, as it is sent. */
export interface Page<T> {
  readonly data: readonly T[]
  /** From 1. */
  readonly page: number
  /** Items in a page, from 1. */
  readonly limit: number
  /** Items in all pages, from 0. */
  readonly total: number
}

export interface PaginatedOptions {
  /**
   * The list's public address, which the links are made of; the request's query is added. Default: links relative to the address that the
   * client asked for (`?page=2`), right behind any base path and reverse proxy.
   */
  readonly url?: string | URL
  /** Further headers. Default: none. */
  readonly headers?: HeadersInit
}

/** The pages that a page links to, by their relations (RFC 8288). */
function linkedPages({ page, limit, total }: Page<unknown>): [rel: string, page: number][] {
  const last = Math.max(1, Math.ceil(total / limit))
  const pages: [string, number][] = [['first', 1]]
  if (page > 1) pages.push(['prev', Math.min(page - 1, last)])
  if (page < last) pages.push(['next', page + 1])
  pages.push(['last', last])
  return pages
}

function linkHeader(request: Request, page: Page<unknown>, url: string | URL | undefined): string {
  const query = new URL(request.url).searchParams
  query.set('limit', String(page.limit))
  const links = linkedPages(page).map(([rel, number]) => {
    query.set('page', String(number))
    if (url === undefined) return `<?${query}>; rel="${rel}"`
    const target = new URL(url)
    target.search = query.toString()
    return `<${target.href}>; rel="${rel}"`
  })
  return links.join(', ')
}

const NAMES = ['url', 'headers'] as const satisfies readonly (keyof PaginatedOptions)[]

/**
 * Answers a page of a list: `{ data, page, limit, total }` with a `Link` header to the first, previous, next and last page,
 * which keep the request's other params. A page beyond the last has no data and links back.
 * @throws {TypeError} where `page`, `limit` or `total` is no whole number in its range, `url` is not absolute, or an option is not known
 */
export function paginated<T>(
  request: Request,
  { data, page, limit, total }: Page<T>,
  options: PaginatedOptions = {},
): Response & TypedResponse<JSONParsed<Page<T>>, 200, 'json'> {
  checkNames('paginated()', options, NAMES, { mayBeUndefined: NAMES })
  requireWhole('paginated(): page', page, 1, Number.MAX_SAFE_INTEGER)
  requireWhole('paginated(): limit', limit, 1, MAX_LIMIT)
  requireWhole('paginated(): total', total, 0, Number.MAX_SAFE_INTEGER)
  const { url } = options
  if (url !== undefined && !URL.canParse(url)) {
    throw new TypeError(`paginated(): url is ${url}: give an absolute one such as https://api.example.com/items, or none.`)
  }
  const headers = new Headers(options.headers)
  headers.append('link', linkHeader(request, { data, page, limit, total }, url))
  return Response.json({ data, page, limit, total }, { headers }) as Response & TypedResponse<JSONParsed<Page<T>>, 200, 'json'>
}
