import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RouteManifest, RouteModule } from '../../src/index.js'
import { settled, setUp } from './helpers.js'

const withInstrumentation = (module: RouteModule | (() => Promise<RouteModule>)): Partial<RouteManifest> => ({
  instrumentation: { file: 'instrumentation.ts', load: typeof module === 'function' ? module : async () => module },
})

afterEach(() => void vi.useRealTimers())

describe('register', () => {
  test('runs once and ends before the first answers, however many come at once', async () => {
    const events: string[] = []
    const register = vi.fn(async () => {
      await settled()
      events.push('registered')
    })
    const handler = (): Response => {
      events.push('handled')
      return new Response()
    }
    const { app } = setUp({ '/a': { GET: handler } }, {}, withInstrumentation({ register }))
    expect(register).not.toHaveBeenCalled()
    await Promise.all(Array.from({ length: 10 }, () => app.request('/a')))
    await app.request('/a')
    expect(register).toHaveBeenCalledOnce()
    expect(events).toEqual(['registered', ...Array.from({ length: 11 }, () => 'handled')])
  })

  test('runs before the proxy', async () => {
    const events: string[] = []
    const proxy = { file: 'proxy.ts', load: async () => ({ proxy: () => void events.push('proxy') }) }
    const { app } = setUp(
      { '/a': { GET: () => new Response() } },
      {},
      { ...withInstrumentation({ register: () => void events.push('register') }), proxy },
    )
    await app.request('/a')
    expect(events).toEqual(['register', 'proxy'])
  })

  test.each([true, false])('a failing one is logged and every answer is 500, as in Next.js (strict: %s)', async (strict) => {
    const register = vi.fn(async () => {
      throw new Error('no database')
    })
    const { app, logged } = setUp({ '/a': { GET: () => new Response() } }, { strict }, withInstrumentation({ register }))
    for (let i = 0; i < 2; i++) {
      const response = await app.request('/a')
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('database')
    }
    expect(register).toHaveBeenCalledOnce()
    expect(logged.map(([error, { phase, file }]) => [String(error), phase, file])).toEqual(
      Array.from({ length: 2 }, () => [
        'Error: An error occurred while loading instrumentation hook: no database',
        'instrumentation',
        'instrumentation.ts',
      ]),
    )
  })

  test('a file that fails to load is tried again in development alone', async () => {
    for (const [development, expected] of [
      [true, [500, 200]],
      [false, [500, 500]],
    ] as const) {
      let loads = 0
      const load = async (): Promise<RouteModule> => {
        if (loads++ === 0) throw new Error('syntax')
        return {}
      }
      const { app } = setUp({ '/a': { GET: () => new Response() } }, { development }, withInstrumentation(load))
      expect([(await app.request('/a')).status, (await app.request('/a')).status]).toEqual(expected)
    }
  })

  test('a file without it is no obstacle', async () => {
    const { app } = setUp({ '/a': { GET: () => new Response('a') } }, {}, withInstrumentation({}))
    expect(await (await app.request('/a')).text()).toBe('a')
  })
})

describe('onRequestError', () => {
  test('gets what was thrown, the request and the route', async () => {
    const onRequestError = vi.fn()
    const thrown = new Error('broken')
    const { app } = setUp(
      {
        '/users/[id]': {
          POST: () => {
            throw thrown
          },
          GET: () => new Response(),
        },
      },
      {},
      withInstrumentation({ onRequestError }),
    )
    await app.request('/users/7')
    expect(onRequestError).not.toHaveBeenCalled()
    expect((await app.request('/users/7?q=1', { method: 'POST', headers: { 'x-a': 'b' } })).status).toBe(500)
    expect(onRequestError.mock.calls).toEqual([
      [
        thrown,
        { path: '/users/7?q=1', method: 'POST', headers: expect.objectContaining({ 'x-a': 'b' }) },
        { routerKind: 'App Router', routePath: '/users/[id]', routeType: 'route', revalidateReason: undefined },
      ],
    ])
  })

  test.each([true, false])('is told what fails of an answer that is to be kept, also behind a stale one (strict: %s)', async (strict) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const onRequestError = vi.fn()
    let isBroken = true
    const GET = (): Response => {
      if (isBroken) throw new Error('upstream')
      return new Response('kept')
    }
    const { app } = setUp({ '/a': { revalidate: 10, GET } }, { strict }, withInstrumentation({ onRequestError }))
    const read = async (): Promise<string> => (await app.request('/a?q=1')).text()
    const told = (): unknown[] => onRequestError.mock.calls.splice(0).map(([error, { path }, context]) => [String(error), path, context])
    const context = { routerKind: 'App Router', routePath: '/a', routeType: 'route', revalidateReason: 'stale' }
    await read()
    expect(told()).toEqual([['Error: upstream', '/a?q=1', context]])
    isBroken = false
    expect(await read()).toBe('kept')
    isBroken = true
    vi.setSystemTime(Date.now() + 11_000)
    expect(await read()).toBe('kept')
    await settled()
    expect(told()).toEqual([['Error: upstream', '/a?q=1', { ...context, routePath: '/a/route' }]])
  })

  test('its own failure is logged and changes nothing', async () => {
    const { app, logged } = setUp(
      {
        '/a': {
          GET: () => {
            throw new Error('first')
          },
        },
      },
      {},
      withInstrumentation({
        onRequestError: async () => {
          throw new Error('second')
        },
      }),
    )
    expect((await app.request('/a')).status).toBe(500)
    expect(logged.map(([error, { phase }]) => [(error as Error).message, phase])).toEqual([
      ['second', 'instrumentation'],
      ['first', 'handler'],
    ])
  })
})
