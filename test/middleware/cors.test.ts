import type { MiddlewareHandler } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { withMiddleware } from '../../src/handler.ts'
import { createRouter } from '../../src/index.ts'
import { type CorsOptions, cors } from '../../src/middleware/cors.ts'
import { manifestOf, setUp } from '../runtime/helpers.ts'

const APP = 'https://app.example'

const modules = {
  '/items': {
    GET: () => Response.json([1]),
    POST: () => Response.json({ error: 'no' }, { status: 422, headers: { vary: 'Accept-Encoding' } }),
    PUT: () => Response.redirect('https://elsewhere.example/', 302),
    DELETE: () => {
      throw new Error('secret')
    },
    PATCH: () => {
      throw 'not even an error'
    },
  },
  '/own': { GET: () => new Response(), OPTIONS: () => new Response('mine', { headers: { vary: 'origin' } }) },
  '/only-get': { GET: () => new Response() },
}

function serve(options: CorsOptions, ...inner: MiddlewareHandler[]) {
  const { app } = setUp(modules)
  app.use(cors(options), ...inner)
  return (path: string, init: RequestInit & { origin?: string } = {}) => {
    const { origin = APP, ...rest } = init
    return app.request(path, { ...rest, headers: { ...(origin && { origin }), ...rest.headers } })
  }
}

const preflight = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'OPTIONS',
  headers: { 'access-control-request-method': 'POST', ...headers },
})

const corsHeaders = ({ headers }: Response) => [...headers.keys()].filter((name) => name.startsWith('access-control-'))

describe('preflights', () => {
  it.each(['/items', '/own', '/only-get', '/nowhere'])('are answered for %s, whatever it exports', async (path) => {
    const answer = await serve({ origin: [APP], credentials: true, maxAge: 600, allowMethods: ['GET', 'POST'] })(
      path,
      preflight({ 'access-control-request-headers': 'X-One, x-two' }),
    )
    expect(answer.status).toBe(204)
    expect(await answer.text()).toBe('')
    expect(Object.fromEntries(answer.headers)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'X-One,x-two',
      'access-control-allow-methods': 'GET,POST',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  it('name no origin that is not allowed, and no private network', async () => {
    const answer = await serve({ origin: APP })('/items', {
      ...preflight({ 'access-control-request-private-network': 'true' }),
      origin: 'https://app.example.evil.example',
    })
    expect(answer.headers.has('access-control-allow-origin')).toBe(false)
    expect(answer.headers.has('access-control-allow-private-network')).toBe(false)
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  it('vary by the origin once, for every origin too', async () => {
    const answer = await serve({})('/items', preflight())
    expect(answer.headers.get('vary')).toBe('Origin')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('run no middleware behind', async () => {
    const inner = vi.fn()
    await serve({}, inner as MiddlewareHandler)('/items', preflight())
    expect(inner).not.toHaveBeenCalled()
  })

  it('are answered by a file that exports OPTIONS for it', async () => {
    const OPTIONS = withMiddleware(cors({ origin: APP }))()
    const answer = await OPTIONS(
      new Request('http://localhost/', { ...preflight(), headers: { origin: APP, 'access-control-request-method': 'PUT' } }),
    )
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
  })
})

describe('a plain OPTIONS', () => {
  it.each([{ 'access-control-request-method': '' }, { origin: '', 'access-control-request-method': 'GET' }])(
    'is the route’s: %j',
    async ({ origin, ...headers }) => {
      const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
      const answer = await serve({ origin: APP })('/own', { method: 'OPTIONS', headers: given, ...(origin !== undefined && { origin }) })
      expect(await answer.text()).toBe('mine')
      expect(answer.headers.get('vary')).toBe('origin')
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin === '' ? null : APP)
    },
  )
})

describe('other answers', () => {
  it.each([
    ['GET', '/items', 200],
    ['HEAD', '/items', 200],
    ['POST', '/items', 422],
    ['PUT', '/items', 302],
    ['DELETE', '/items', 500],
    ['PATCH', '/items', 500],
    ['POST', '/only-get', 405],
    ['GET', '/nowhere', 404],
    ['GET', '/%ff', 404],
  ])('%s %s carries the headers', async (method, path, status) => {
    const answer = await serve({ origin: [APP, 'null'], credentials: true, exposeHeaders: ['X-A', 'X-B'] })(path, { method })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('access-control-expose-headers')).toBe('X-A,X-B')
    expect(answer.headers.get('vary')?.match(/origin/gi)).toHaveLength(1)
  })

  it('keep what they vary by', async () => {
    expect((await serve({ origin: APP })('/items', { method: 'POST' })).headers.get('vary')).toBe('Accept-Encoding, Origin')
  })

  it('carry the headers where middleware behind has thrown', async () => {
    const fail: MiddlewareHandler = () => {
      throw new Error('no')
    }
    const answer = await serve({ origin: APP }, fail)('/items')
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([500, APP])
  })

  it('vary by the origin where it is not allowed, or not given', async () => {
    const request = serve({ origin: APP, credentials: true })
    for (const origin of ['https://other.example', 'null', '', 'http://app.example', `${APP}:8443`]) {
      const answer = await request('/items', { origin })
      expect(answer.headers.get('vary')).toBe('Origin')
      expect(corsHeaders(answer)).toEqual([])
    }
  })

  it('name the origin null where it is listed', async () => {
    expect((await serve({ origin: [APP, 'null'] })('/items', { origin: 'null' })).headers.get('access-control-allow-origin')).toBe('null')
  })

  it('carry the headers from a folder’s middleware, and natively', async () => {
    const middleware = [{ file: '_middleware.ts', load: async () => ({ default: cors({ origin: APP }) }) }]
    const { routes } = manifestOf(modules)
    const app = createRouter(
      { version: 2, routes: routes.map((route) => ({ ...route, middleware })), folders: [{ pathname: '/', middleware }] },
      { logError: () => {} },
    )
    const native = withMiddleware(cors({ origin: APP }))(() => Response.redirect('https://elsewhere.example/'))
    const headers = { origin: APP }
    for (const answer of [
      await app.request('/items', { headers }),
      await app.request('/items', { method: 'DELETE', headers }),
      await app.request('/nowhere', { headers }),
      await native(new Request('http://localhost/', { headers })),
    ]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
      expect(answer.headers.get('vary')).toBe('Origin')
    }
    const answer = await app.request('/only-get', { ...preflight(), headers: { origin: APP, 'access-control-request-method': 'PUT' } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, APP])
  })
})

describe('a function', () => {
  it('decides by origin and request, asynchronously too', async () => {
    const request = serve({ origin: async (origin, c) => (c.req.path === '/items' && origin.endsWith('.example') ? origin : null) })
    expect((await request('/items')).headers.get('access-control-allow-origin')).toBe(APP)
    expect((await request('/own')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('that fails allows nothing, and the answer stays', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const answer = await serve({
      origin: async () => {
        throw new Error('database')
      },
    })('/items')
    expect([answer.status, corsHeaders(answer)]).toEqual([200, []])
    expect(log).toHaveBeenCalledWith(expect.stringContaining('cors'), expect.any(Error))
    log.mockRestore()
  })

  it('is not asked about null, nor believed about * with credentials', async () => {
    expect(corsHeaders(await serve({ origin: (origin) => origin })('/items', { origin: 'null' }))).toEqual([])
    expect(corsHeaders(await serve({ origin: () => '*', credentials: true })('/items'))).toEqual([])
  })
})

describe('options', () => {
  it.each<[string, CorsOptions]>([
    ['origin is "*" and credentials', { credentials: true }],
    ['origin is "*" and credentials', { origin: '*', credentials: true }],
    ['empty list', { origin: [] }],
    ['give "https://app.example"', { origin: 'https://app.example/' }],
    ['give "https://app.example"', { origin: ['https://app.example/path'] }],
    ['give "https://app.example"', { origin: ['https://APP.example'] }],
    ['give "https://app.example"', { origin: ['https://app.example:443'] }],
    ['scheme and host', { origin: 'app.example' }],
    ['scheme and host', { origin: 'localhost:3000' }],
    ['scheme and host', { origin: '' }],
    ['outside of a list', { origin: [APP, '*'] }],
    ['a function', { origin: 'https://*.app.example' }],
    ['origin names 1', { origin: 1 as never }],
    ['maxAge is -1', { maxAge: -1 }],
    ['maxAge is 86401', { maxAge: 86_401 }],
    ['maxAge is 1.5', { maxAge: 1.5 }],
    ['allowMethods names "GET, POST"', { allowMethods: ['GET, POST'] }],
    ['allowHeaders names "x y"', { allowHeaders: ['x y'] }],
    ['exposeHeaders names "a\\nb"', { exposeHeaders: ['a\nb'] }],
    ['exposeHeaders has "*"', { origin: APP, credentials: true, exposeHeaders: ['*'] }],
    ['allowHeaders is no list', { allowHeaders: 'x' as never }],
  ])('%s', (message, options) => {
    expect(() => cors(options)).toThrow(TypeError)
    expect(() => cors(options)).toThrow(message)
  })

  it.each(['http://localhost:3000', 'capacitor://localhost', 'chrome-extension://abcdef', 'null', 'http://[::1]:8080'])(
    '%s is an origin',
    (origin) => {
      expect(() => cors({ origin })).not.toThrow()
    },
  )
})
