import { describe, expect, test, vi } from 'vitest'
import { createRouter, type EveryrouteError, type ManifestRoute, type RouteModule, type RouterOptions } from '../../src/index.js'
import { type Logged, settled } from './helpers.js'

const routeOf = (pathname: string, load: () => Promise<RouteModule>): ManifestRoute => ({
  pathname,
  file: `${pathname.slice(1)}/route.ts`,
  load,
})
const ok: RouteModule = { GET: () => new Response('ok') }

function routerOf(routes: ManifestRoute[], options: RouterOptions = {}) {
  const logged: Logged[] = []
  return { app: createRouter({ version: 2, routes }, { logError: (...args) => void logged.push(args), ...options }), logged }
}

describe('modules', () => {
  test('load on first use, once, under 50 parallel first requests', async () => {
    const load = vi.fn(async () => {
      await settled()
      return ok
    })
    const other = vi.fn(async () => ok)
    const { app } = routerOf([routeOf('/a', load), routeOf('/b', other)])
    expect(load).not.toHaveBeenCalled()
    const responses = await Promise.all(Array.from({ length: 50 }, () => app.request('/a')))
    expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200))
    await app.request('/a')
    expect(load).toHaveBeenCalledOnce()
    expect(other).not.toHaveBeenCalled()
  })

  test('one that fails answers 500 for itself alone and logs why', async () => {
    const cause = new Error('Cannot find package "secret"')
    const { app, logged } = routerOf([routeOf('/a', () => Promise.reject(cause)), routeOf('/b', async () => ok)])
    const response = await app.request('/a')
    expect([response.status, await response.text()]).toEqual([500, '{"error":"Internal Server Error"}'])
    expect((await app.request('/b')).status).toBe(200)
    expect(logged).toEqual([[cause, { phase: 'load', file: 'a/route.ts', method: 'GET', pathname: '/a' }]])
  })

  test('a load that throws at once is no worse', async () => {
    const { app } = routerOf([
      routeOf('/a', () => {
        throw new Error('at once')
      }),
    ])
    expect((await app.request('/a')).status).toBe(500)
  })

  test.each([
    [true, [500, 200, 200]],
    [false, [500, 500, 500]],
  ])('a failed load is tried again in development alone (development: %s)', async (development, expected) => {
    const load = vi.fn(async () => ok).mockRejectedValueOnce(new Error('first'))
    const { app } = routerOf([routeOf('/a', load)], { development })
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) statuses.push((await app.request('/a')).status)
    expect(statuses).toEqual(expected)
    expect(load).toHaveBeenCalledTimes(development ? 2 : 1)
  })

  test('in development the answer shows message, file and frame', async () => {
    const error = Object.assign(new Error('Unexpected token'), { file: 'routes/a/route.ts', frame: '1 | =\n  | ^' })
    const { app } = routerOf([routeOf('/a', () => Promise.reject(error))], { development: true })
    expect(await (await app.request('/a')).json()).toMatchObject({
      error: 'Unexpected token',
      file: 'routes/a/route.ts',
      frame: '1 | =\n  | ^',
    })
  })
})

describe('createRouter', () => {
  test('refuses a manifest of another version, and says what to run', () => {
    const make = (): unknown => createRouter({ version: 1, routes: [] } as never)
    expect(make).toThrow(
      expect.objectContaining({ code: 'ERR_MANIFEST_VERSION', fix: expect.stringContaining('everyroute typegen') }) as EveryrouteError,
    )
    expect(() => createRouter(undefined as never)).toThrow(/version undefined/)
  })

  test.each(['api', '/api/', '/', '//a', '/a//b', '/a?b', '/a#b'])('refuses basePath %j', (basePath) => {
    expect(() => createRouter({ version: 2, routes: [] }, { basePath })).toThrow(TypeError)
  })

  test('refuses a draft mode secret that can be guessed', () => {
    expect(() => createRouter({ version: 2, routes: [] }, { draftModeSecret: 'short' })).toThrow(/draftModeSecret has 5 characters/)
  })
})
