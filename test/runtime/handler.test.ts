import { describe, expect, test } from 'vitest'
import { NextResponse } from '../../src/next/server.js'
import { type Logged, settled, setUp } from './helpers.js'

const SECRET = 'postgres://admin:hunter2@db.internal/users'

describe('what a client is told of an unexpected error', () => {
  const nested = (): Error => new Error(`outer ${SECRET}`, { cause: new AggregateError([new Error(`inner ${SECRET}`)], SECRET) })
  const throwing = { GET: () => Promise.reject(nested()) }

  test.each([
    ['from a handler', { '/a': throwing }, {}],
    ['from a proxy', { '/a': { GET: () => new Response() } }, { proxy: { file: 'proxy.ts', load: async () => ({ proxy: throwing.GET }) } }],
    [
      'from instrumentation',
      { '/a': { GET: () => new Response() } },
      { instrumentation: { file: 'i.ts', load: async () => ({ register: throwing.GET }) } },
    ],
    ['from generateStaticParams', { '/[x]': { generateStaticParams: throwing.GET, GET: () => new Response() } }, {}],
    ['from a static route', { '/a': { ...throwing, revalidate: 60 } }, {}],
  ])('%s: nothing in production, in both modes', async (_, modules, more) => {
    for (const strict of [false, true]) {
      const { app, logged } = setUp(modules, { strict }, more)
      const response = await app.request('/a')
      const everything = JSON.stringify([response.status, response.statusText, [...response.headers], await response.text()])
      expect(response.status).toBe(500)
      expect(everything).not.toMatch(/hunter2|outer|inner|Error:|\.ts/)
      expect(logged.length).toBeGreaterThan(0)
    }
  })

  test('its message and stack in development', async () => {
    const { app } = setUp({ '/a': throwing }, { development: true })
    expect(await (await app.request('/a')).json()).toMatchObject({
      error: `outer ${SECRET}`,
      stack: expect.stringContaining('handler.test'),
    })
  })
})

describe('what a handler may return', () => {
  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /received 'undefined'/],
    ['null', null, /received 'null'/],
    ['a text', 'text', /received 'string'/],
    ['an object', { status: 200 }, /received 'Object'/],
    ['Response.error()', Response.error(), /Response\.error\(\)/],
    ['NextResponse.next()', NextResponse.next(), /NextResponse\.next\(\)/],
    ['NextResponse.rewrite()', NextResponse.rewrite('http://localhost/b'), /NextResponse\.rewrite\(\)/],
  ])('not %s, and the log says why', async (_, result, message) => {
    const { app, logged } = setUp({ '/a': { GET: () => result } })
    expect((await app.request('/a')).status).toBe(500)
    expect(logged).toHaveLength(1)
    const [error, context] = logged[0] as Logged
    expect((error as Error).message).toMatch(message)
    expect(context).toEqual({ phase: 'handler', file: 'a/route.ts', method: 'GET', pathname: '/a' })
  })

  test('a thenable', async () => {
    const thenable = { ['then' as string]: (resolve: (value: Response) => void) => resolve(new Response('late')) }
    const { app } = setUp({ '/a': { GET: () => thenable } })
    expect(await (await app.request('/a')).text()).toBe('late')
  })

  test('headers that the server decides are taken away, also from immutable answers', async () => {
    const headers = {
      'content-length': '3',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
      'x-middleware-set-cookie': 'a=1',
      'x-own': '1',
    }
    const { app } = setUp({ '/a': { GET: () => new Response('abc', { headers, status: 203, statusText: 'Mine' }) } })
    const response = await app.request('/a')
    expect([response.status, response.statusText]).toEqual([203, 'Mine'])
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'text/plain;charset=UTF-8', 'x-own': '1' })
  })
})

describe('maxDuration', () => {
  const slow = (seen: { reason?: unknown }) => ({
    maxDuration: 0.05,
    GET: (request: Request) =>
      new Promise<Response>((resolve) => {
        request.signal.addEventListener('abort', () => (seen.reason = request.signal.reason))
        setTimeout(() => resolve(new Response('late')), 300)
      }),
  })

  test('ends the wait with 504 and aborts the signal', async () => {
    const seen: { reason?: unknown } = {}
    const { app, logged } = setUp({ '/a': slow(seen) })
    const response = await app.request('/a')
    expect([response.status, await response.json()]).toEqual([504, { error: 'Gateway Timeout' }])
    expect(String(seen.reason)).toContain('maxDuration, 0.05 seconds')
    expect(logged.map(([error]) => String(error))).toEqual([expect.stringContaining('maxDuration')])
  })

  test('does nothing to handlers that are quick enough, and nothing in strict mode', async () => {
    const { app, logged } = setUp({ '/a': { maxDuration: 1, GET: () => new Response('quick') } })
    expect(await (await app.request('/a')).text()).toBe('quick')
    expect(logged).toEqual([])
    const strict = setUp({ '/a': slow({}) }, { strict: true }).app
    expect(await (await strict.request('/a')).text()).toBe('late')
  })

  test('what the handler throws afterwards is no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const listen = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listen)
    const GET = async (): Promise<never> => {
      await settled(60)
      throw new Error('too late')
    }
    const { app } = setUp({ '/a': { maxDuration: 0.02, GET } })
    expect((await app.request('/a')).status).toBe(504)
    await settled(100)
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })
})
