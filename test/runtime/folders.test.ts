import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import type { MiddlewareHandler } from 'hono/types'
import { describe, expect, test } from 'vitest'
import { apiError, defineHandler } from '../../src/handler.js'
import type { RouteModule } from '../../src/index.js'
import { errors } from '../../src/middleware/errors.js'
import { timeout } from '../../src/middleware/timeout.js'
import { notFound } from '../../src/next/navigation.js'
import { file, GET, taken, trace, withFolders } from './folder-helpers.js'
import { setUp } from './helpers.js'

describe('the chain of a folder', () => {
  test('middleware that calls next() twice fails, and gives no second answer', async () => {
    const twice: MiddlewareHandler = (_c, next) => {
      void next()
      return next()
    }
    const chain = file('_middleware.ts', { default: [twice] })
    const { app, logged } = setUp({}, {}, withFolders({ '/': { GET } }, { '/': { middleware: [chain] } }))
    for (let i = 0; i < 2; i++) {
      const answer = await app.request('/')
      expect([answer.status, await answer.json()]).toEqual([500, { error: 'Internal Server Error' }])
    }
    expect(logged.map(([error, { file: name }]) => [String(error), name])).toEqual(
      Array(2).fill(['Error: next() called multiple times', '_middleware.ts']),
    )
    taken()
  })

  const root = file('_middleware.ts', { default: trace('root') })
  const admin = file('admin/_middleware.ts', { default: [trace('admin 1'), trace('admin 2')] })
  const files = withFolders(
    { '/': { GET }, '/admin/x': { GET }, '/administrator': { GET } },
    { '/': { middleware: [root] }, '/admin/x': { middleware: [root, admin] }, '/administrator': { middleware: [root] } },
  )
  const { app } = setUp({}, {}, files)

  test('runs outermost first, once, in front of every method', async () => {
    await app.request('/admin/x')
    expect(taken()).toEqual(['root', 'admin 1', 'admin 2', 'handler', '/admin 2', '/admin 1', '/root'])
    await app.request('/administrator')
    expect(taken()).toEqual(['root', 'handler', '/root'])
    for (const [method, status] of [
      ['HEAD', 200],
      ['OPTIONS', 204],
      ['POST', 405],
      ['PROPFIND', 405],
    ] as const) {
      expect((await app.request('/admin/x', { method })).status).toBe(status)
      expect(taken().filter((name) => name !== 'handler')).toEqual(['root', 'admin 1', 'admin 2', '/admin 2', '/admin 1', '/root'])
    }
  })

  test('runs in front of the 404 below its folder, and of handlers of the application there', async () => {
    expect((await app.request('/nowhere')).status).toBe(404)
    expect(taken()).toEqual(['root', '/root'])
    app.get('/own', (c) => c.text('own'))
    expect(await (await app.request('/own')).text()).toBe('own')
    expect(taken()).toEqual(['root', '/root'])
  })

  test('runs where the router is mounted in another app', async () => {
    const { app: inner } = setUp({}, {}, files)
    const outer = new Hono()
    outer.route('/v1', inner)
    expect((await outer.request('/v1/admin/x')).status).toBe(200)
    expect(taken()).toEqual(['root', 'admin 1', 'admin 2', 'handler', '/admin 2', '/admin 1', '/root'])
  })

  test('knows the params of its route', async () => {
    const seen: unknown[] = []
    const look: MiddlewareHandler = async (c, next) => {
      seen.push(c.req.param('id'), c.req.param('rest'), c.req.param())
      await next()
    }
    const one = withFolders(
      { '/u/[id]/[...rest]': { GET } },
      { '/u/[id]/[...rest]': { middleware: [file('u/_middleware.ts', { default: look })] } },
    )
    await setUp({}, {}, one).app.request('/u/a%20b/c/d')
    expect(seen).toEqual(['a b', 'c/d', { id: 'a b', rest: ['c', 'd'] }])
    taken()
  })
})

describe('errors', () => {
  const thrower = (thrown: unknown): RouteModule => ({
    GET: () => {
      throw thrown
    },
  })
  const setHeader: MiddlewareHandler = async (c, next) => {
    c.header('x-before', '1')
    await next()
    c.res.headers.set('x-after', String(c.res.status))
  }
  const outer = { middleware: [file('_middleware.ts', { default: [cors(), setHeader] })] }

  test.each([
    ['an Error', new Error('secret'), 500, { error: 'Internal Server Error' }],
    ['a string', 'secret', 500, { error: 'Internal Server Error' }],
    ['null', null, 500, { error: 'Internal Server Error' }],
    ['an HTTPException', new HTTPException(409, { message: 'taken' }), 409, { error: 'taken' }],
  ])('%s that a handler throws is answered behind the middleware', async (_name, thrown, status, body) => {
    const { app } = setUp({}, {}, withFolders({ '/a': thrower(thrown) }, { '/a': outer }))
    const response = await app.request('/a')
    expect(await response.json()).toEqual(body)
    const names = ['x-before', 'x-after', 'access-control-allow-origin']
    expect([response.status, ...names.map((name) => response.headers.get(name))]).toEqual([status, '1', String(status), '*'])
  })

  test('an answer is dropped whose middleware fails afterwards', async () => {
    const late: MiddlewareHandler = async (_c, next) => {
      await next()
      throw new Error('late')
    }
    const middleware = [file('_middleware.ts', { default: [cors(), late] })]
    const answer = (): Response => new Response('ok', { headers: { etag: '"1"', 'set-cookie': 'a=1', 'cache-control': 'public' } })
    const { app } = setUp({}, {}, withFolders({ '/a': { GET: answer } }, { '/a': { middleware } }))
    const response = await app.request('/a')
    expect([response.status, await response.json()]).toEqual([500, { error: 'Internal Server Error' }])
    expect(Object.fromEntries(response.headers)).toEqual({ 'access-control-allow-origin': '*', 'content-type': 'application/json' })
  })

  test('what a handler answers, or throws, after a timeout comes too late', async () => {
    const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
    const slowly: MiddlewareHandler = async (_c, next) => {
      await next()
      await wait(40)
    }
    const middleware = [file('_middleware.ts', { default: [slowly, timeout({ seconds: 0.01 })] })]
    const modules = {
      '/late': { GET: () => wait(25).then(() => new Response('late')) },
      '/fails': {
        GET: async () => {
          await wait(25)
          throw new Error('late')
        },
      },
    }
    const { app } = setUp({}, {}, withFolders(modules, { '/late': { middleware }, '/fails': { middleware } }))
    for (const path of ['/late', '/fails']) {
      const response = await app.request(path)
      expect([response.status, await response.json()]).toEqual([504, { error: 'Gateway Timeout' }])
    }
  })

  test('the nearest _error answers, what it fails at is answered 500', async () => {
    const error = file('_error.ts', {
      default: (thrown: Error, c: { json: (body: object, status: number) => Response }) => c.json({ oops: thrown.message }, 503),
    })
    const failing = file('b/_error.ts', {
      default: () => {
        throw new Error('again')
      },
    })
    const { app, logged } = setUp(
      {},
      {},
      withFolders(
        { '/a': thrower(new Error('x')), '/b': thrower(new Error('y')) },
        { '/a': { ...outer, error }, '/b': { error: failing } },
      ),
    )
    const response = await app.request('/a')
    expect([response.status, response.headers.get('access-control-allow-origin'), await response.json()]).toEqual([503, '*', { oops: 'x' }])
    expect((await app.request('/b')).status).toBe(500)
    expect(logged.map(([thrown]) => (thrown as Error).message)).toEqual(['x', 'y', 'again'])
  })

  test.each([
    ['nothing', undefined, 'undefined'],
    ['a text', 'oops', 'string'],
    ['an object', { oops: true }, 'Object'],
  ])('an _error that returns %s is named, and answered 500', async (_name, returned, shown) => {
    const error = file('a/_error.ts', { default: () => returned })
    const { app, logged } = setUp({}, {}, withFolders({ '/a': thrower(new Error('x')) }, { '/a': { ...outer, error } }))
    const response = await app.request('/a')
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([500, '*'])
    expect(await response.json()).toEqual({ error: 'Internal Server Error' })
    const message = `No response is returned from error handler 'a/_error.ts' (GET): expected a Response, received '${shown}'. Return a Response in every branch.`
    expect(logged.slice(1)).toEqual([
      [expect.objectContaining({ message }), { phase: 'handler', method: 'GET', pathname: '/a', file: 'a/_error.ts' }],
    ])
    expect((logged[0]![0] as Error).message).toBe('x')
  })

  test('an _error that cannot be loaded is named', async () => {
    const error = file('a/_error.ts', () => Promise.reject(new Error('no such module')))
    const { app, logged } = setUp({}, {}, withFolders({ '/a': thrower(new Error('x')) }, { '/a': { error } }))
    expect((await app.request('/a')).status).toBe(500)
    expect(logged.map(([, { phase, file: name }]) => [phase, name])).toEqual([['load', 'a/_error.ts']])
  })

  test('the nearest _not-found answers paths without a file, and notFound()', async () => {
    const none = file('_not-found.ts', { default: (c: { text: (body: string, status: number) => Response }) => c.text('none here', 404) })
    const gone = { GET: () => notFound() }
    const { app } = setUp({}, {}, withFolders({ '/a': gone, '/b': gone }, { '/a': { notFound: none } }))
    expect(await (await app.request('/a')).text()).toBe('none here')
    expect(await (await app.request('/a/b/c')).text()).toBe('none here')
    expect(await (await app.request('/b')).json()).toEqual({ error: 'Not Found' })
    expect(await (await app.request('/c')).json()).toEqual({ error: 'Not Found' })
    app.notFound((c) => c.text('own', 404))
    expect(await (await app.request('/c')).text()).toBe('own')
    expect(await (await app.request('/a/b')).text()).toBe('none here')
  })

  test('middleware that ran for the folder is not run again by `use`', async () => {
    const guard = trace('guard')
    const handler = defineHandler({ use: [guard, trace('own')] }, () => new Response())
    const { app } = setUp(
      {},
      {},
      withFolders({ '/a': { GET: handler } }, { '/a': { middleware: [file('_middleware.ts', { default: guard })] } }),
    )
    await app.request('/a')
    expect(taken()).toEqual(['guard', 'own', '/own', '/guard'])
    await handler(new Request('http://localhost/a'))
    expect(taken()).toEqual(['guard', 'own', '/own', '/guard'])
  })
})

describe('errors()', () => {
  const requestId: MiddlewareHandler = async (c, next) => {
    c.set('requestId', 'r1')
    await next()
  }
  const modules = {
    '/api': { GET: () => apiError('Taken', 409, { issues: [] }) },
    '/throw': {
      GET: () => {
        throw new HTTPException(418, { message: 'teapot' })
      },
    },
    '/own': { GET: () => Response.json({ mine: true }, { status: 400 }) },
    '/wrapped': { GET: defineHandler({}, () => apiError('No', 403)) },
  }
  const ask = async (app: Hono, path: string, init?: RequestInit): Promise<unknown[]> => {
    const response = await app.request(path, init)
    return [response.status, response.headers.get('content-type'), await response.json()]
  }

  test('adds the id of the request to errors of all kinds, once', async () => {
    const { app } = setUp(modules)
    app.use(requestId)
    const type = 'application/json'
    expect(await ask(app, '/api')).toEqual([409, type, { error: 'Taken', issues: [], requestId: 'r1' }])
    expect(await ask(app, '/throw')).toEqual([418, type, { error: 'teapot', requestId: 'r1' }])
    expect(await ask(app, '/wrapped')).toEqual([403, type, { error: 'No', requestId: 'r1' }])
    expect(await ask(app, '/none')).toEqual([404, type, { error: 'Not Found', requestId: 'r1' }])
    expect(await ask(app, '/api', { method: 'PUT' })).toEqual([405, type, { error: 'Method Not Allowed', requestId: 'r1' }])
    expect(await ask(app, '/own')).toEqual([400, type, { mine: true }])
  })

  test.each(['app', 'folder'])('presents problem details, by the %s', async (where) => {
    const middleware = [requestId, errors({ format: 'problem', type: ({ status }) => `https://e/${status}` })]
    const folder = { middleware: [file('_middleware.ts', { default: middleware })] }
    const all = Object.fromEntries(['/', ...Object.keys(modules)].map((path) => [path, folder]))
    const { app } = where === 'app' ? setUp(modules) : setUp({}, {}, withFolders(modules, all))
    if (where === 'app') for (const one of middleware) app.use(one)
    const type = 'application/problem+json'
    const problem = (status: number, title: string, path: string, more: object = {}): unknown[] => [
      status,
      type,
      { type: `https://e/${status}`, title, status, instance: path, requestId: 'r1', ...more },
    ]
    expect(await ask(app, '/api')).toEqual(problem(409, 'Conflict', '/api', { detail: 'Taken', issues: [] }))
    expect(await ask(app, '/throw')).toEqual(problem(418, 'Client Error', '/throw', { detail: 'teapot' }))
    expect(await ask(app, '/wrapped')).toEqual(problem(403, 'Forbidden', '/wrapped', { detail: 'No' }))
    expect(await ask(app, '/none')).toEqual(problem(404, 'Not Found', '/none'))
    expect(await ask(app, '/api', { method: 'PUT' })).toEqual(problem(405, 'Method Not Allowed', '/api'))
    expect((await app.request('/api', { method: 'PUT' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  test('tells of every error, and of wrong options', async () => {
    const told: string[] = []
    const { app } = setUp(modules)
    app.use(errors({ onError: (error) => void told.push(error.message) }))
    await app.request('/throw')
    expect(told).toEqual(['teapot'])
    expect(() => errors({ format: 'xml' as never })).toThrow(TypeError)
    expect(() => errors({ type: () => 'x' })).toThrow(TypeError)
  })
})
