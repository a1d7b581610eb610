import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RouteModule, RouterOptions } from '../../src/index.js'
import { type NextFetchEvent, type NextRequest, NextResponse } from '../../src/next/server.js'
import { compileMatcher } from '../../src/runtime/proxy-matcher.js'
import { type Source, settled, setUp, startSource } from './helpers.js'

const echo = {
  GET: async (request: NextRequest, { params }: { params: Promise<object> }) =>
    Response.json({
      pathname: request.nextUrl.pathname,
      search: request.nextUrl.search,
      params: await params,
      probe: request.headers.get('x-probe'),
    }),
  POST: async (request: Request) => new Response(await request.text()),
}
const routes = { '/a': echo, '/users/[id]': echo }

const behind = (proxy: RouteModule, options: RouterOptions = {}, modules: Record<string, RouteModule> = routes) =>
  setUp(modules, options, { proxy: { file: 'proxy.ts', load: async () => proxy } })
const proxyOf = (run: (request: NextRequest) => unknown): RouteModule => ({ proxy: run })

describe('matcher', () => {
  const matches = (matcher: unknown, path: string, init: RequestInit = {}, basePath = ''): boolean =>
    compileMatcher(matcher, basePath, 'proxy.ts')(path.split('?')[0]!, new Request(`http://localhost${path}`, init))

  test.each<[unknown, string, boolean]>([
    [undefined, '/anything', true],
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['/a', '/A', false],
    ['/a', '/a/b', false],
    ['/a/:path*', '/a', true],
    ['/a/:path*', '/a/b/c', true],
    ['/a/:path+', '/a', false],
    ['/a/:id', '/a/b', true],
    ['/a/:id', '/a/b/c', false],
    ['/a/:id(\\d+)', '/a/7', true],
    ['/a/:id(\\d+)', '/a/x', false],
    ['/((?!api|_next/static).*)', '/about', true],
    ['/((?!api|_next/static).*)', '/api/x', false],
    [['/a', '/b'], '/b', true],
    [[{ source: '/a' }, '/b'], '/a', true],
    ['/', '/', true],
    ['/', '/a', false],
    ['/ü', '/%C3%BC', true],
  ])('%j %s: %s', (matcher, path, expected) => {
    expect(matches(matcher, path)).toBe(expected)
  })

  test('has and missing: headers, cookies, query, host', () => {
    const has = (condition: object): unknown => [{ source: '/a', has: [condition] }]
    const missing = (condition: object): unknown => [{ source: '/a', missing: [condition] }]
    const headers = { 'x-a': 'one', cookie: 'c=1' }
    expect(matches(has({ type: 'header', key: 'x-a' }), '/a', { headers })).toBe(true)
    expect(matches(has({ type: 'header', key: 'x-a', value: 'on' }), '/a', { headers })).toBe(false)
    expect(matches(has({ type: 'header', key: 'x-a', value: 'o.*' }), '/a', { headers })).toBe(true)
    expect(matches(has({ type: 'header', key: 'x-b' }), '/a', { headers })).toBe(false)
    expect(matches(has({ type: 'cookie', key: 'c', value: '1' }), '/a', { headers })).toBe(true)
    expect(matches(has({ type: 'query', key: 'q', value: '2' }), '/a?q=1&q=2')).toBe(true)
    expect(matches(has({ type: 'host', value: 'a.example' }), '/a', { headers: { host: 'A.example:80' } })).toBe(true)
    expect(matches(missing({ type: 'header', key: 'x-a' }), '/a', { headers })).toBe(false)
    expect(matches(missing({ type: 'header', key: 'x-a', value: 'other' }), '/a', { headers })).toBe(true)
    expect(
      matches([{ source: '/a', has: [{ type: 'query', key: 'q' }], missing: [{ type: 'header', key: 'x-a' }] }], '/a?q=1', { headers }),
    ).toBe(false)
  })

  test('with a base path', () => {
    expect(matches('/a', '/base/a', {}, '/base')).toBe(true)
    expect(matches('/a', '/a', {}, '/base')).toBe(false)
  })

  test.each([['a'], [7], [null], ['/a(b'], [{ source: 'a' }], [['/a', {}]]])('%j is refused with the file and the mend', (matcher) => {
    expect(() => compileMatcher(matcher, '', 'src/proxy.ts')).toThrow(/^src\/proxy\.ts: config\.matcher holds /)
  })

  test('outside of the matcher, the proxy does not run', async () => {
    const { app } = behind({ proxy: () => new Response('proxy'), config: { matcher: '/users/:path*' } })
    expect(await (await app.request('/users/7')).text()).toBe('proxy')
    expect((await (await app.request('/a')).json()).pathname).toBe('/a')
  })
})

describe('what a proxy may answer', () => {
  test.each([
    ['proxy', { proxy: () => new Response('p') }],
    ['middleware', { middleware: () => new Response('p') }],
    ['default', { default: () => new Response('p') }],
  ])('from the export %s', async (_, module) => {
    expect(await (await behind(module).app.request('/a')).text()).toBe('p')
  })

  test('nothing, or next(): the handler answers', async () => {
    for (const result of [undefined, null, NextResponse.next()]) {
      expect((await behind(proxyOf(() => result)).app.request('/a')).status).toBe(200)
    }
  })

  test('a response of its own', async () => {
    const { app } = behind(proxyOf(() => NextResponse.json({ no: 1 }, { status: 401, statusText: 'Mine' })))
    const response = await app.request('/a')
    expect([response.status, response.statusText, await response.json()]).toEqual([401, 'Mine', { no: 1 }])
  })

  test('a redirect, whose Location is relative on the same origin alone', async () => {
    const { app } = behind(
      proxyOf(({ nextUrl, url }) => NextResponse.redirect(nextUrl.pathname === '/a' ? new URL('/b?q#h', url) : 'https://b.example/x')),
    )
    expect([(await app.request('/a')).status, (await app.request('/a')).headers.get('location')]).toEqual([307, '/b?q#h'])
    expect((await app.request('/users/7')).headers.get('location')).toBe('https://b.example/x')
  })

  test('a redirect to the same origin never names another host', async () => {
    const { app } = behind(
      proxyOf(({ url }) =>
        NextResponse.redirect(new URL('http://localhost//evil.example/'.replace('http://localhost', new URL(url).origin))),
      ),
    )
    const location = (await app.request('/a')).headers.get('location')!
    expect(new URL(location, 'http://localhost').host).toBe('localhost')
  })

  test('a rewrite: params of the target, URL and query of the original', async () => {
    const { app } = behind(proxyOf(({ url }) => NextResponse.rewrite(new URL('/users/7?x=2', url))))
    expect(await (await app.request('/a?q=1')).json()).toEqual({ pathname: '/a', search: '?q=1', params: { id: '7' }, probe: null })
    expect((await behind(proxyOf(({ url }) => NextResponse.rewrite(new URL('/none', url)))).app.request('/a')).status).toBe(404)
  })

  test.each<[string, () => unknown]>([
    ['a throw', () => Promise.reject(new Error('secret'))],
    ['what is no Response', () => ({ status: 200 })],
  ])('%s is a 500, logged', async (_, run) => {
    const { app, logged } = behind(proxyOf(run))
    const response = await app.request('/a')
    expect([response.status, await response.text()]).toEqual([500, '{"error":"Internal Server Error"}'])
    expect(logged.map(([, context]) => context)).toEqual([{ phase: 'proxy', file: 'proxy.ts', pathname: '/a' }])
  })

  test('a file without a function says so', async () => {
    const { app, logged } = behind({ config: {} })
    expect((await app.request('/a')).status).toBe(500)
    expect(String(logged[0]?.[0])).toContain('proxy.ts must export a function named `proxy`')
  })

  describe('a rewrite to another origin', () => {
    let source: Source
    beforeAll(async () => {
      source = await startSource((request, response) =>
        response.writeHead(202, { 'x-source': '1' }).end(`${request.method} ${request.url} ${request.headers['x-probe']}`),
      )
    })
    afterAll(() => source.close())

    test('sends what is compressed there as it was before, and a body of unknown length', async () => {
      const text = 'text '.repeat(100)
      const zipped = gzipSync(text)
      const headers = { 'content-encoding': 'gzip', 'content-length': zipped.length, 'content-type': 'text/plain' }
      const compressing = await startSource((request, response) =>
        request.resume().on('end', () => response.writeHead(200, headers).end(zipped)),
      )
      const { app } = behind(proxyOf(() => NextResponse.rewrite(compressing.url)))
      const sent = { 'transfer-encoding': 'chunked', connection: 'keep-alive', 'keep-alive': 'timeout=5', expect: '100-continue' }
      const response = await app.request('/a', { method: 'POST', body: 'b', headers: sent })
      const shown = ['content-type', 'content-encoding', 'content-length', 'connection'].map((name) => response.headers.get(name))
      await compressing.close()
      expect([response.status, ...shown, await response.text()]).toEqual([200, 'text/plain', null, null, null, text])
    })

    test('answers with what is fetched there', async () => {
      const { app } = behind(proxyOf(() => NextResponse.rewrite(`${source.url}/there?x=1`, { headers: { 'x-own': '1' } })))
      const response = await app.request('/a', { method: 'POST', body: 'b', headers: { 'x-probe': 'p' } })
      expect([response.status, response.headers.get('x-source'), response.headers.get('x-own'), await response.text()]).toEqual([
        202,
        '1',
        '1',
        'POST /there?x=1 p',
      ])
    })
  })
})

describe('headers', () => {
  test('of the proxy win on every answer: 200, HEAD, 404, 405, 500', async () => {
    const run = proxyOf(() => NextResponse.next({ headers: { 'x-own': 'proxy', 'set-cookie': 'p=1' } }))
    const GET = () => new Response('ok', { headers: { 'x-own': 'handler', 'set-cookie': 'h=1' } })
    const fail = (): never => {
      throw new Error('x')
    }
    const { app } = behind(run, {}, { '/a': { GET }, '/e': { GET: fail } })
    for (const [path, method, status] of [
      ['/a', 'GET', 200],
      ['/a', 'HEAD', 200],
      ['/a', 'POST', 405],
      ['/none', 'GET', 404],
      ['/e', 'GET', 500],
    ] as const) {
      const response = await app.request(path, { method })
      expect([path, method, response.status, response.headers.get('x-own')]).toEqual([path, method, status, 'proxy'])
      expect(response.headers.getSetCookie()).toEqual(status === 200 ? ['p=1', 'h=1'] : ['p=1'])
    }
  })

  test('handed on to the handler: exactly those named', async () => {
    const { app } = behind(
      proxyOf((request) => {
        const headers = new Headers(request.headers)
        headers.set('x-probe', 'changed')
        return NextResponse.next({ request: { headers } })
      }),
    )
    const response = await app.request('/a', { headers: { 'x-probe': 'sent' } })
    expect((await response.json()).probe).toBe('changed')
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-middleware'))).toEqual([])
    const { app: without } = behind(proxyOf(() => NextResponse.next({ request: { headers: new Headers({ 'x-other': '1' }) } })))
    expect((await (await without.request('/a', { headers: { 'x-probe': 'sent' } })).json()).probe).toBeNull()
  })

  test('by which proxies are steered do nothing when a client sends them', async () => {
    const headers = {
      'x-middleware-override-headers': 'x-probe',
      'x-middleware-request-x-probe': 'forged',
      'x-middleware-rewrite': '/users/7',
      'x-middleware-subrequest': 'proxy:proxy',
    }
    let ran = 0
    const { app } = behind(proxyOf(() => void ran++))
    expect(await (await app.request('/a', { headers })).json()).toMatchObject({ pathname: '/a', params: {}, probe: null })
    expect(ran).toBe(1)
  })

  test('by which proxies are steered do nothing when a proxy puts those of the client on its answer', async () => {
    const { app } = behind(proxyOf((request) => NextResponse.next({ headers: request.headers })))
    const response = await app.request('/a', { headers: { 'x-middleware-rewrite': 'http://localhost/users/7', 'x-probe': 'sent' } })
    expect([response.headers.get('x-probe'), await response.json()]).toEqual([
      'sent',
      expect.objectContaining({ params: {}, probe: 'sent' }),
    ])
    const forged = { 'x-middleware-override-headers': 'x-probe', 'x-middleware-request-x-probe': 'forged' }
    expect((await (await app.request('/a', { headers: forged })).json()).probe).toBeNull()
  })
})

test('work given to waitUntil that fails is logged', async () => {
  const { app, logged } = behind({
    proxy: (_request: Request, event: NextFetchEvent) => event.waitUntil(Promise.reject(new Error('work'))),
  })
  expect((await app.request('/a')).status).toBe(200)
  await settled()
  expect(logged).toEqual([[new Error('work'), { phase: 'proxy', file: 'proxy.ts', pathname: '/a' }]])
})

test('TRACE, which no Request can be made with, passes', async () => {
  const { app } = behind(proxyOf(() => NextResponse.next({ headers: { 'x-own': 'proxy' } })))
  const request = Object.defineProperty(new Request('http://localhost/a'), 'method', { value: 'TRACE' })
  const response = await app.fetch(request)
  expect([response.status, response.headers.get('x-own')]).toEqual([405, 'proxy'])
})

test('the body can be read by the proxy and by the handler', async () => {
  const seen: string[] = []
  const { app } = behind(proxyOf(async (request) => void seen.push(await request.text())))
  expect(await (await app.request('/a', { method: 'POST', body: 'text' })).text()).toBe('text')
  expect(seen).toEqual(['text'])
})

test('with a base path, the proxy sees it and the handler does not', async () => {
  const seen: string[] = []
  const { app } = behind(
    proxyOf(({ nextUrl }) => void seen.push(`${nextUrl.basePath} ${nextUrl.pathname}`)),
    { basePath: '/base' },
  )
  expect((await (await app.request('/base/a')).json()).pathname).toBe('/a')
  expect((await app.request('/a')).status).toBe(404)
  expect((await app.request('/based/a')).status).toBe(404)
  expect(seen).toEqual(['/base /a'])
})
