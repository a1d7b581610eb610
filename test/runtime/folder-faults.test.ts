import { cors } from 'hono/cors'
import { describe, expect, test } from 'vitest'
import { defineHandler } from '../../src/handler.js'
import type { RouteModule } from '../../src/index.js'
import { cors as ownCors } from '../../src/middleware/cors.js'
import { errors } from '../../src/middleware/errors.js'
import { timeout } from '../../src/middleware/timeout.js'
import { NextResponse } from '../../src/next/server.js'
import { file, GET, taken, trace, withFolders } from './folder-helpers.js'
import { setUp } from './helpers.js'

describe('fails closed', () => {
  const broken: [string, RouteModule | (() => Promise<RouteModule>), RegExp][] = [
    ['throws while it loads', () => Promise.reject(new Error('no such module')), /could not be loaded: no such module/],
    ['exports nothing by default', {}, /exports nothing by default/],
    ['exports something else', { default: { handle: 1 } }, /exports a value of type object by default/],
    ['exports an array with something else', { default: [trace('a'), 'auth'] }, /an array with a value of type string/],
  ]
  test.each(broken)('a file that %s', async (_name, module, message) => {
    const middleware = [file('_middleware.ts', { default: trace('root') }), file('a/_middleware.ts', module)]
    const { app, logged } = setUp({}, {}, withFolders({ '/a': { GET } }, { '/a': { middleware } }))
    for (const [path, method] of [
      ['/a', 'GET'],
      ['/a', 'HEAD'],
      ['/a', 'OPTIONS'],
      ['/a', 'POST'],
      ['/a/nowhere', 'GET'],
    ] as const) {
      const response = await app.request(path, { method })
      expect([response.status, taken()]).toEqual([500, []])
    }
    expect(await (await app.request('/a')).json()).toEqual({ error: 'Internal Server Error' })
    expect(logged[0]).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message) as string }),
      expect.objectContaining({ phase: 'load', file: 'a/_middleware.ts' }),
    ])
  })

  test.each([
    ['next', () => NextResponse.next()],
    ['next', async () => NextResponse.next({ headers: { 'x-own': '1' } })],
    ['rewrite', () => NextResponse.rewrite('http://localhost/b')],
  ])("middleware that answers by Next.js's NextResponse.%s()", async (name, answer) => {
    const middleware = [
      file('_middleware.ts', { default: [trace('1'), trace('2')] }),
      file('a/_middleware.ts', { default: [trace('3'), answer] }),
    ]
    const { app, logged } = setUp({}, {}, withFolders({ '/a': { GET } }, { '/a': { middleware } }))
    for (const path of ['/a', '/a/nowhere']) {
      const response = await app.request(path)
      expect([response.status, await response.json()]).toEqual([500, { error: 'Internal Server Error' }])
    }
    expect(taken()).not.toContain('handler')
    const message = `NextResponse.${name}() can be used in a proxy alone, not in middleware 'a/_middleware.ts': await next() in its place.`
    expect(logged[0]).toEqual([
      expect.objectContaining({ message }),
      { phase: 'middleware', method: 'GET', pathname: '/a', file: 'a/_middleware.ts' },
    ])
    expect(logged.map(([error]) => (error as Error).message)).toEqual([message, message])
  })

  test("an answer of a middleware's own is none of NextResponse.next()", async () => {
    const middleware = [
      file('_middleware.ts', { default: () => NextResponse.json({ own: true }, { headers: { 'x-middleware-next': '0' } }) }),
    ]
    const { app } = setUp({}, {}, withFolders({ '/a': { GET } }, { '/a': { middleware } }))
    expect(await (await app.request('/a')).json()).toEqual({ own: true })
    expect(taken()).toEqual([])
  })

  const HINT = ' It has returned a function: call what makes middleware, cors() instead of cors.'
  test.each([
    ['neither answers nor goes on', async () => {}, ''],
    ['returns what is no response', () => 'text', ''],
    ['makes middleware, and was not called', cors, HINT],
    ['makes middleware in time, and was not called', async () => cors(), HINT],
  ])('middleware that %s', async (_name, wrong, hint) => {
    const middleware = [
      file('_middleware.ts', { default: [trace('1'), trace('2')] }),
      file('a/_middleware.ts', { default: [trace('3'), wrong] }),
    ]
    const { app, logged } = setUp({}, {}, withFolders({ '/a': { GET } }, { '/a': { middleware } }))
    expect((await app.request('/a')).status).toBe(500)
    expect(taken()).not.toContain('handler')
    const message = `Middleware 'a/_middleware.ts' has neither returned a Response nor awaited next().${hint}`
    expect(logged).toEqual([
      [expect.objectContaining({ message }), { phase: 'middleware', method: 'GET', pathname: '/a', file: 'a/_middleware.ts' }],
    ])
  })

  test('a handler whose own middleware neither answers nor goes on', async () => {
    const handler = defineHandler({ use: [(async () => {}) as never] }, GET)
    const { app, logged } = setUp({ '/a': { GET: handler } })
    expect((await app.request('/a')).status).toBe(500)
    expect(taken()).toEqual([])
    expect((logged[0]![0] as Error).message).toBe('Middleware has neither returned a Response nor awaited next().')
  })

  test.each<[string, (options: never) => unknown]>([
    ['cors', ownCors],
    ['timeout', timeout],
    ['errors', errors],
  ])('%s that was not called', async (name, wrong) => {
    const middleware = [file('a/_middleware.ts', { default: wrong })]
    const { app, logged } = setUp({}, {}, withFolders({ '/a': { GET } }, { '/a': { middleware } }))
    expect((await app.request('/a')).status).toBe(500)
    expect(taken()).toEqual([])
    const message = `${name}: called with a request's context: give ${name}(…) as middleware, not ${name}`
    expect(logged).toEqual([[expect.objectContaining({ message }), expect.objectContaining({ file: 'a/_middleware.ts' })]])
  })
})
