import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serve } from '../../src/adapters/node.js'
import type { RouteModule } from '../../src/index.js'
import type { NextRequest } from '../../src/next/server.js'
import { type Source, setUp, startSource } from './helpers.js'

let source: Source
const handlers: Record<string, RouteModule> = {
  '/copy': { POST: async (request: Request) => Response.json(await new Request(request, { headers: { 'x-new': '1' } }).json()) },
  '/clone': { POST: async (request: Request) => Response.json([await request.clone().json(), await request.json()]) },
  '/forward': { POST: async (request: Request) => fetch(new Request(source.url, request)) },
  '/fetch': { GET: async (request: NextRequest) => await fetch(source.url, { headers: request.headers, signal: request.signal }) },
  '/members': {
    GET: (request: NextRequest) =>
      Response.json({
        search: request.nextUrl.searchParams.get('q'),
        pathname: request.nextUrl.pathname,
        cookie: request.cookies.get('a')?.value,
        all: request.cookies.getAll().map(({ name }) => name),
        same: [request.nextUrl, request.cookies].every((member, i) => member === [request.nextUrl, request.cookies][i]),
        isRequest: request instanceof Request,
        headers: new Headers(request.headers).get('x-a'),
      }),
  },
  '/changed': {
    GET: (request: NextRequest) => {
      request.headers.set('x-added', '1')
      request.nextUrl.searchParams.set('q', '2')
      request.cookies.set('c', '3')
      return Response.json([
        request.headers.get('x-added'),
        request.nextUrl.search,
        request.headers.get('cookie'),
        new URL(request.url).search,
      ])
    },
  },
  '/gone': {
    GET: (request: NextRequest) => {
      const message = (read: () => unknown): string => {
        try {
          return String(read())
        } catch (error) {
          return (error as Error).message.split('\n')[0]!
        }
      }
      const old = request as unknown as { page: unknown; ua: unknown; geo: unknown; ip: unknown }
      return Response.json([message(() => old.page), message(() => old.ua), message(() => old.geo), message(() => old.ip)])
    },
  },
}

beforeAll(async () => {
  source = await startSource((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () =>
      response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], probe: request.headers['x-a'], body })),
    )
  })
})
afterAll(() => source.close())

describe.each(['in process', 'behind serve()'])('%s', (where) => {
  let served: Served | undefined
  let send: (path: string, init?: RequestInit) => Promise<Response>

  beforeAll(async () => {
    const { app } = setUp(handlers)
    if (where === 'in process') {
      send = async (path, init) => app.request(path, init)
      return
    }
    served = await serve(app, { port: 0, hostname: '127.0.0.1', quiet: true, signals: false })
    send = (path, init) => fetch(served!.url + path, init)
  })
  afterAll(() => served?.close())

  const posted = { method: 'POST', body: '{"n":1}', headers: { 'content-type': 'application/json', 'x-a': 'b' } }

  test('new Request(request)', async () => {
    expect(await (await send('/copy', posted)).json()).toEqual({ n: 1 })
  })
  test('request.clone(), both of which can be read', async () => {
    expect(await (await send('/clone', posted)).json()).toEqual([{ n: 1 }, { n: 1 }])
  })
  test('handed on to fetch, body and headers included', async () => {
    expect(await (await send('/forward', posted)).json()).toEqual({ method: 'POST', type: 'application/json', probe: 'b', body: '{"n":1}' })
  })
  test('its headers and signal handed on to fetch', async () => {
    expect(await (await send('/fetch', { headers: { 'x-a': 'b' } })).json()).toMatchObject({ method: 'GET', probe: 'b' })
  })
  test('nextUrl and cookies', async () => {
    const response = await send('/members?q=%20x', { headers: { cookie: 'a=1; b=%', 'x-a': 'y' } })
    expect(await response.json()).toEqual({
      search: ' x',
      pathname: '/members',
      cookie: '1',
      all: ['a'],
      same: true,
      isRequest: true,
      headers: 'y',
    })
  })
  test('headers, nextUrl and cookies may be changed; the url stays', async () => {
    expect(await (await send('/changed?q=1', { headers: { cookie: 'a=b' } })).json()).toEqual(['1', '?q=2', 'a=b; c=3', '?q=1'])
  })
  test('members that Next.js has taken away say so', async () => {
    expect(await (await send('/gone')).json()).toEqual([
      'The request.page has been deprecated in favour of `URLPattern`.',
      'The request.ua has been removed in favour of `userAgent` function.',
      'undefined',
      'undefined',
    ])
  })
})
