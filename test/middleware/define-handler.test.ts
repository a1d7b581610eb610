import { HTTPException } from 'hono/http-exception'
import type { MiddlewareHandler } from 'hono/types'
import { NextRequest } from 'next/server'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, test, vi } from 'vitest'
import * as z from 'zod'
import { apiError, defineHandler, httpError, json, withMiddleware } from '../../src/handler.js'
import { notFound, redirect } from '../../src/next/navigation.js'
import { setUp } from '../runtime/helpers.js'

const setUser: MiddlewareHandler<{ Variables: { user: { id: number } } }> = async (c, next) => {
  c.set('user', { id: 7 })
  await next()
  c.res.headers.set('x-user', '7')
}

const trace =
  (log: string[], name: string): MiddlewareHandler =>
  async (_c, next) => {
    log.push(`${name} in`)
    await next()
    log.push(`${name} out`)
  }

const body = async (response: Response | Promise<Response>): Promise<[number, unknown]> => {
  const settled = await response
  const text = await settled.text()
  return [settled.status, text.startsWith('{') ? JSON.parse(text) : text]
}

const post = (value: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof value === 'string' ? value : JSON.stringify(value),
})

const update = defineHandler(
  {
    use: [setUser],
    params: z.object({ id: z.coerce.number().int() }),
    query: z.object({ page: z.coerce.number().default(1), tag: z.array(z.string()).optional() }),
    headers: z.object({ 'X-Trace': z.string().optional() }),
    cookies: z.object({ theme: z.string().optional() }),
    json: z.object({ name: z.string().min(1), address: z.object({ city: z.string() }).optional() }),
  },
  async (request, { params, query, headers, cookies, json: value, var: { user }, c }) => {
    const { id } = await params
    expectTypeOf(id).toEqualTypeOf<number>()
    expectTypeOf(query).toEqualTypeOf<{ page: number; tag?: string[] | undefined }>()
    expectTypeOf(value.name).toEqualTypeOf<string>()
    expectTypeOf(user).toEqualTypeOf<{ id: number }>()
    expectTypeOf(c.get('user')).toEqualTypeOf<{ id: number }>()
    expectTypeOf(user).not.toBeAny()
    expectTypeOf(request).toEqualTypeOf<NextRequest>()
    return json({ id, query, trace: headers['X-Trace'], cookies, value, user, path: request.nextUrl.pathname }, 201)
  },
)

/** The same handler called by the router, and as Next.js calls it. */
const places: [string, (path: string, init?: RequestInit) => Response | Promise<Response>][] = [
  ['in a router', (path, init) => setUp({ '/users/[id]': { POST: update } }).app.request(path, init)],
  ['below a base path', (path, init) => setUp({ '/users/[id]': { POST: update } }, { basePath: '/api' }).app.request(`/api${path}`, init)],
  [
    'natively',
    (path, init) =>
      update(new NextRequest(new URL(path, 'http://localhost'), init as never), {
        params: Promise.resolve({ id: new URL(path, 'http://localhost').pathname.split('/')[2]! }),
      }),
  ],
]

describe.each(places)('defineHandler %s', (_place, request) => {
  test('hands over what the schemas give out and what the middleware has set', async () => {
    const init = post({ name: 'Ada', extra: 1 }, { 'content-type': 'application/json', 'x-trace': 't', cookie: 'theme=dark' })
    const response = await request('/users/7?page=2&tag=a&tag=b', init)
    expect(response.headers.get('x-user')).toBe('7')
    expect(await body(response)).toEqual([
      201,
      {
        id: 7,
        query: { page: 2, tag: ['a', 'b'] },
        trace: 't',
        cookies: { theme: 'dark' },
        value: { name: 'Ada' },
        user: { id: 7 },
        path: '/users/7',
      },
    ])
  })

  test('answers 400 with the fields at fault', async () => {
    const fault = (path: string, init: RequestInit): Promise<[number, unknown]> => body(request(path, init))
    expect(await fault('/users/x', post({ name: 'a' }))).toEqual([
      400,
      { error: 'The path is not valid', issues: [{ path: 'id', message: expect.stringContaining('number') as string }] },
    ])
    expect(await fault('/users/1?page=x', post({ name: 'a' }))).toEqual([400, expect.objectContaining({ error: 'The query is not valid' })])
    const [status, answer] = await fault('/users/1', post({ name: '', address: { city: 1 } }))
    expect(status).toBe(400)
    expect((answer as { issues: { path: string }[] }).issues.map(({ path }) => path)).toEqual(['name', 'address.city'])
  })

  test('answers 400 to malformed JSON, 415 to another type', async () => {
    expect(await body(request('/users/1', post('{')))).toEqual([400, { error: 'Malformed JSON in request body' }])
    const other = await request('/users/1', post('a=1', { 'content-type': 'text/plain' }))
    expect([other.status, other.headers.get('accept')]).toEqual([415, 'application/json'])
    expect(await body(other)).toEqual([415, { error: 'Send the body as application/json' }])
    expect((await request('/users/1', { method: 'POST' })).status).toBe(400)
    expect((await request('/users/1', post({ name: 'a' }, { 'content-type': 'application/merge-patch+json; charset=utf-8' }))).status).toBe(
      201,
    )
  })
})

test('no more than 100 fields at fault are told', async () => {
  const POST = defineHandler({ json: z.array(z.string()) }, async () => new Response())
  const response = await POST(new Request('http://localhost/', post(Array.from({ length: 1000 }, () => 0))))
  expect(((await response.json()) as { issues: unknown[] }).issues).toHaveLength(100)
})

test('a form gives strings, arrays and files; a malformed one is 400', async () => {
  const POST = defineHandler(
    { form: z.object({ name: z.string(), tags: z.array(z.string()), file: z.instanceof(File) }) },
    async (_r, { form }) => json({ name: form.name, tags: form.tags, size: form.file.size }),
  )
  const { app } = setUp({ '/': { POST } })
  const data = new FormData()
  data.append('name', 'Ada')
  data.append('tags', 'a')
  data.append('tags', 'b')
  data.append('file', new File(['12345'], 'a.txt'))
  expect(await body(app.request('/', { method: 'POST', body: data }))).toEqual([200, { name: 'Ada', tags: ['a', 'b'], size: 5 }])
  const [status, answer] = await body(app.request('/', post('nonsense', { 'content-type': 'multipart/form-data; boundary=x' })))
  expect([status, (answer as { error: string }).error]).toEqual([400, expect.stringContaining('Malformed FormData')])
  expect((await app.request('/', post('{}'))).status).toBe(415)
})

test('any Standard Schema will do', async () => {
  const GET = defineHandler({ query: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) }, async (_request, { query }) => {
    expectTypeOf(query.n).toEqualTypeOf<number>()
    return json(query)
  })
  const { app } = setUp({ '/': { GET } })
  expect(await body(app.request('/?n=3'))).toEqual([200, { n: 3 }])
  expect(await body(app.request('/'))).toEqual([
    400,
    { error: 'The query is not valid', issues: [{ path: 'n', message: expect.any(String) as string }] },
  ])
})

describe('errors', () => {
  const thrower = (thrown: () => unknown) =>
    defineHandler({ use: [setUser] }, async (): Promise<Response> => {
      throw thrown()
    })

  const thrown: [string, () => unknown, number, unknown][] = [
    ['an HTTPException', () => new HTTPException(418, { message: 'teapot' }), 418, { error: 'teapot' }],
    ['an httpError', () => httpError(409, 'taken', { details: { issues: [] } }), 409, { error: 'taken', issues: [] }],
    ['an Error', () => new Error('secret'), 500, { error: 'Internal Server Error' }],
    ['a string', () => 'secret', 500, { error: 'Internal Server Error' }],
    ['undefined', () => undefined, 500, { error: 'Internal Server Error' }],
    ['null', () => null, 500, { error: 'Internal Server Error' }],
  ]
  test.each(thrown)('%s is answered alike in a router and natively, behind its middleware', async (_name, make, status, expected) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { app } = setUp({ '/': { GET: thrower(make) } })
    for (const response of [await app.request('/'), await thrower(make)(new NextRequest('http://localhost/'))]) {
      expect(response.headers.get('x-user')).toBe('7')
      expect(await body(response)).toEqual([status, expected])
    }
    expect(log).toHaveBeenCalledTimes(status === 500 ? 1 : 0)
  })

  test('redirects and not-founds are answered, Next.js own signals thrown on', async () => {
    const go = thrower(() => {
      try {
        redirect('/there')
      } catch (signal) {
        return signal
      }
    })
    const gone = thrower(() => {
      try {
        notFound()
      } catch (signal) {
        return signal
      }
    })
    const { app } = setUp({ '/go': { GET: go }, '/gone': { GET: gone } })
    for (const [status, location, response] of [
      [307, '/there', await app.request('/go')],
      [307, '/there', await go(new NextRequest('http://localhost/'))],
      [404, null, await app.request('/gone')],
      [404, null, await gone(new NextRequest('http://localhost/'))],
    ] as const) {
      expect([response.status, response.headers.get('location'), response.headers.get('x-user')]).toEqual([status, location, '7'])
    }
    const signal = Object.assign(new Error('dynamic'), { digest: 'DYNAMIC_SERVER_USAGE' })
    await expect(thrower(() => signal)(new NextRequest('http://localhost/'))).rejects.toBe(signal)
  })

  test('nothing of a failed handler half made survives', async () => {
    const GET = defineHandler({ use: [setUser] }, async (_request, { c }): Promise<Response> => {
      c.header('cache-control', 'public')
      c.header('set-cookie', 'a=1')
      throw new Error('late')
    })
    const response = await setUp({ '/': { GET } }).app.request('/')
    expect([response.status, response.headers.get('cache-control'), response.headers.getSetCookie()]).toEqual([500, null, []])
    expect(response.headers.get('x-user')).toBe('7')
  })
})

describe('a handler that returns no response', () => {
  const allow: MiddlewareHandler = async (c, next) => {
    await next()
    c.res.headers.set('x-allow', String(c.res.status))
  }
  const wrappers: [string, (handler: never) => (request: Request) => Promise<Response>][] = [
    ['defineHandler', (handler) => defineHandler({ use: [allow] }, handler) as never],
    ['withMiddleware', (handler) => withMiddleware(allow)(handler) as never],
    ['withMiddleware around defineHandler', (handler) => withMiddleware(allow)(defineHandler({}, handler)) as never],
  ]
  const results: [returned: unknown, shown: string][] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'string'],
    [{ a: 1 }, 'Object'],
  ]
  const messageOf = (by: string, shown: string): string =>
    `No response is returned from ${by} (GET): expected a Response, received '${shown}'. Return a Response in every branch.`

  test.each(wrappers)('is named where %s has made it, and answered behind its middleware', async (_name, wrap) => {
    for (const [returned, shown] of results) {
      const { app, logged } = setUp({ '/a/[id]': { GET: wrap((() => returned) as never) } })
      const response = await app.request('/a/1')
      expect([response.status, response.headers.get('x-allow'), await response.json()]).toEqual([
        500,
        '500',
        { error: 'Internal Server Error' },
      ])
      expect(logged).toEqual([
        [
          expect.objectContaining({ message: messageOf("route handler 'a/[id]/route.ts'", shown) }),
          { phase: 'handler', method: 'GET', pathname: '/a/[id]', file: 'a/[id]/route.ts' },
        ],
      ])
    }
  })

  test.each(wrappers)('is told natively where %s has made it', async (_name, wrap) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (const [returned, shown] of results) {
      const response = await wrap((() => returned) as never)(new NextRequest('http://localhost/a'))
      expect([response.status, response.headers.get('x-allow')]).toEqual([500, '500'])
      expect(log).toHaveBeenLastCalledWith('everyroute: GET /a:', expect.objectContaining({ message: messageOf('a route handler', shown) }))
    }
    log.mockRestore()
  })

  test('is named where its answer was to be kept', async () => {
    const GET = defineHandler({ use: [allow] }, (() => undefined) as never)
    const { app, logged } = setUp({ '/kept': { GET, dynamic: 'force-static' } })
    expect((await app.request('/kept')).status).toBe(500)
    expect(logged).toEqual([
      [
        expect.objectContaining({ message: messageOf('a route handler', 'undefined') }),
        { phase: 'handler', method: 'GET', pathname: '/kept', file: 'kept/route.ts' },
      ],
    ])
  })
})

test('withMiddleware wraps plain and defined handlers, in order', async () => {
  const log: string[] = []
  const plain = withMiddleware(
    trace(log, 'a'),
    setUser,
  )(async (request, { params, var: { user } }: { params: Promise<{ id: string }>; var: { user: { id: number } } }) => {
    log.push('handler')
    return Response.json({ ...(await params), user, text: await request.text() })
  })
  const defined = withMiddleware(trace(log, 'b'))(defineHandler({ use: trace(log, 'c') }, () => apiError('No', 409, { why: 'x' })))
  const { app } = setUp({ '/[id]': { POST: plain, GET: defined } })
  expect(await body(app.request('/9', { method: 'POST', body: 'hi' }))).toEqual([200, { id: '9', user: { id: 7 }, text: 'hi' }])
  expect(log.splice(0)).toEqual(['a in', 'handler', 'a out'])
  expect(await body(app.request('/9'))).toEqual([409, { error: 'No', why: 'x' }])
  expect(log).toEqual(['b in', 'c in', 'c out', 'b out'])
})

test('a body that middleware has read can be read again', async () => {
  const read: MiddlewareHandler = async (c, next) => {
    expect(await c.req.text()).toBe('{"a" : 1}')
    await next()
  }
  const handler = withMiddleware(read)(async (request) => new Response(await request.text()))
  const { app } = setUp({ '/': { POST: handler } })
  expect(await (await app.request('/', post('{"a" : 1}'))).text()).toBe('{"a" : 1}')
  expect(await (await handler(new NextRequest('http://localhost/', { method: 'POST', body: '{"a" : 1}' }))).text()).toBe('{"a" : 1}')
})

test('wrong options are told at once', () => {
  const handler = () => new Response()
  expect(() => defineHandler({ json: z.object({}), form: z.object({}) }, handler)).toThrow(/both json and form/)
  expect(() => defineHandler({ query: {} as never }, handler)).toThrow(/query of defineHandler is no schema/)
  expect(() => defineHandler({ use: [undefined] as never }, handler)).toThrow(/use of defineHandler has undefined at index 0/)
  expect(() => defineHandler({}, undefined as never)).toThrow(TypeError)
  expect(() => withMiddleware('x' as never)).toThrow(TypeError)
  expect(() => apiError('x', 200 as never)).toThrow(RangeError)
  // @ts-expect-error no such option
  expect(() => defineHandler({ qurey: z.object({}) }, handler)).toThrow(TypeError)
  // @ts-expect-error not a schema
  expect(() => defineHandler({ query: 1 }, handler)).toThrow(TypeError)
})
