import { Hono, type MiddlewareHandler } from 'hono'
import { hc } from 'hono/client'
import { HTTPException } from 'hono/http-exception'
import { requestId } from 'hono/request-id'
import { testClient } from 'hono/testing'
import { describe, expect, test, vi } from 'vitest'
import { createRouter } from '../../src/index.js'
import { manifestOf, setUp } from './helpers.js'

const text = (body: string) => () => new Response(body)
const fail = (error: unknown) => (): never => {
  throw error
}
const bodyOf = async (app: Hono, path: string, init?: RequestInit): Promise<[number, string]> => {
  const response = await app.request(path, init)
  return [response.status, await response.text()]
}

test('the router is a Hono app', () => {
  const { app } = setUp({})
  expect(app).toBeInstanceOf(Hono)
})

describe('middleware and handlers of the application', () => {
  test('`use` runs in front of file routes, in order, and sees their answer', async () => {
    const { app } = setUp({ '/users/[id]': { GET: text('user') } })
    const events: string[] = []
    app.use(async (_c, next) => {
      events.push('all')
      await next()
      events.push('all done')
    })
    app.use('/users/:id', async (c, next) => {
      events.push(`user ${c.req.param('id')} ${c.req.routePath}`)
      await next()
      c.header('x-status', String(c.res.status))
    })
    app.use('/other', fail(new Error('must not run')) as MiddlewareHandler)
    const response = await app.request('/users/7')
    expect([await response.text(), response.headers.get('x-status')]).toEqual(['user', '200'])
    expect(events).toEqual(['all', 'user 7 /users/:id', 'all done'])
  })

  test('middleware may answer in place of the file', async () => {
    const GET = vi.fn(text('file'))
    const { app } = setUp({ '/a': { GET } })
    app.use('/a', async (c) => c.text('denied', 401))
    expect(await bodyOf(app, '/a')).toEqual([401, 'denied'])
    expect(GET).not.toHaveBeenCalled()
  })

  test('with trailingSlash, middleware and handlers match whether their path has the slash or not', async () => {
    const { app } = setUp(
      { '/a': { GET: text('file') }, '/b': { GET: text('file') }, '/c': { GET: text('file') } },
      { trailingSlash: true },
    )
    const deny: MiddlewareHandler = async (c) => c.text('denied', 401)
    app.use('/a', deny).use('/b/', deny)
    app.get('/own', (c) => c.text('own'))
    for (const path of ['/a/', '/b/']) expect(await bodyOf(app, path)).toEqual([401, 'denied'])
    expect(await bodyOf(app, '/c/')).toEqual([200, 'file'])
    expect(await bodyOf(app, '/own/')).toEqual([200, 'own'])
    expect((await app.request('/own')).headers.get('location')).toBe('/own/')
  })

  test('`use` of what `basePath` gives runs in front of file routes too', async () => {
    const { app } = setUp({ '/api/a': { GET: text('file') }, '/a': { GET: text('other') } })
    const below = app.basePath('/api')
    below.get('/a', (c) => c.text('handler'))
    below.basePath('/a').use('*', async (c, next) => (c.req.query('key') ? next() : c.text('denied', 401)))
    expect(await bodyOf(app, '/api/a')).toEqual([401, 'denied'])
    expect(await bodyOf(app, '/api/a?key=1')).toEqual([200, 'file'])
    expect(await bodyOf(app, '/a')).toEqual([200, 'other'])
  })

  test("Hono's own middleware works", async () => {
    const { app } = setUp({ '/a': { GET: text('a') } })
    app.use(requestId())
    expect((await app.request('/a')).headers.get('x-request-id')).toMatch(/[\da-f-]{36}/)
  })

  test('headers that middleware sets by `c.header` reach the answer, unless it has them itself', async () => {
    const own = { 'set-cookie': 'file=1', 'x-both': 'file' }
    for (const looksAtRes of [false, true]) {
      const { app } = setUp({
        '/a': { GET: () => new Response('a', { headers: own }) },
        '/r': { GET: () => Response.redirect('http://localhost/a') },
      })
      app.use(async (c, next) => {
        c.header('x-early', '1')
        if (!looksAtRes) c.header('x-both', 'middleware')
        c.header('set-cookie', 'middleware=1', { append: true })
        if (looksAtRes) expect(c.res.status).toBe(200)
        await next()
      })
      const { headers } = await app.request('/a')
      expect([headers.get('x-early'), headers.get('x-both'), headers.getSetCookie()]).toEqual(['1', 'file', ['middleware=1', 'file=1']])
      expect((await app.request('/r')).headers.get('x-early')).toBe('1')
    }
  })

  test("a proxy's cookies are sent once behind middleware", async () => {
    const { NextResponse } = await import('../../src/next/server.js')
    const proxy = { file: 'proxy.ts', load: async () => ({ proxy: () => NextResponse.next({ headers: { 'set-cookie': 'proxy=1' } }) }) }
    const { app } = setUp({ '/a': { GET: () => new Response('a', { headers: { 'set-cookie': 'file=1' } }) } }, {}, { proxy })
    app.use(async (c, next) => {
      c.header('set-cookie', 'middleware=1', { append: true })
      await next()
    })
    expect((await app.request('/a')).headers.getSetCookie().sort()).toEqual(['file=1', 'middleware=1', 'proxy=1'])
  })

  test('handlers added afterwards answer what no file does', async () => {
    const { app } = setUp({ '/a': { GET: text('file a') } })
    app.get('/a', (c) => c.text('hono a'))
    app.get('/b/:id', (c) => c.text(`hono b ${c.req.param('id')}`))
    expect(await bodyOf(app, '/a')).toEqual([200, 'file a'])
    expect(await bodyOf(app, '/b/7')).toEqual([200, 'hono b 7'])
    expect((await bodyOf(app, '/c'))[0]).toBe(404)
  })

  test('and so with a proxy, whose headers all answers get', async () => {
    const { NextResponse } = await import('../../src/next/server.js')
    const proxy = { file: 'proxy.ts', load: async () => ({ proxy: () => NextResponse.next({ headers: { 'x-proxy': '1' } }) }) }
    const { app } = setUp({ '/a': { GET: text('file a') } }, {}, { proxy })
    app.get('/a', (c) => c.text('hono a'))
    app.get('/b', (c) => c.text('hono b'))
    for (const [path, status, body] of [
      ['/a', 200, 'file a'],
      ['/b', 200, 'hono b'],
      ['/c', 404, '{"error":"Not Found"}'],
    ] as const) {
      const response = await app.request(path)
      expect([response.status, await response.text(), response.headers.get('x-proxy')]).toEqual([status, body, '1'])
    }
  })

  test('the file answers all methods, so that a handler behind it is not asked for those that the file lacks', async () => {
    const { app } = setUp({ '/a': { GET: text('a') } })
    app.post('/a', (c) => c.text('hono'))
    expect((await bodyOf(app, '/a', { method: 'POST' }))[0]).toBe(405)
  })
})

describe('errors', () => {
  test('`onError` and `notFound` of the application take the place of the defaults', async () => {
    const { app, logged } = setUp({ '/a': { GET: fail(new Error('broken')) } })
    app.onError((error, c) => c.text(`own: ${error.message}`, 503))
    app.notFound((c) => c.text(`own: ${c.req.path}`, 404))
    expect(await bodyOf(app, '/a')).toEqual([503, 'own: broken'])
    expect(await bodyOf(app, '/b')).toEqual([404, 'own: /b'])
    expect(logged).toEqual([])
  })

  test('an error whose own answer fails is a 500, and both are logged', async () => {
    const broken = Object.assign(new Error('first'), { getResponse: fail(new Error('second')) })
    const { app, logged } = setUp({ '/a': { GET: fail(broken) } })
    const response = await app.request('/a')
    expect([response.status, await response.json()]).toEqual([500, { error: 'Internal Server Error' }])
    expect(logged.map(([error]) => (error as Error).message)).toEqual(['second', 'first'])
  })

  test('an HTTPException answers for itself, from a file and from middleware, and is not logged', async () => {
    const { app, logged } = setUp({ '/a': { GET: fail(new HTTPException(418, { message: 'teapot' })) }, '/b': { GET: text('b') } })
    app.use('/b', fail(new HTTPException(401, { message: 'who?' })) as MiddlewareHandler)
    expect(await bodyOf(app, '/a')).toEqual([418, '{"error":"teapot"}'])
    expect(await bodyOf(app, '/b')).toEqual([401, '{"error":"who?"}'])
    expect(logged).toEqual([])
  })

  test('but is an error like any other in strict mode, as for Next.js', async () => {
    const { app, logged } = setUp({ '/a': { GET: fail(new HTTPException(418, { message: 'teapot' })) } }, { strict: true })
    expect(await bodyOf(app, '/a')).toEqual([500, ''])
    expect(logged).toHaveLength(1)
  })

  test.each([undefined, null, 'text', 7, { status: 200 }, new Response('thrown')])('a thrown %s is a 500', async (thrown) => {
    const { app, logged } = setUp({ '/a': { GET: fail(thrown) } })
    expect(await bodyOf(app, '/a')).toEqual([500, '{"error":"Internal Server Error"}'])
    expect(logged).toHaveLength(1)
  })

  test('headers that middleware has set stay on the answer to an error', async () => {
    const { app } = setUp({ '/a': { GET: fail(new Error('x')) } })
    app.use(async (c, next) => {
      c.header('access-control-allow-origin', 'https://a.example')
      await next()
    })
    const response = await app.request('/a')
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([500, 'https://a.example'])
  })
})

describe('mounted in another app by `route`', () => {
  const inner = (): Hono =>
    createRouter(
      manifestOf({
        '/': { GET: text('root') },
        '/users/[id]': { GET: async (_: Request, { params }: { params: Promise<{ id: string }> }) => new Response((await params).id) },
      }),
    )

  test('its files answer below the prefix, and redirects keep it', async () => {
    const outer = new Hono()
      .get('/x/own', (c) => c.text('own'))
      .route('/x', inner())
      .get('/y', (c) => c.text('y'))
    expect(await bodyOf(outer, '/x/users/a%20b')).toEqual([200, 'a b'])
    expect(await bodyOf(outer, '/x/own')).toEqual([200, 'own'])
    expect(await bodyOf(outer, '/y')).toEqual([200, 'y'])
    expect(await bodyOf(outer, '/x')).toEqual([200, 'root'])
    expect((await bodyOf(outer, '/users/7'))[0]).toBe(404)
    const redirect = await outer.request('/x/users/7/?q=1')
    expect([redirect.status, redirect.headers.get('location')]).toEqual([308, '/x/users/7?q=1'])
  })

  test('what it does not answer goes on to the next handler of the outer app', async () => {
    const outer = new Hono().route('/x', inner()).all('*', (c) => c.text('next', 404))
    expect(await bodyOf(outer, '/x/none')).toEqual([404, 'next'])
  })
})

describe('clients', () => {
  test('testClient and hc reach a typed handler beside the files', async () => {
    const typed = new Hono().get('/typed', (c) => c.json({ n: 1 })).route('/', createRouter(manifestOf({ '/a': { GET: text('a') } })))
    expect(await (await testClient(typed).typed.$get()).json()).toEqual({ n: 1 })
    const client = hc<typeof typed>('http://localhost', {
      fetch: (input: RequestInfo | URL, init?: RequestInit) => typed.request(input, init),
    })
    expect(await (await client.typed.$get()).json()).toEqual({ n: 1 })
    expect(await bodyOf(typed as unknown as Hono, '/a')).toEqual([200, 'a'])
  })
})
