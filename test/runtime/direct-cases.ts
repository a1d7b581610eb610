import { HTTPException } from 'hono/http-exception'
import type { MiddlewareHandler } from 'hono/types'
import { apiError, defineHandler } from '../../src/handler.ts'
import type { ManifestFile } from '../../src/index.ts'
import { cors } from '../../src/middleware/cors.ts'
import { errors } from '../../src/middleware/errors.ts'
import { cookies } from '../../src/next/headers.ts'
import { notFound, redirect } from '../../src/next/navigation.ts'
import type { RouteManifest, RouteModule } from '../../src/routing/manifest.ts'
import { manifestOf } from './helpers.ts'

/** What has to be answered alike by Hono and past it. */

type Context = { params: Promise<Record<string, string>> }

const defined = defineHandler({}, async (_request, { c }) => {
  c.header('x-defined', 'yes')
  return Response.json({ path: c.req.path })
})

export const modules: Record<string, RouteModule> = {
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

const prepare: MiddlewareHandler = async (c, next) => {
  c.header('x-prepared', 'before')
  c.header('x-one', 'of the middleware')
  await next()
  c.header('x-late', String(c.res.status))
  c.res.headers.append('vary', 'Accept')
}

const stop: MiddlewareHandler = async (c, next) => {
  if (c.req.query('stop') === '1') return c.text('stopped', 403)
  if (c.req.query('fail') === '1') throw new Error('in the middleware')
  await next()
}

const replace: MiddlewareHandler = async (c, next) => {
  await next()
  if (c.req.query('replace') === '1') c.res = new Response(`${await c.res.text()} replaced`, c.res)
}

const reads: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'POST') await c.req.text()
  await next()
}

const pass: MiddlewareHandler = (_c, next) => next()

const twice: MiddlewareHandler = (c, next) => {
  const first = next()
  return c.req.query('twice') === '1' ? next() : first
}

const again: MiddlewareHandler = async (c, next) => {
  await next()
  if (c.req.query('again') === '1') await next()
}

const chain: ManifestFile = {
  file: '_middleware.ts',
  load: async () => ({
    default: [cors({ origin: 'https://app.example' }), errors(), pass, twice, prepare, again, replace, stop, reads, pass],
  }),
}

/** All of the modules behind the middleware of a folder. */
export const guarded: Partial<RouteManifest> = {
  routes: manifestOf(modules).routes.map((route) => ({ ...route, middleware: [chain] })),
  folders: [{ pathname: '/', middleware: [chain] }],
}

export const REQUESTS: readonly [path: string, init?: RequestInit][] = [
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
  ['/users/7', { headers: { origin: 'https://app.example' } }],
  ['/users/7', { method: 'OPTIONS', headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' } }],
  ['/users/7?stop=1'],
  ['/users/7?fail=1'],
  ['/users/7?again=1'],
  ['/users/7?twice=1'],
  ['/headers?replace=1'],
  ['/nowhere'],
  ['/constructor'],
]
