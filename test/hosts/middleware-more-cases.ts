import { type Case, type Expected, errorOf, INTERNAL, JSON_TYPE, one } from './middleware-cases.ts'
import type { Asked } from './middleware-client.ts'

/** Signed with the secret of the fixture; `exp` is in the year 2100. */
export interface Tokens {
  readonly reader: string
  readonly admin: string
  readonly expired: string
  readonly forged: string
}

const FIRST_COUNTS = {
  why: 'Next.js’s server drops the second of two such lines before a handler sees it',
  status: 200,
  json: { name: 'ada', role: 'reader' },
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

export const authCases = ({ reader, admin, expired, forged }: Tokens): readonly Case[] => [
  one(
    'no token',
    { path: '/auth' },
    { status: 401, json: errorOf('Authentication required'), headers: { 'www-authenticate': 'Bearer realm="api"', 'x-chain': 'root' } },
  ),
  one('a good token', { path: '/auth', headers: bearer(reader) }, { status: 200, json: { name: 'ada', role: 'reader' } }),
  ...[
    ['an expired token', expired],
    ['a forged token', forged],
    ['no JWT', 'x'],
  ].map(([name, token]) =>
    one(
      name!,
      { path: '/auth', headers: bearer(token!) },
      {
        status: 401,
        json: errorOf('Invalid token'),
        headers: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
      },
    ),
  ),
  one(
    'two tokens in one header',
    { path: '/auth', headers: { authorization: `Bearer ${reader}, Bearer ${reader}` } },
    { status: 400, json: errorOf('The Authorization header must be one Bearer token') },
  ),
  one(
    'two headers',
    { path: '/auth', headers: { authorization: [`Bearer ${reader}`, `Bearer ${admin}`] } },
    { status: 400, json: errorOf('The Authorization header must be one Bearer token') },
    { 'Next.js, mounted': FIRST_COUNTS, 'Next.js, native': FIRST_COUNTS },
  ),
  one(
    'another scheme',
    { path: '/auth', headers: { authorization: 'Basic YTpi' } },
    { status: 401, json: errorOf('Authentication required') },
  ),
  one(
    'a role that is missing',
    { path: '/auth/admin', headers: bearer(reader) },
    { status: 403, json: errorOf('Insufficient role'), headers: { 'www-authenticate': /insufficient_scope/ } },
  ),
  one('a role that is there', { path: '/auth/admin', headers: bearer(admin) }, { status: 200, json: { admin: 'bob' } }),
  one('no token for a role', { path: '/auth/admin' }, { status: 401, json: errorOf('Authentication required') }),
  one('an optional key that is missing', { path: '/keys' }, { status: 200, json: { id: null } }),
  one('an optional key', { path: '/keys', headers: bearer('key-1') }, { status: 200, json: { id: 1 } }),
  one('an optional key that is wrong', { path: '/keys', headers: bearer('key-2') }, { status: 401, json: errorOf('Invalid token') }),
]

const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' }
const largerThan = (bytes: number): Expected => ({ status: 413, json: errorOf(`The body is larger than ${bytes} bytes`) })
const tooLarge = largerThan(1_000)
const thousand = 'x'.repeat(1_000)

export const BODY_CASES: readonly Case[] = [
  one(
    'as much as is allowed',
    { method: 'POST', path: '/body', body: thousand, headers: TEXT_TYPE },
    { status: 200, json: { length: 1_000 } },
  ),
  one(
    'as much, chunked',
    { method: 'POST', path: '/body', body: [thousand.slice(1), 'x'], headers: TEXT_TYPE },
    { status: 200, json: { length: 1_000 } },
  ),
  one('one byte more', { method: 'POST', path: '/body', body: `${thousand}x`, headers: TEXT_TYPE }, tooLarge),
  one('one byte more, chunked', { method: 'POST', path: '/body', body: [thousand, 'x'], headers: TEXT_TYPE }, tooLarge),
  one('one byte more, read as a stream', { method: 'PATCH', path: '/body', body: [thousand, 'x'], headers: TEXT_TYPE }, tooLarge),
  one('much more', { method: 'POST', path: '/body', body: 'x'.repeat(300_000), headers: TEXT_TYPE }, tooLarge),
  one('much more, chunked', { method: 'POST', path: '/body', body: Array(30).fill('x'.repeat(10_000)), headers: TEXT_TYPE }, tooLarge),
  one('too much of JSON', { method: 'PUT', path: '/body', body: [JSON.stringify({ text: thousand })], headers: JSON_TYPE }, tooLarge),
  one('too much that nobody reads', { method: 'DELETE', path: '/body', body: `${thousand}x`, headers: TEXT_TYPE }, tooLarge),
  one('JSON', { method: 'PUT', path: '/body', body: ['{"text":', '"ab"}'], headers: JSON_TYPE }, { status: 200, json: { length: 2 } }),
  one('malformed JSON', { method: 'PUT', path: '/body', body: '{"text"', headers: JSON_TYPE }, { status: 400 }),
  one('another type', { method: 'POST', path: '/body', body: 'x', headers: { 'content-type': 'image/png' } }, { status: 415 }),
  one('no type', { method: 'POST', path: '/body', body: ['x'] }, { status: 415 }),
  one('no body', { method: 'POST', path: '/body' }, { status: 200, json: { length: 0 } }),
  one(
    'no body, of another type',
    { method: 'DELETE', path: '/body', headers: { 'content-type': 'image/png' } },
    { status: 200, json: { deleted: true } },
  ),
  one('GET', { path: '/body' }, { status: 200, json: { got: true } }),
]

const counted = (client: string): Asked => ({ path: '/rate', headers: { 'x-client': client } })
const passed = (remaining: number) => ({ status: 200, json: { ok: true }, headers: { ratelimit: new RegExp(`\\b${remaining}\\b`) } })
const limited = { status: 429, json: errorOf('Too Many Requests'), headers: { 'retry-after': /^[1-9]\d?$/, ratelimit: /\b0\b/ } }

/** In order, for each counts on. */
export const LIMIT_CASES: readonly Case[] = [
  one('the first request', counted('a'), passed(1)),
  one('the second request', counted('a'), passed(0)),
  one('the third request', counted('a'), limited),
  one('another client', counted('b'), passed(1)),
  one('in time', { path: '/time?how=fast' }, { status: 200, json: { how: 'fast' } }),
  one('too late', { path: '/time?how=slow' }, { status: 504, json: errorOf('Gateway Timeout') }),
  one('too late, and failing by the signal', { path: '/time?how=signal' }, { status: 504, json: errorOf('Gateway Timeout') }),
  one(
    'the signal was aborted',
    { path: '/time?how=aborted' },
    { status: 200, json: { aborted: 1 } },
    { workerd: { why: 'workerd ends what still runs once the answer is out, listeners unheard', status: 200, json: { aborted: 0 } } },
  ),
]

const issue = (path: string): unknown => [{ path, message: 'ANY' }]
const invalid = (what: string, path: string) => ({ status: 400, json: errorOf(`The ${what} is not valid`, { issues: issue(path) }) })
const form = (body: string): Asked => ({
  method: 'PUT',
  path: '/check/1',
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})
const post = (body: string | readonly string[], headers: Asked['headers'] = JSON_TYPE): Asked => ({
  method: 'POST',
  path: '/check/a%20b',
  body,
  headers,
})

export const CHECK_CASES: readonly Case[] = [
  one(
    'all parts',
    { path: '/check/7?tag=a&tag=b&flag=yes', headers: { 'x-version': '2', cookie: 'theme=dark; other=1' } },
    {
      status: 200,
      json: { params: { id: 7 }, query: { tag: ['a', 'b'], flag: true }, headers: { 'x-version': '2' }, cookies: { theme: 'dark' } },
    },
  ),
  one('params', { path: '/check/x' }, { status: 400, json: errorOf('The path is not valid', { issues: issue('id') }) }),
  one('query', { path: '/check/1?flag=maybe' }, invalid('query', 'flag')),
  one(
    'headers',
    { path: '/check/1', headers: { 'x-version': 'two' } },
    { status: 400, json: errorOf('The headers are not valid', { issues: issue('x-version') }) },
  ),
  one(
    'cookies',
    { path: '/check/1', headers: { cookie: 'theme=blue' } },
    { status: 400, json: errorOf('The cookies are not valid', { issues: issue('theme') }) },
  ),
  one('JSON', post('{"title":" a ","items":[{"n":1}]}'), { status: 201, json: { id: 'a b', title: 'a', items: [{ n: 1 }] } }),
  one('JSON in pieces, of a type with a suffix', post(['{"ti', 'tle":"a"}'], { 'content-type': 'application/merge-patch+json' }), {
    status: 201,
    json: { id: 'a b', title: 'a', items: [] },
  }),
  one('an issue deep in JSON', post('{"title":"a","items":[{"n":1},{"n":"2"}]}'), invalid('body', 'items.1.n')),
  one('malformed JSON', post('{"title":'), { status: 400 }),
  one('JSON as text', post('{"title":"a"}', { 'content-type': 'text/plain' }), { status: 415, headers: { accept: 'application/json' } }),
  one('JSON without a type', post('{"title":"a"}', {}), { status: 415 }),
  one('a form', form('name=ada&tags=a&tags=b'), { status: 200, json: { name: 'ada', tags: ['a', 'b'] } }),
  one('a form that is not valid', form('name='), invalid('form', 'name')),
  one('JSON for a form', { ...form('{}'), headers: JSON_TYPE }, { status: 415 }),
  one(
    'a multipart form that is malformed',
    { method: 'PUT', path: '/check/1', body: '--x\r\nbroken', headers: { 'content-type': 'multipart/form-data; boundary=b' } },
    { status: 400 },
  ),
  one(
    'a multipart form without a boundary',
    { method: 'PUT', path: '/check/1', body: 'x', headers: { 'content-type': 'multipart/form-data' } },
    { status: 400 },
  ),
]

const BOUNDARY = { 'content-type': 'multipart/form-data; boundary=b' }
const part = (disposition: string, content: string, type?: string): string =>
  `--b\r\ncontent-disposition: form-data; ${disposition}\r\n${type ? `content-type: ${type}\r\n` : ''}\r\n${content}\r\n`
const upload = (file: string, title = part('name="title"', 'a title')): Asked => ({
  method: 'POST',
  path: '/uploads',
  body: [title, file, '--b--\r\n'],
  headers: BOUNDARY,
})
const png = (content: string, name = 'a.png', type = 'image/png'): string => part(`name="avatar"; filename="${name}"`, content, type)

export const UPLOAD_CASES: readonly Case[] = [
  one('a file', upload(png('content', '../../a.png')), {
    status: 201,
    json: { title: 'a title', name: 'a.png', type: 'image/png', size: 7, text: 'content' },
  }),
  one('a file of another type', upload(png('x', 'a.gif', 'image/gif')), invalid('form', 'avatar')),
  one('a file that is too large', upload(png('x'.repeat(501))), invalid('form', 'avatar')),
  one('no file', upload(''), invalid('form', 'avatar')),
  one('another field that is not valid', upload(png('x'), part('name="title"', 'x'.repeat(11))), invalid('form', 'title')),
  one('a form that is too large', upload(png('x'.repeat(2_000))), largerThan(2_000)),
  one('JSON', { method: 'POST', path: '/uploads', body: '{}', headers: JSON_TYPE }, { status: 415 }),
]

const csrfForm = (headers: Asked['headers']): Asked => ({
  method: 'POST',
  path: '/csrf',
  body: 'name=ada',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
})
const secured = { 'x-content-type-options': 'nosniff', 'strict-transport-security': /max-age/, 'x-frame-options': 'SAMEORIGIN' }

export const BATTERY_CASES: readonly Case[] = [
  one('secureHeaders', { path: '/secure' }, { status: 200, headers: secured }),
  one('secureHeaders on an error', { path: '/secure?how=error' }, { ...INTERNAL, headers: secured }),
  one('csrf: a form of the same site', csrfForm({ origin: 'https://app.example' }), { status: 200, json: { name: 'ada' } }),
  one('csrf: a form of another site', csrfForm({ origin: 'https://evil.example' }), {
    status: 403,
    text: 'Forbidden',
    headers: { 'x-chain': 'root' },
  }),
  one('csrf: a form of nobody knows where', csrfForm({}), { status: 403, text: 'Forbidden', headers: { 'x-chain': 'root' } }),
  one(
    'etag',
    { path: '/etag' },
    { status: 200, json: { ok: true }, headers: { etag: '"022d91f218046ab2e61cac1eb13d6a718f75df2b"', 'cache-control': 'private' } },
  ),
  one(
    'etag that is known',
    { path: '/etag', headers: { 'if-none-match': '*' } },
    { status: 304, text: '', headers: { 'cache-control': 'private' } },
  ),
  one(
    'compress, in front of files',
    { path: '/compress', headers: { 'accept-encoding': 'gzip' } },
    { status: 200, headers: { 'content-encoding': 'gzip', vary: /accept-encoding/i } },
  ),
  one(
    'pagination',
    { path: '/pages?page=2&q=x' },
    {
      status: 200,
      json: { data: ['c', 'd'], page: 2, limit: 2, total: 5 },
      headers: {
        link: '<?page=1&q=x&limit=2>; rel="first", <?page=1&q=x&limit=2>; rel="prev", <?page=3&q=x&limit=2>; rel="next", <?page=3&q=x&limit=2>; rel="last"',
      },
    },
  ),
  one('pagination that is not valid', { path: '/pages?limit=11' }, invalid('query', 'limit')),
]
