import { HTTPException } from 'hono/http-exception'
import { timeout as honoTimeout } from 'hono/timeout'
import type { MiddlewareHandler } from 'hono/types'
import { describe, expect, test, vi } from 'vitest'
import { apiError, defineHandler, withMiddleware } from '../../src/handler.js'
import type { ManifestFile, RouteManifest, RouteModule, RouterOptions } from '../../src/index.js'
import { errors } from '../../src/middleware/errors.js'
import { manifestOf, settled, setUp } from './helpers.js'

const pass: MiddlewareHandler = async (_c, next) => {
  await next()
}
const deny: MiddlewareHandler = async (c) => c.text('no', 403)
const file = (name: string, value: unknown): ManifestFile => ({ file: name, load: async () => ({ default: value }) })

/** A router of one route, behind the middleware of its folder. */
const behind = (chain: MiddlewareHandler[], module: RouteModule, options: RouterOptions = {}, more: Partial<RouteManifest> = {}) => {
  const routes = manifestOf({ '/': module }).routes.map((route) => ({ ...route, middleware: [file('_middleware.ts', chain)] }))
  return setUp({}, options, { routes, ...more }).app
}

describe('the answer of a folder', () => {
  test('is what the proxy makes of it, also behind app.use()', async () => {
    const headers = { 'x-from': 'proxy', 'x-middleware-next': '1' }
    const proxy = { file: 'proxy.ts', load: async () => ({ proxy: () => new Response(null, { headers }) }) }
    const app = behind([pass], { GET: () => new Response('x', { headers: { 'x-from': 'handler' } }) }, {}, { proxy })
    app.use(pass)
    expect((await app.request('/')).headers.get('x-from')).toBe('proxy')
  })

  test('has no header again that its middleware took off, behind app.use()', async () => {
    const chain: MiddlewareHandler = async (c, next) => {
      c.header('cache-control', 'no-store')
      await next()
      c.res.headers.delete('cache-control')
    }
    const app = behind([chain], { GET: () => new Response('x') })
    app.use(pass)
    expect((await app.request('/')).headers.get('cache-control')).toBe(null)
  })

  test('comes too late where app.use() has answered', async () => {
    const slow: MiddlewareHandler = async (_c, next) => {
      await next()
      await settled(80)
    }
    const GET = async (): Promise<Response> => {
      await settled(50)
      return new Response('late', { headers: { 'x-late': '1' } })
    }
    const app = behind([pass], { GET })
    app.use(slow, honoTimeout(20))
    const response = await app.request('/')
    expect([response.status, response.headers.get('x-late')]).toEqual([504, null])
  })
})

test('in development too, middleware that has run is not run again by the handler', async () => {
  let count = 0
  const counting: MiddlewareHandler = async (_c, next) => {
    count++
    await next()
  }
  const GET = defineHandler({ use: [counting] }, async () => new Response('x'))
  await behind([counting], { GET }, { development: true }).request('/')
  expect(count).toBe(1)
})

test('files of one name, from manifests of two routes folders, are two', async () => {
  const route = (pathname: string, chain: MiddlewareHandler) => ({
    ...manifestOf({ [pathname]: { GET: () => new Response() } }).routes[0]!,
    middleware: [file('_middleware.ts', chain)],
  })
  const { app } = setUp({}, {}, { routes: [route('/a', pass), route('/b', deny)] })
  expect([(await app.request('/a')).status, (await app.request('/b')).status]).toEqual([200, 403])
})

describe('errors', () => {
  const noText: object = Object.create(null)
  const throwing: MiddlewareHandler = async () => {
    throw noText
  }
  const marking: MiddlewareHandler = async (c, next) => {
    await next()
    c.res.headers.set('x-outer', String(c.error?.message))
  }
  const facts = async (response: Response) => [response.status, response.headers.get('x-outer'), await response.json()]

  test('of values without a text are caught where they are thrown', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const expected = [500, expect.stringMatching(/something that has no text$/), { error: 'Internal Server Error' }]
    const fromHandler = behind([marking], {
      GET: () => {
        throw noText
      },
    })
    expect(await facts(await fromHandler.request('/'))).toEqual(expected)
    expect(await facts(await behind([marking, throwing], { GET: () => new Response() }).request('/'))).toEqual(expected)
    const native = withMiddleware(marking, throwing)(async () => new Response())
    expect(await facts(await native(new Request('http://localhost/')))).toEqual(expected)
    const { app, logged } = setUp({
      '/': {
        GET: () => {
          throw noText
        },
      },
    })
    expect((await app.request('/')).status).toBe(500)
    expect((logged[0]![0] as Error).message).toBe('A value that is not an Error was thrown: something that has no text')
    log.mockRestore()
  })

  test('are presented without a type where the function for it throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const type = (): string => {
      throw new Error('too bad')
    }
    const response = await behind([errors({ format: 'problem', type })], { GET: () => apiError('Teapot', 418) }).request('/')
    expect([response.status, await response.json()]).toEqual([
      418,
      { type: 'about:blank', title: 'Client Error', status: 418, detail: 'Teapot', instance: '/' },
    ])
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })

  test('of maxDuration are presented as others are', async () => {
    const module = { GET: () => new Promise(() => {}), maxDuration: 0.02 }
    const response = await behind([errors({ format: 'problem' })], module).request('/')
    expect([response.status, response.headers.get('content-type')]).toEqual([504, 'application/problem+json'])
  })

  test('keep their message whatever the details are named', async () => {
    expect(await apiError('Wrong', 400, { error: 'other', more: 1 } as object).json()).toEqual({ error: 'Wrong', more: 1 })
  })
})

describe('answers that are kept', () => {
  test('are not kept by caches on the way, which would answer past the middleware; what the handler says of that holds', async () => {
    const cacheControl = async (app: { request(path: string): Response | Promise<Response> }) => {
      const first = await app.request('/')
      return [first, await app.request('/')].map(({ headers }) => headers.get('cache-control'))
    }
    const kept = { GET: () => new Response('x'), dynamic: 'force-static' }
    const own = { ...kept, GET: () => new Response('x', { headers: { 'cache-control': 's-maxage=60' } }) }
    expect(await cacheControl(behind([pass], kept))).toEqual(['private, no-cache', 'private, no-cache'])
    expect(await cacheControl(behind([pass], own))).toEqual(['s-maxage=60', 's-maxage=60'])
    expect(await cacheControl(behind([], kept))).toEqual(['private, no-cache', 'private, no-cache'])
    expect(await cacheControl(setUp({ '/': kept }).app)).toEqual(['s-maxage=31536000', 's-maxage=31536000'])
  })

  test.each([
    ['an error', () => new Error('too bad'), 500],
    ['an HTTPException', () => new HTTPException(503, { message: 'Later' }), 503],
  ])('are never %s of a handler with middleware of its own', async (_name, thrown, status) => {
    let count = 0
    const GET = defineHandler({ use: [pass] }, async () => {
      if (count++ === 1) throw thrown()
      return new Response(`answer ${count}`)
    })
    let now = Date.now()
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now)
    const failing = defineHandler({ use: [pass] }, async () => {
      throw thrown()
    })
    const { app, logged } = setUp({ '/': { GET, revalidate: 60 }, '/failing': { GET: failing, dynamic: 'force-static' } })
    expect(await (await app.request('/')).text()).toBe('answer 1')
    now += 61_000
    expect(await (await app.request('/')).text()).toBe('answer 1')
    await settled()
    expect(await (await app.request('/')).text()).toBe('answer 1')
    expect((await app.request('/failing')).status).toBe(status)
    expect(logged.some(([error]) => (error as Error).message === thrown().message)).toBe(true)
    clock.mockRestore()
  })
})

test('middleware of folders knows env() from the first request on, in a Worker without the adapter too', async () => {
  const key = Symbol.for('everyroute.env@1')
  vi.resetModules()
  Reflect.deleteProperty(globalThis, key)
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  const { createRouter, env } = await import('../../src/index.js')
  const look: MiddlewareHandler = async (c) => c.text(String(env().SECRET))
  const routes = manifestOf({ '/': { GET: () => new Response() } }).routes.map((route) => ({ ...route, middleware: [file('m.ts', look)] }))
  const app = createRouter({ version: 2, routes, folders: [{ pathname: '/', middleware: [file('m.ts', look)] }] })
  expect(await (await app.request('/', {}, { SECRET: 'one' })).text()).toBe('one')
  vi.unstubAllGlobals()
  Reflect.deleteProperty(globalThis, key)
})
