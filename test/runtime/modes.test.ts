import { describe, expect, test } from 'vitest'
import type { RouteModule } from '../../src/index.js'
import { NextRequest, NextResponse } from '../../src/next/server.js'
import { done, setUp } from './helpers.js'

type Context = { params: unknown }

const GET = (): Response => new Response('ok')

async function answerOf(module: RouteModule, strict: boolean, path = '/a', init: RequestInit = {}, pathname = '/a') {
  const { app } = setUp({ [pathname]: module }, { strict })
  const response = await app.request(new Request(`http://sent.example${path}`, init), undefined, { serverOrigin: 'http://localhost:4321' })
  return { status: response.status, allow: response.headers.get('allow'), body: await response.text() }
}

const OF_SERVER = [500, 'Internal Server Error', 'text/plain', 'private, no-cache, no-store, max-age=0, must-revalidate', null]

async function headOf(response: Response): Promise<unknown[]> {
  const { headers, status } = response
  return [status, await response.text(), ...['content-type', 'cache-control', 'refresh'].map((name) => headers.get(name))]
}

describe("strict: what Next.js's server answers itself", () => {
  const fail = (): never => {
    throw new Error('secret')
  }
  const behind = (proxy: (request: NextRequest) => unknown, strict = true) =>
    setUp({ '/a': { GET } }, { strict }, { proxy: { file: 'proxy.ts', load: async () => ({ proxy }) } })

  test.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', async () => fail()],
    ['returns no Response', () => ({ status: 200 })],
  ])('a proxy that %s', async (_, run) => {
    const { app, logged } = behind(run)
    expect(await headOf(await app.request('/a'))).toEqual(OF_SERVER)
    expect(logged.map(([, { phase }]) => phase)).toEqual(['proxy'])
  })

  test.each<[string, RouteModule, unknown[]]>([
    ['edge', { runtime: 'edge', GET: fail }, OF_SERVER],
    ['edge, without a Response', { runtime: 'edge', GET: () => undefined }, OF_SERVER],
    ['edge, after something asynchronous', { runtime: 'edge', GET: async () => fail() }, OF_SERVER],
    ['nodejs', { runtime: 'nodejs', GET: fail }, [500, '', null, null, null]],
  ])('a handler that throws, of the runtime %s', async (_, module, expected) => {
    const { app, logged } = setUp({ '/a': module }, { strict: true })
    for (let i = 0; i < 2; i++) expect(await headOf(await app.request('/a'))).toEqual(expected)
    expect(logged.map(([, { phase }]) => phase)).toEqual(['handler', 'handler'])
  })

  test.each([
    [307, null],
    [308, '0;url=/there?q=1#h'],
  ])('a redirect of a proxy: %i', async (status, refresh) => {
    const redirect = ({ url }: NextRequest): Response => NextResponse.redirect(new URL('/there?q=1#h', url), status)
    const { app } = behind(redirect)
    const response = await app.request('/a')
    expect(response.headers.get('location')).toBe('/there?q=1#h')
    expect(await headOf(response)).toEqual([status, '/there?q=1#h', null, null, refresh])
    expect(await headOf(await behind(redirect, false).app.request('/a'))).toEqual([status, '', null, null, null])
  })

  test("a proxy's own body counts for nothing with a redirect, and stays with any other Location", async () => {
    const own = (status: number) => async () => {
      const { app } = behind(
        ({ url }) => new Response('own', { status, headers: { location: new URL('/there', url).href, 'content-type': 'text/x' } }),
      )
      return headOf(await app.request('/a'))
    }
    expect(await own(302)()).toEqual([302, '/there', 'text/x', null, null])
    expect(await own(201)()).toEqual([201, 'own', 'text/x', null, null])
  })

  test('next-url of a client reaches proxies, and no handler', async () => {
    const seen: unknown[] = []
    const module = { GET: done(({ headers }) => seen.push(headers.get('next-url'))) }
    const proxy = { file: 'proxy.ts', load: async () => ({ proxy: ({ headers }: Request) => void seen.push(headers.get('next-url')) }) }
    for (const options of [{ strict: true }, { strict: false }]) {
      await setUp({ '/a': module }, options, { proxy }).app.request('/a', { headers: { 'next-url': '/x' } })
      await setUp({ '/a': module }, options).app.request('/a', { headers: { 'next-url': '/x' } })
    }
    expect(seen).toEqual(['/x', null, null, '/x', '/x', '/x'])
  })
})

describe.each([
  [false, 'default'],
  [true, 'strict'],
])('strict: %s', (strict) => {
  const json = (error: string): string => (strict ? '' : JSON.stringify({ error }))

  test('405 tells what is allowed by default alone', async () => {
    const allow = strict ? null : 'GET, HEAD, OPTIONS'
    expect(await answerOf({ GET }, strict, '/a', { method: 'POST' })).toEqual({ status: 405, allow, body: json('Method Not Allowed') })
  })

  test('404, and a thrown notFound', async () => {
    expect(await answerOf({ GET }, strict, '/b')).toMatchObject({ status: 404, body: json('Not Found') })
    const { notFound } = await import('../../src/next/navigation.js')
    expect(await answerOf({ GET: () => notFound() }, strict)).toMatchObject({ status: 404, body: json('Not Found') })
  })

  test('500', async () => {
    expect(await answerOf({ GET: () => undefined }, strict)).toMatchObject({ status: 500, body: json('Internal Server Error') })
  })

  test('malformed percent-encoding', async () => {
    const expected = strict ? { status: 500, body: '' } : { status: 400, body: json('Malformed percent-encoding in the path') }
    expect(await answerOf({ GET }, strict, '/%E0%A4%A', {}, '/[x]')).toMatchObject(expected)
  })

  test.each([
    ['QUERY', { QUERY: GET }, strict ? 400 : 200],
    ['QUERY', { GET }, strict ? 400 : 405],
    ['PROPFIND', { PROPFIND: GET }, strict ? 400 : 405],
    ['OPTIONS', { GET }, 204],
  ])('the method %s', async (method, module, status) => {
    expect((await answerOf(module, strict, '/a', { method })).status).toBe(status)
  })

  test('OPTIONS lists QUERY by default alone', async () => {
    const { allow } = await answerOf({ GET, QUERY: GET }, strict, '/a', { method: 'OPTIONS' })
    expect(allow).toBe(strict ? 'GET, HEAD, OPTIONS' : 'GET, HEAD, OPTIONS, QUERY')
  })

  test.each([
    ['/[[...o]]', '/index', strict ? {} : { o: ['index'] }],
    ['/opt/[[...o]]', '/opt/%69ndex', strict ? {} : { o: ['index'] }],
    ['/opt/[[...o]]', '/opt/%5B%5B...o%5D%5D', { o: ['[[...o]]'] }],
    ['/[a]/[[...o]]', '/index/index', strict ? { a: 'index' } : { a: 'index', o: ['index'] }],
    ['/opt/[[...o]]', '/opt/index/index', { o: ['index', 'index'] }],
    ['/opt/[[...o]]', '/opt/Index', { o: ['Index'] }],
    ['/opt/[[...o]]', '/opt', {}],
    ['/all/[...o]', '/all/index', { o: ['index'] }],
    ['/one/[o]', '/one/index', { o: 'index' }],
  ])('the params of %s for %s', async (pathname, path, expected) => {
    const module = { GET: async (_: Request, { params }: { params: Promise<object> }) => Response.json(await params) }
    const answer = await answerOf(module, strict, path, {}, pathname)
    expect(JSON.parse(answer.body)).toEqual(expected)
  })

  test('the query', async () => {
    const module = { GET: (request: Request) => new Response(new URL(request.url).search) }
    const { body } = await answerOf(module, strict, '/a?q=1&r=2&q=%7e3')
    expect(body).toBe(strict ? '?q=1&q=%7E3&r=2' : '?q=1&r=2&q=%7e3')
  })

  test('the origin', async () => {
    const module = { GET: (request: Request) => new Response(request.url) }
    expect((await answerOf(module, strict)).body).toBe(strict ? 'http://localhost:4321/a' : 'http://sent.example/a')
  })

  test('params of a static route', async () => {
    const module = { GET: async (_: Request, { params }: Context) => Response.json([params === undefined, await params]) }
    expect((await answerOf(module, strict)).body).toBe(strict ? '[true,null]' : '[false,{}]')
  })

  test('params of a dynamic route are a promise, by default with the values as properties too', async () => {
    const module = {
      GET: async (_: Request, { params }: { params: Promise<{ id: string }> & { id?: string } }) =>
        Response.json([params instanceof Promise, params.id ?? null, (await params).id, { ...params }]),
    }
    expect(JSON.parse((await answerOf(module, strict, '/users/7', {}, '/users/[id]')).body)).toEqual(
      strict ? [true, null, '7', {}] : [true, '7', '7', { id: '7' }],
    )
  })

  test('params named like a member of promises can be awaited', async () => {
    const module = { GET: async (_: Request, { params }: { params: Promise<object> }) => Response.json(await params) }
    expect((await answerOf(module, strict, '/x', {}, '/[then]')).body).toBe('{"then":"x"}')
    expect((await answerOf(module, strict, '/x', {}, '/[catch]')).body).toBe('{"catch":"x"}')
  })

  test('request instanceof NextRequest', async () => {
    const module = { GET: (request: Request) => Response.json([request instanceof NextRequest, request instanceof Request]) }
    expect((await answerOf(module, strict)).body).toBe(strict ? '[false,true]' : '[true,true]')
  })
})

test('HEAD is GET without a body, with its method shown', async () => {
  const { app } = setUp({ '/a': { GET: (request: Request) => new Response('body', { headers: { 'x-method': request.method } }) } })
  const response = await app.request('/a', { method: 'HEAD' })
  expect([response.status, response.headers.get('x-method'), await response.text()]).toEqual([200, 'HEAD', ''])
})

test('the settings of the manifest, overridden by options', async () => {
  const module = {
    GET: (request: NextRequest) => Response.json([request.nextUrl.pathname, request.nextUrl.basePath, new URL(request.url).pathname]),
  }
  const manifest = { basePath: '/base', trailingSlash: true }
  const { app } = setUp({ '/a': module }, {}, manifest)
  expect(await (await app.request('/base/a/')).json()).toEqual(['/a/', '', '/a/'])
  expect((await app.request('/a/')).status).toBe(404)
  expect((await app.request('/basement/a/')).status).toBe(404)
  const other = setUp({ '/a': module }, { basePath: '', trailingSlash: false }, manifest).app
  expect(await (await other.request('/a')).json()).toEqual(['/a', '', '/a'])
})
