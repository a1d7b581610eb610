import type { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, test, vi } from 'vitest'
import { apiError, defineHandler } from '../../src/handler.ts'
import type { RouterOptions } from '../../src/index.ts'
import { cookies } from '../../src/next/headers.ts'
import { notFound, redirect } from '../../src/next/navigation.ts'
import { after } from '../../src/next/server.ts'
import type { RouteManifest, RouteModule } from '../../src/routing/manifest.ts'
import { type Logged, setUp } from './helpers.ts'

/**
 * Requests for files behind nothing go past Hono. Each of these is sent to two routers, one of which has a handler of the application's
 * own somewhere else and so goes by Hono every time: answers, and what is logged, have to be the same.
 */

type Context = { params: Promise<Record<string, string>> }

const defined = defineHandler({}, async (_request, { c }) => {
  c.header('x-defined', 'yes')
  return Response.json({ path: c.req.path })
})

const modules: Record<string, RouteModule> = {
  '/': { GET: () => new Response('root') },
  '/users/[id]': { GET: async (_: Request, { params }: Context) => Response.json(await params) },
  '/files/[...path]': { GET: async (_: Request, { params }: Context) => Response.json(await params) },
  '/sync': { GET: (_: Request, { params }: { params: { id?: string } }) => Response.json({ id: params.id ?? null }) },
  '/body': { POST: async (request: Request) => Response.json({ got: await request.text() }) },
  '/url': { GET: (request: Request & { nextUrl: URL }) => Response.json([request.url, request.nextUrl.pathname, request.nextUrl.search]) },
  '/headers': { GET: () => new Response('x', { status: 201, headers: { 'x-one': '1', 'content-encoding': 'gzip' } }) },
  '/cookies': {
    GET: async () => {
      ;(await cookies()).set('a', '1')
      return new Response('set', { headers: { 'set-cookie': 'b=2' } })
    },
  },
  '/redirect': { GET: () => redirect('/elsewhere') },
  '/missing': { GET: () => notFound() },
  '/throws': {
    GET: () => {
      throw new Error('a bug')
    },
  },
  '/rejects': { GET: async () => Promise.reject(new TypeError('a bug')) },
  '/throws-text': { GET: () => Promise.reject('text') },
  '/exception': {
    GET: () => {
      throw new HTTPException(418, { message: 'teapot' })
    },
  },
  '/nothing': { GET: () => undefined },
  '/api-error': { GET: () => apiError('Taken', 409, { field: 'name' }) },
  '/defined': { GET: defined },
  '/calls-defined': { GET: (request: Request, context: Context) => defined(request, context as never) },
  '/post-only': { POST: () => new Response('posted') },
  '/static': { GET: () => new Response('kept'), dynamic: 'force-static' },
  '/listed/[id]': {
    GET: async (_: Request, { params }: Context) =>
      Response.json(await params, {
        headers: [
          ['x-a', '1'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
        ],
      }),
    generateStaticParams: () => [{ id: '1' }],
    dynamicParams: false,
  },
  '/kept/[id]': { GET: async (_: Request, { params }: Context) => Response.json(await params), dynamic: 'force-static' },
  '/reads': { GET: (request: Request) => Response.json(request.headers.get('x-own')), dynamic: 'auto', revalidate: 60 },
  '/stream': { GET: () => new Response(new Blob(['a', 'b']).stream()) },
}

interface Two {
  readonly direct: Hono
  readonly byHono: Hono
  readonly logs: readonly [Logged[], Logged[]]
}

function createTwo(more: Partial<RouteManifest> = {}, options: RouterOptions = {}, prepare: (app: Hono) => void = () => {}): Two {
  const [direct, byHono] = [setUp(modules, options, more), setUp(modules, options, more)]
  for (const { app } of [direct, byHono]) prepare(app)
  byHono.app.get('/of-the-application/alone', (c) => c.text('own'))
  return { direct: direct.app, byHono: byHono.app, logs: [direct.logged, byHono.logged] }
}

async function describeAnswer(app: Hono, path: string, init: RequestInit): Promise<unknown> {
  const response = await app.request(path, init)
  const { status, headers, statusText } = response
  return { status, statusText, headers: [...headers], body: await response.text() }
}

const messages = (logged: readonly Logged[]): unknown[] => logged.map(([error, context]) => [String(error), context])

const REQUESTS: [path: string, init?: RequestInit][] = [
  ['/'],
  ['/?a=1'],
  ['/users/7'],
  ['/users/a%20b'],
  ['/users/%E0%A4%A'],
  ['/users/7/'],
  ['/users//7'],
  ['/files/a/b'],
  ['/files/a//b'],
  ['/files/a/'],
  ['/sync'],
  ['/body', { method: 'POST', body: 'text' }],
  ['/url?a=b&c'],
  ['/headers'],
  ['/cookies', { headers: { cookie: 'a=0; z=9' } }],
  ['/users/7', { headers: { cookie: '__prerender_bypass=forged' } }],
  ['/redirect'],
  ['/missing'],
  ['/throws'],
  ['/rejects'],
  ['/throws-text'],
  ['/exception'],
  ['/nothing'],
  ['/api-error'],
  ['/defined'],
  ['/calls-defined'],
  ['/post-only'],
  ['/post-only', { method: 'OPTIONS' }],
  ['/users/7', { method: 'HEAD' }],
  ['/users/7', { method: 'PROPFIND' }],
  ['/static'],
  ['/static?a=1'],
  ['/static', { method: 'POST' }],
  ['/static', { headers: { cookie: '__prerender_bypass=forged' } }],
  ['/listed/1'],
  ['/listed/2'],
  ['/kept/7'],
  ['/reads', { headers: { 'x-own': '1' } }],
  ['/stream'],
  ['/nowhere'],
  ['/constructor'],
]

const SETTINGS: [name: string, more: Partial<RouteManifest>, options: RouterOptions, prefix: string, prepare?: (app: Hono) => void][] = [
  ['by default', {}, {}, ''],
  ['with a base path', { basePath: '/base' }, {}, '/base'],
  ['with trailing slashes', { trailingSlash: true }, {}, ''],
  ['in strict mode', {}, { strict: true }, ''],
  ['in development', {}, { development: true }, ''],
  ['with an error handler', {}, {}, '', (app) => void app.onError((error, c) => c.json({ own: error.message }, 503))],
]

describe.each(SETTINGS)('%s', (_name, more, options, prefix, prepare) => {
  test.each(REQUESTS)('%s %o', async (path, init = {}) => {
    const { direct, byHono, logs } = createTwo(more, options, prepare)
    const target = prefix + path
    // The first request loads the file, and goes by Hono in both; the next ones may find something kept.
    for (let i = 0; i < 3; i++) {
      expect(withoutStack(await describeAnswer(direct, target, init))).toEqual(withoutStack(await describeAnswer(byHono, target, init)))
    }
    expect(messages(logs[0])).toEqual(messages(logs[1]))
  })
})

const withoutStack = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer).replace(/\\"stack\\":\\".*?\\"/, ''))

test('a file goes past Hono once it is loaded, until the application adds something of its own', async () => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') } })
  const match = vi.spyOn(app.router, 'match')
  await app.request('/a')
  expect(match).toHaveBeenCalledTimes(1)
  await app.request('/a')
  expect(match).toHaveBeenCalledTimes(1)
  app.use(async (c, next) => {
    await next()
    c.header('x-own', 'yes')
  })
  expect((await app.request('/a')).headers.get('x-own')).toBe('yes')
})

test('what runs after the answer and what the host is asked to wait for are the same', async () => {
  const ran: string[] = []
  const GET = (): Response => {
    after(() => void ran.push('after'))
    return new Response('a')
  }
  const { app } = setUp({ '/a': { GET } })
  for (let i = 0; i < 2; i++) {
    const waited: Promise<unknown>[] = []
    await (await app.request('/a', {}, {}, { waitUntil: (work: Promise<unknown>) => void waited.push(work) } as never)).text()
    await Promise.all(waited)
    expect(waited).toHaveLength(1)
  }
  expect(ran).toEqual(['after', 'after'])
})

test('errors are told to instrumentation, once', async () => {
  const onRequestError = vi.fn()
  const instrumentation = { file: 'instrumentation.ts', load: async () => ({ onRequestError }) }
  const { app } = setUp({ '/throws': modules['/throws']! }, {}, { instrumentation })
  for (let i = 0; i < 2; i++) await app.request('/throws')
  expect(onRequestError).toHaveBeenCalledTimes(2)
})
