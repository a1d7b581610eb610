import { ALLOW_METHODS, INVALID_ORDER, ORIGIN, TOKEN } from './adapters/shared.mjs'
import type { Framework } from './frameworks.ts'

/** A request and the answer that every framework has to give. */
export interface Exchange {
  readonly name: string
  readonly method?: string
  /** With its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Default 200; of several, any. */
  readonly status?: number | readonly number[]
  /** The JSON answered; `undefined`: not looked at. */
  readonly json?: unknown
  /** Whether the answer is `{ "error": "…" }` with a message of the framework's own. */
  readonly isError?: boolean
  /** Headers that the answer has, each by a word in its value. */
  readonly has?: Readonly<Record<string, string>>
}

const JSON_BODY = { 'content-type': 'application/json' }
const SIGNED = { origin: ORIGIN, authorization: `Bearer ${TOKEN}` }
const CORS = { 'access-control-allow-origin': ORIGIN, vary: 'Origin' }

const ORDER = {
  customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
  items: [
    { sku: 'pen-1', quantity: 2, price: 3 },
    { sku: 'ink-7', quantity: 1, price: 12 },
    { sku: 'pad-4', quantity: 5, price: 4 },
  ],
  note: 'Leave it with the porter, please.',
}

/** What is timed. */
export const CASES: readonly Exchange[] = [
  { name: 'ping', path: '/ping', json: { pong: true } },
  { name: 'param', path: '/users/42', json: { id: '42' } },
  { name: 'query', path: '/search?q=hono&page=2', json: { q: 'hono', page: 2 } },
  {
    name: 'POST + zod',
    method: 'POST',
    path: '/orders',
    headers: JSON_BODY,
    body: ORDER,
    json: { customer: 'Ada Lovelace', items: 3, total: 38 },
  },
  { name: 'chain', path: '/account', headers: SIGNED, json: { user: 'ada' }, has: CORS },
]

/** What is checked besides, before anything is timed. */
export const PROOFS: readonly Exchange[] = [
  { name: 'another param', path: '/users/a%20b', json: { id: 'a b' } },
  { name: 'another query', path: '/search?q=a%26b+c&page=11', json: { q: 'a&b c', page: 11 } },
  {
    name: 'an order that is none',
    method: 'POST',
    path: '/orders',
    headers: JSON_BODY,
    body: { items: [] },
    status: 422,
    json: INVALID_ORDER,
  },
  { name: 'no token', path: '/account', headers: { origin: ORIGIN }, status: 401, isError: true, has: CORS },
  {
    name: 'another token',
    path: '/account',
    headers: { origin: ORIGIN, authorization: 'Bearer another' },
    status: 401,
    isError: true,
    has: CORS,
  },
  { name: 'an error', path: '/account?fail=1', headers: SIGNED, status: 500, isError: true, has: CORS },
  {
    name: 'a preflight',
    method: 'OPTIONS',
    path: '/account',
    headers: { origin: ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    status: [200, 204],
    has: { 'access-control-allow-origin': ORIGIN, 'access-control-allow-methods': ALLOW_METHODS.split(',')[0]! },
  },
  { name: 'an unknown path', path: '/nowhere', status: 404 },
]

/** The path under which a framework has a case. */
export function pathOf({ path }: Exchange, { paths = {} }: Framework): string {
  const [pathname, query] = path.split('?')
  const own = paths[pathname!] ?? pathname!
  return query === undefined ? own : `${own}?${query}`
}

/** The headers that a client sends with all cases; none that asks for a compressed answer. */
const CLIENT = {
  host: 'api.example:3000',
  accept: '*/*',
  'user-agent': 'bench',
  connection: 'keep-alive',
}

/** A case's request as it goes over the wire. */
export function wireOf(exchange: Exchange, framework: Framework): string {
  const body = exchange.body === undefined ? '' : JSON.stringify(exchange.body)
  const headers = { ...CLIENT, ...exchange.headers, ...(body && { 'content-length': String(Buffer.byteLength(body)) }) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${exchange.method ?? 'GET'} ${pathOf(exchange, framework)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
