import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { handle } from '../../src/adapters/next.ts'
import type { RouteManifest } from '../../src/routing/manifest.ts'
import { createRedirectError } from '../../src/runtime/navigation-errors.ts'
import { createRouter } from '../../src/runtime/router.ts'
import type { RouterOptions } from '../../src/runtime/router-context.ts'

/** Before any request. */
const { fetch: hostFetch } = globalThis

type Handler = (request: Request, context: { params: Promise<unknown> }) => unknown

function manifestOf(routes: Record<string, Record<string, unknown>>, settings: Partial<RouteManifest> = {}): RouteManifest {
  const entries = Object.entries(routes).map(([pathname, module]) => ({ pathname, file: `${pathname}/route.ts`, load: async () => module }))
  return { version: 2, routes: entries, ...settings }
}

const echo: Handler = async (request, { params }) => Response.json({ url: request.url, params: await params })

/** As Next.js calls the mount for `app/api/[[...route]]/route.ts`. */
async function call(app: Hono, path: string, rest: string[] = path.split('/').filter(Boolean), init: RequestInit & { url?: string } = {}) {
  const { GET } = handle(app)
  const request = new Request(init.url ?? `http://localhost:3000/api${path}`, init)
  return GET(request, { params: Promise.resolve(rest.length > 0 ? { route: rest.map(decodeURIComponent) } : {}) })
}

/** What handlers and middleware throw on purpose. */
const redirecting: Handler = () => {
  throw createRedirectError('/there', 'replace', 307)
}
const missing = Object.assign(new Error('NEXT_HTTP_ERROR_FALLBACK;404'), { digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
const failing: Handler = () => {
  throw new Error('broken')
}

const routerOf = (routes: Parameters<typeof manifestOf>[0], options?: RouterOptions, settings?: Partial<RouteManifest>) =>
  createRouter(manifestOf(routes, settings), options)

describe('the path below the mount', () => {
  const app = routerOf({ '/': { GET: echo }, '/users/[id]': { GET: echo }, '/files/[...path]': { GET: echo }, '/fixed': { GET: echo } })

  test.each([
    ['/', '/api', {}],
    ['/users/7', '/api/users/7', { id: '7' }],
    ['/users/a%2Fb', '/api/users/a%2Fb', { id: 'a/b' }],
    ['/files/a/b%20c', '/api/files/a/b%20c', { path: ['a', 'b c'] }],
    ['/users/7?x=1', '/api/users/7?x=1', { id: '7' }],
  ])('%s', async (path, url, params) => {
    const rest = path.split('?')[0]!.split('/').filter(Boolean)
    const response = await call(app, path, rest, { url: `http://localhost:3000${url}` })
    expect(await response.json()).toEqual({ url: `http://localhost:3000${url}`, params })
  })

  test('is matched as it was sent: an escape is no plain character', async () => {
    expect((await call(app, '/%66ixed')).status).toBe(404)
  })

  test('is that of the target after a rewrite by the proxy', async () => {
    const response = await call(app, '', ['users', 'a/b'], { url: 'http://localhost:3000/elsewhere' })
    expect(await response.json()).toEqual({ url: 'http://localhost:3000/elsewhere', params: { id: 'a/b' } })
  })

  test('may lie below other params, which are not the route’s', async () => {
    const request = new Request('http://localhost:3000/acme/api/users/7')
    const response = await handle(app).GET(request, { params: Promise.resolve({ tenant: 'acme', route: ['users', '7'] }) })
    expect(await response.json()).toMatchObject({ params: { id: '7' } })
  })

  test('is the same to middleware under another base path', async () => {
    const based = routerOf({ '/users/[id]': { GET: echo } }, {}, { basePath: '/v1' })
    based.use('/v1/users/*', async (c, next) => {
      await next()
      c.res.headers.set('x-path', c.req.path)
    })
    const response = await call(based, '/users/7')
    expect([response.status, response.headers.get('x-path')]).toEqual([200, '/v1/users/7'])
  })

  test('is not redirected for its slash: Next.js has done so', async () => {
    const slashed = routerOf({ '/users/[id]': { GET: echo } }, {}, { trailingSlash: true })
    for (const url of ['/api/users/7', '/api/users/7/'])
      expect((await call(slashed, '/users/7', undefined, { url: `http://localhost:3000${url}` })).status).toBe(200)
  })
})

test('the handler gets the very request that Next.js made, and fetch stays Next.js’s', async () => {
  const seen: Request[] = []
  const GET = (request: Request): Response => {
    seen.push(request)
    return new Response()
  }
  const app = routerOf({ '/': { GET } })
  const request = new Request('http://localhost:3000/api')
  await handle(app).GET(request, { params: Promise.resolve({}) })
  expect(seen[0]).toBe(request)
  expect(Object.getPrototypeOf(request)).toBe(Request.prototype)
  expect(globalThis.fetch).toBe(hostFetch)
})

test('the proxy and instrumentation of the manifest are left to Next.js', async () => {
  const load = vi.fn(async () => ({ proxy: () => new Response('proxy'), register: () => {}, onRequestError: () => {} }))
  const app = routerOf(
    { '/': { GET: echo } },
    {},
    { proxy: { file: 'proxy.ts', load }, instrumentation: { file: 'instrumentation.ts', load } },
  )
  expect(await (await call(app, '/')).json()).toMatchObject({ params: {} })
  expect((await call(app, '/nothing')).status).toBe(404)
  expect(load).not.toHaveBeenCalled()
})

describe('what Next.js answers itself', () => {
  const routes = {
    '/redirect': { GET: redirecting, POST: redirecting },
    '/missing': { GET: () => Promise.reject(missing) },
    '/failing': { GET: failing },
    '/text': { GET: () => Promise.reject('only text') },
    '/nothing': { GET: () => undefined },
  }
  const logError = vi.fn()
  const make = (settings: Partial<RouteManifest> = {}) => routerOf(routes, { logError }, settings)
  afterEach(() => logError.mockClear())

  test.each([
    ['/redirect', expect.objectContaining({ digest: 'NEXT_REDIRECT;replace;/there;307;' })],
    ['/missing', missing],
    ['/failing', expect.objectContaining({ message: 'broken' })],
    ['/text', 'only text'],
    ['/nothing', expect.objectContaining({ message: expect.stringContaining("'/nothing/route.ts' (GET)") })],
  ])('%s is thrown to it, and not logged', async (path, thrown) => {
    await expect(call(make(), path)).rejects.toEqual(thrown)
    const behindProxy = make({ proxy: { file: 'proxy.ts', load: async () => ({}) } })
    await expect(call(behindProxy, path)).rejects.toEqual(thrown)
    const app = make()
    app.use(async (_c, next) => next())
    await expect(call(app, path)).rejects.toEqual(thrown)
    expect(logError).not.toHaveBeenCalled()
  })

  test.each([
    ['/redirect', 307, 0],
    ['/missing', 404, 0],
    ['/failing', 500, 1],
  ])('%s with CORS headers is answered with them', async (path, status, logged) => {
    const app = make()
    app.use(cors())
    const response = await call(app, path)
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, '*'])
    if (status === 307) expect(response.headers.get('location')).toBe('/there')
    expect(logError).toHaveBeenCalledTimes(logged)
  })

  test('a form’s redirect is 303 in that case too', async () => {
    const app = make()
    app.use(cors())
    const init = { method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect((await call(app, '/redirect', undefined, init)).status).toBe(303)
  })

  test('what Next.js signals by an error reaches it past any middleware', async () => {
    const signal = Object.assign(new Error('dynamic'), { digest: 'DYNAMIC_SERVER_USAGE' })
    const app = routerOf({ '/': { GET: () => Promise.reject(signal) } })
    app.use(cors())
    app.onError(() => new Response('handled'))
    await expect(call(app, '/')).rejects.toBe(signal)
  })

  test('an application’s own error handler gets errors, and no redirects', async () => {
    const app = make()
    app.onError((error) => new Response(error.message, { status: 418 }))
    expect(await (await call(app, '/failing')).text()).toBe('broken')
    await expect(call(app, '/redirect')).rejects.toMatchObject({ digest: expect.stringContaining('NEXT_REDIRECT') })
  })

  test('an HTTPException is its own answer', async () => {
    const app = routerOf({
      '/': {
        GET: () => {
          throw new HTTPException(402, { message: 'pay' })
        },
      },
    })
    expect((await call(app, '/')).status).toBe(402)
  })

  test('an error of middleware is thrown to it', async () => {
    const app = make()
    app.use(() => {
      throw new Error('middleware')
    })
    await expect(call(app, '/redirect')).rejects.toThrow('middleware')
  })
})

test('methods and paths without a handler are answered as elsewhere', async () => {
  const app = routerOf({ '/': { POST: echo } })
  const refused = await call(app, '/')
  expect([refused.status, refused.headers.get('allow'), await refused.json()]).toEqual([
    405,
    'OPTIONS, POST',
    { error: 'Method Not Allowed' },
  ])
  expect(await (await call(app, '/none')).json()).toEqual({ error: 'Not Found' })
  app.get('/own', (c) => c.text('own'))
  expect(await (await call(app, '/own')).text()).toBe('own')
})

test('a file that asks to be kept is run, with one warning', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const app = routerOf({ '/': { GET: echo, revalidate: 60, dynamic: 'force-static' } })
  for (let i = 0; i < 2; i++) expect((await call(app, '/')).status).toBe(200)
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/^everyroute: \/\/route\.ts exports revalidate and dynamic,/)]])
  warn.mockRestore()
})

test('a router within another application is mounted too', async () => {
  const outer = new Hono()
  outer.route('/api', routerOf({ '/users/[id]': { GET: echo }, '/redirect': { GET: redirecting } }))
  expect(await (await call(outer, '/users/7')).json()).toMatchObject({ params: { id: '7' } })
  await expect(call(outer, '/redirect')).rejects.toMatchObject({ digest: expect.stringContaining('NEXT_REDIRECT') })
})
