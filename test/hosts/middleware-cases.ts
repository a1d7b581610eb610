import { type Asked, REQUEST_ID } from './middleware-client.ts'
import type { PlaceName } from './middleware-places.ts'

/** What is to be answered. Of headers, those that are named; `null` where there must be none. */
export interface Expected {
  readonly status: number
  /** The body as JSON; `PREFIX` in its texts stands for the place's. */
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string | RegExp | null>>
}

/** Where the answer is another, and why. */
export type Exceptions = Partial<Record<PlaceName, Expected & { readonly why: string }>>

export interface Case {
  readonly name: string
  readonly ask: Asked
  readonly answer: Expected
  readonly except: Exceptions
}

export const one = (name: string, ask: Asked, answer: Expected, except: Exceptions = {}): Case => ({ name, ask, answer, except })

export const JSON_TYPE = { 'content-type': 'application/json' }
const TEXT_TYPE = { 'content-type': 'text/plain' }

/** The body of an error. */
export const errorOf = (error: string, more: object = {}): object => ({ error, ...more, requestId: REQUEST_ID })

export const INTERNAL: Expected = { status: 500, json: errorOf('Internal Server Error') }

const GREETING = { greeting: 'hello nobody', body: 'a body' }
const ALL = 'chain 2, chain 1, root'
const ALL_OF_WRAP = 'inner, outer, root'

export const CHAIN_CASES: readonly Case[] = [
  one(
    'each middleware runs once; its variables and headers are there, its cookies beside the handler’s',
    { path: '/chain?name=ada' },
    {
      status: 200,
      json: { greeting: 'hello ada', requestId: REQUEST_ID, query: 'ada', isReal: true },
      headers: {
        'x-chain': ALL,
        'x-prepared': 'before',
        'x-status': '200',
        'x-own': '1',
        'x-request-id': REQUEST_ID,
        'set-cookie': 'outer=1; Path=/, inner=2; Path=/',
        'content-type': 'application/json',
      },
    },
  ),
  one('HEAD runs the same', { method: 'HEAD', path: '/chain' }, { status: 200, text: '', headers: { 'x-chain': ALL, 'x-status': '200' } }),
  one('a body is read', { method: 'POST', path: '/chain', body: 'a body' }, { status: 200, json: GREETING }),
  one('a chunked body is read', { method: 'POST', path: '/chain', body: ['a ', 'body'] }, { status: 200, json: GREETING }),
  one(
    'what fetch() gave can be given headers',
    { method: 'PUT', path: '/chain' },
    { status: 200, text: 'fetched', headers: { 'x-chain': ALL, 'x-prepared': 'before' } },
  ),
  one('204', { method: 'DELETE', path: '/chain' }, { status: 204, text: '', headers: { 'x-status': '204', 'x-chain': ALL } }),
  one(
    'middleware answers by c.json()',
    { path: '/chain?gate=shut' },
    { status: 403, json: { shut: true }, headers: { 'x-chain': 'chain 1, root', 'x-own': null, 'x-prepared': 'before' } },
  ),
  one(
    'middleware answers by a Response',
    { path: '/chain?gate=raw' },
    { status: 202, text: 'by itself', headers: { 'x-chain': 'chain 1, root', 'x-prepared': 'before', 'x-status': '202' } },
  ),
  one(
    'middleware throws',
    { path: '/chain?gate=throw' },
    { ...INTERNAL, headers: { 'x-chain': 'chain 1, root', 'x-status': '500', 'x-own': null } },
  ),
  one('middleware throws behind next()', { path: '/chain?gate=late' }, { ...INTERNAL, headers: { 'x-status': '500', 'x-own': null } }),
  one(
    'middleware replaces the answer',
    { path: '/chain?gate=replace' },
    { status: 203, text: 'another', headers: { 'x-other': '1', 'x-status': '203' } },
  ),
  one('middleware neither answers nor goes on', { path: '/chain?gate=nothing' }, { ...INTERNAL, headers: { 'x-own': null } }),
  one('middleware goes on twice', { path: '/chain?gate=twice' }, INTERNAL),
  one(
    'middleware knows params, method and query',
    { path: '/chain/a%20b/c/d%2Fe?x=1' },
    { status: 200, json: { params: { id: 'a b', rest: ['c', 'd/e'] }, seen: ['a b', 'c/d/e', 'GET', { x: '1' }] } },
  ),
  one(
    'a body that middleware has read as text',
    { method: 'POST', path: '/read', body: 'the body', headers: TEXT_TYPE },
    { status: 200, json: { read: 'the body', again: 'the body', path: 'read' } },
  ),
  one(
    'a body that middleware has read as JSON',
    { method: 'POST', path: '/read?how=json', body: '{"a":1}', headers: JSON_TYPE },
    { status: 200, json: { read: { a: 1 }, again: '{"a":1}', path: 'read' } },
  ),
  one(
    'a body that middleware has read as a form',
    {
      method: 'POST',
      path: '/read?how=form',
      body: '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    },
    { status: 200, json: { read: { a: '1' }, again: { a: '1' }, path: 'read' } },
  ),
  one(
    'a body that middleware has read, behind a schema',
    { method: 'PUT', path: '/read', body: '{"a":1}', headers: JSON_TYPE },
    { status: 200, json: { read: '{"a":1}', json: { a: 1 } } },
  ),
  one('a body that middleware can’t parse', { method: 'POST', path: '/read?how=json', body: '{"a":', headers: JSON_TYPE }, INTERNAL),
  one(
    'a method that the file doesn’t export',
    { method: 'PATCH', path: '/chain' },
    {
      status: 405,
      json: errorOf('Method Not Allowed'),
      headers: { allow: 'DELETE, GET, HEAD, OPTIONS, POST, PUT', 'x-chain': ALL },
    },
    { 'Next.js, native': { why: 'Next.js answers such methods by itself', status: 405, text: '', headers: { 'x-chain': null } } },
  ),
  one(
    'OPTIONS, which the file doesn’t export',
    { method: 'OPTIONS', path: '/chain' },
    { status: 204, text: '', headers: { allow: 'DELETE, GET, HEAD, OPTIONS, POST, PUT', 'x-chain': ALL } },
    {
      'Next.js, native': {
        why: 'Next.js answers such methods by itself',
        status: 204,
        text: '',
        headers: { allow: 'DELETE, GET, HEAD, OPTIONS, POST, PUT', 'x-chain': null },
      },
    },
  ),
  one(
    'a defined handler within withMiddleware()',
    { path: '/wrap?how=x' },
    { status: 200, json: { how: 'x' }, headers: { 'x-chain': ALL_OF_WRAP } },
  ),
  one(
    'a schema’s issue within withMiddleware()',
    { path: '/wrap' },
    {
      status: 400,
      json: errorOf('The query is not valid', { issues: [{ path: 'how', message: 'ANY' }] }),
      headers: { 'x-chain': ALL_OF_WRAP },
    },
  ),
  one('an error within withMiddleware()', { path: '/wrap?how=error' }, { ...INTERNAL, headers: { 'x-chain': ALL_OF_WRAP } }),
  one(
    'a stream',
    { path: '/stream' },
    { status: 200, text: 'a\nb\n', headers: { 'x-chain': 'root', 'content-type': 'text/event-stream' } },
  ),
  one(
    'a path below the folder that no file answers',
    { path: '/chain/nothing' },
    { status: 404, json: errorOf('Not Found'), headers: { 'x-chain': ALL } },
    { 'Next.js, native': { why: 'Next.js answers such paths by itself', status: 404, headers: { 'x-chain': null } } },
  ),
]

const ORIGIN = 'https://app.example'
const ALLOWED = { 'access-control-allow-origin': ORIGIN, 'access-control-allow-credentials': 'true', vary: /origin/i }
const REFUSED = { 'access-control-allow-origin': null, vary: /origin/i }
const asking = (method: string): Record<string, string> => ({ origin: ORIGIN, 'access-control-request-method': method })

export const CORS_CASES: readonly Case[] = [
  one(
    'an allowed origin',
    { path: '/cors', headers: { origin: ORIGIN } },
    { status: 200, json: { ok: true }, headers: { ...ALLOWED, 'access-control-expose-headers': 'x-total', vary: /accept.*origin/i } },
  ),
  one('another origin', { path: '/cors', headers: { origin: 'https://evil.example' } }, { status: 200, headers: REFUSED }),
  one('no origin', { path: '/cors' }, { status: 200, headers: REFUSED }),
  one(
    'a preflight',
    { method: 'OPTIONS', path: '/cors', headers: { ...asking('POST'), 'access-control-request-headers': 'x-a, x-b' } },
    {
      status: 204,
      text: '',
      headers: {
        ...ALLOWED,
        'access-control-allow-methods': 'GET,HEAD,PUT,POST,DELETE,PATCH,QUERY',
        'access-control-allow-headers': 'x-a,x-b',
        'access-control-max-age': '600',
        allow: null,
      },
    },
  ),
  one(
    'a preflight of another origin',
    { method: 'OPTIONS', path: '/cors', headers: { ...asking('POST'), origin: 'https://evil.example' } },
    { status: 204, headers: REFUSED },
  ),
  one(
    'a preflight where OPTIONS is not exported',
    { method: 'OPTIONS', path: '/cors/alone', headers: asking('GET') },
    { status: 204, headers: { ...ALLOWED, allow: null } },
    {
      'Next.js, native': {
        why: 'Next.js answers OPTIONS by itself: export it, as docs/middleware/cors.md says',
        status: 204,
        headers: { 'access-control-allow-origin': null, allow: 'GET, HEAD, OPTIONS' },
      },
    },
  ),
  one(
    'a plain OPTIONS is the file’s',
    { method: 'OPTIONS', path: '/cors', headers: { origin: ORIGIN } },
    { status: 204, headers: ALLOWED },
  ),
  one('a thrown error', { method: 'POST', path: '/cors', headers: { origin: ORIGIN } }, { ...INTERNAL, headers: ALLOWED }),
  one(
    'an error that is answered',
    { method: 'DELETE', path: '/cors', headers: { origin: ORIGIN } },
    { status: 409, json: errorOf('In use', { by: 'x' }), headers: ALLOWED },
  ),
  one(
    'Response.redirect()',
    { method: 'PUT', path: '/cors', headers: { origin: ORIGIN } },
    { status: 302, text: '', headers: { ...ALLOWED, location: 'https://elsewhere.example/' } },
  ),
]

const QUIET = { 'x-quiet': '1' }
const UNCHANGED: Expected = { status: 500, json: { error: 'Internal Server Error' } }
const thrown = (how: string): Asked => ({ path: `/thrown?how=${how}` })
const clean = { 'x-half-made': null, 'content-type': /^application\/json/ }
const problem = (status: number, title: string, more: object = {}): Expected => ({
  status,
  json: { type: `https://api.example/problems/${status}`, title, status, instance: 'PREFIX/problem', requestId: REQUEST_ID, ...more },
  headers: { 'content-type': 'application/problem+json' },
})

export const ERROR_CASES: readonly Case[] = [
  ...['error', 'string', 'null', 'undefined', 'number', 'object', 'response'].flatMap((how) => [
    one(`a thrown ${how}`, thrown(how), { ...INTERNAL, headers: clean }),
    one(`a thrown ${how}, as problem details`, { path: `/problem?how=${how}` }, problem(500, 'Internal Server Error')),
  ]),
  one('an HTTPException', thrown('http'), { status: 409, json: errorOf('Taken'), headers: clean }),
  one('an HTTPException of 503', thrown('http-500'), { status: 503, json: errorOf('Down for a minute'), headers: clean }),
  one('an HTTPException with an answer of its own', thrown('http-own'), { status: 402, text: 'own', headers: { 'x-own': '1' } }),
  one('apiError()', thrown('api'), { status: 410, json: errorOf('Too late', { since: 2020 }), headers: { 'x-half-made': '1' } }),
  one('notFound()', thrown('not-found'), { status: 404, json: errorOf('Not Found'), headers: { 'x-half-made': null } }),
  one('redirect(), with a cookie set before', thrown('redirect'), {
    status: 307,
    text: '',
    headers: { location: '/elsewhere', 'set-cookie': 'seen=1; Path=/', 'x-half-made': null, 'x-request-id': REQUEST_ID },
  }),
  one('an HTTPException, as problem details', { path: '/problem?how=http' }, problem(409, 'Conflict', { detail: 'Taken' })),
  one('apiError(), as problem details', { path: '/problem?how=api' }, problem(410, 'Gone', { detail: 'Too late', since: 2020 })),
  one('notFound(), as problem details', { path: '/problem?how=not-found' }, problem(404, 'Not Found')),
  one(
    'a schema’s issues, as problem details',
    { method: 'POST', path: '/problem', body: '{"email":"x"}', headers: JSON_TYPE },
    problem(400, 'Bad Request', { detail: 'The body is not valid', issues: [{ path: 'email', message: 'Invalid email address' }] }),
  ),
  ...['error', 'string', 'null'].flatMap((how) => [
    one(`a thrown ${how}, where no middleware sets headers`, { ...thrown(how), headers: QUIET }, UNCHANGED),
    one(
      `a thrown ${how}, where no middleware sets headers, as problem details`,
      { path: `/problem?how=${how}`, headers: QUIET },
      {
        ...problem(500, 'Internal Server Error', { requestId: undefined }),
      },
    ),
  ]),
  one(
    'an HTTPException, where no middleware sets headers',
    { ...thrown('http'), headers: QUIET },
    { status: 409, json: { error: 'Taken' } },
  ),
  one(
    'notFound(), where no middleware sets headers',
    { ...thrown('not-found'), headers: QUIET },
    { status: 404, json: { error: 'Not Found' } },
  ),
  one(
    'redirect(), where no middleware sets headers',
    { ...thrown('redirect'), headers: QUIET },
    { status: 307, text: '', headers: { location: '/elsewhere', 'set-cookie': 'seen=1; Path=/' } },
  ),
  one('middleware throws, where no middleware sets headers', { path: '/gate', headers: QUIET }, UNCHANGED),
  one('no error', { path: '/problem' }, { status: 200, json: { how: null } }),
]
