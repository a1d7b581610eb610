import { describe, expect, test } from 'vitest'
import { NextRequest, NextResponse } from '../../src/next/server.js'
import { setUp } from '../runtime/helpers.js'

describe('NextResponse', () => {
  test('json: body, media type, options', async () => {
    const response = NextResponse.json({ a: 1 }, { status: 201, statusText: 'Made', headers: { 'x-a': '1' } })
    expect(response).toBeInstanceOf(NextResponse)
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.headers.get('x-a')]).toEqual([201, 'Made', '1'])
    expect([response.headers.get('content-type'), await response.json()]).toEqual(['application/json', { a: 1 }])
    expect(NextResponse.json({}, { headers: { 'Content-Type': 'application/problem+json' } }).headers.get('content-type')).toBe(
      'application/problem+json',
    )
    expect(() => NextResponse.json(undefined)).toThrow(TypeError)
    expect(await NextResponse.json(null).text()).toBe('null')
  })

  test('redirect: statuses, headers, normalised URL, absolute alone', () => {
    expect(NextResponse.redirect('http://a.example/b c').headers.get('location')).toBe('http://a.example/b%20c')
    expect(NextResponse.redirect(new URL('http://a.example')).status).toBe(307)
    expect(NextResponse.redirect('http://bücher.example', 308).headers.get('location')).toBe('http://xn--bcher-kva.example/')
    const response = NextResponse.redirect('http://a.example', { status: 303, headers: { 'x-a': '1' } })
    expect([response.status, response.headers.get('x-a')]).toEqual([303, '1'])
    expect(() => NextResponse.redirect('http://a.example', 200)).toThrow(RangeError)
    expect(() => NextResponse.redirect('/relative')).toThrow(/URL is malformed "\/relative"/)
  })

  test('rewrite and next say what to do by headers', () => {
    expect(NextResponse.rewrite('http://a.example/b').headers.get('x-middleware-rewrite')).toBe('http://a.example/b')
    const headers = new Headers({ 'x-a': '1', 'x-b': '2' })
    const response = NextResponse.next({ request: { headers }, headers: { 'x-c': '3' } })
    expect(Object.fromEntries(response.headers)).toEqual({
      'x-c': '3',
      'x-middleware-next': '1',
      'x-middleware-override-headers': 'x-a,x-b',
      'x-middleware-request-x-a': '1',
      'x-middleware-request-x-b': '2',
    })
    expect(() => NextResponse.next({ request: { headers: {} as Headers } })).toThrow('request.headers must be an instance of Headers')
  })

  test.each([
    ['json', (init: ResponseInit) => NextResponse.json({}, init)],
    ['redirect', (init: ResponseInit) => NextResponse.redirect('http://a.example', init)],
    ['rewrite', (init: ResponseInit) => NextResponse.rewrite('http://a.example', init)],
    ['next', (init: ResponseInit) => NextResponse.next(init)],
  ])('%s takes another response as init', (_name, make) => {
    const response = make(new Response('other', { status: 303, statusText: 'Over There', headers: { 'x-a': '1' } }))
    expect([response.status, response.statusText, response.headers.get('x-a')]).toEqual([303, 'Over There', '1'])
  })

  test('cookies: set, get, getAll, has, delete', () => {
    const response = new NextResponse(null, { headers: { 'set-cookie': 'own=1; Path=/; HttpOnly' } })
    const { cookies } = response
    expect(cookies.get('own')).toMatchObject({ name: 'own', value: '1', httpOnly: true })
    cookies.set('a', 'x y;', { maxAge: 60, secure: true, sameSite: 'lax', partitioned: true, priority: 'high', domain: 'a.example' })
    cookies.set({ name: 'b', value: '2', path: '/b' }).set('c', '3')
    cookies.delete('c')
    expect(cookies.has('b')).toBe(true)
    expect(cookies.getAll().map(({ name }) => name)).toEqual(['own', 'a', 'b', 'c'])
    expect(response.headers.getSetCookie()).toEqual([
      'own=1; Path=/; HttpOnly',
      expect.stringMatching(
        /^a=x%20y%3B; Path=\/; Expires=[^;]+ GMT; Max-Age=60; Domain=a\.example; Secure; SameSite=lax; Partitioned; Priority=high$/,
      ),
      'b=2; Path=/b',
      'c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ])
  })
})

describe('NextRequest', () => {
  test('made by hand: nextUrl, cookies, body', async () => {
    const request = new NextRequest('http://localhost/base/a?q=1', {
      method: 'POST',
      body: 'text',
      headers: { cookie: 'a=1' },
      nextConfig: { basePath: '/base' },
    })
    expect(request).toBeInstanceOf(NextRequest)
    expect([request.nextUrl.basePath, request.nextUrl.pathname, request.cookies.get('a')?.value]).toEqual(['/base', '/a', '1'])
    expect(await request.text()).toBe('text')
    expect(new NextRequest(new Request('http://localhost/b', { headers: { 'x-a': '1' } })).headers.get('x-a')).toBe('1')
    expect(() => new NextRequest('/relative')).toThrow(/URL is malformed/)
  })

  test.each([
    ['a text', 'http://a.example/b?c=d'],
    ['a URL', new URL('http://a.example/b?c=d')],
    ['a request', new Request('http://a.example/b?c=d')],
  ])('made of %s and of another request, which may be one of its own kind', async (_name, input) => {
    const controller = new AbortController()
    const other = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' }, signal: controller.signal }
    for (const init of [new Request('http://localhost/', other), new NextRequest('http://localhost/', other)]) {
      const request = new NextRequest(input, init)
      expect([request.method, request.url, request.headers.get('content-type')]).toEqual([
        'POST',
        'http://a.example/b?c=d',
        'application/json',
      ])
      expect(request.nextUrl.search).toBe('?c=d')
      expect(await request.text()).toBe('{"a":1}')
      if (init.signal.aborted) continue
      controller.abort()
      expect(request.signal.aborted).toBe(true)
    }
  })

  test('is none of another kind', () => {
    expect(new Request('http://localhost')).not.toBeInstanceOf(NextRequest)
  })
})

describe('cookies() of next/headers', () => {
  test('reads the request and sends what was changed, where the answer has none of the name', async () => {
    const { cookies } = await import('../../src/next/headers.js')
    const GET = async (): Promise<Response> => {
      const jar = await cookies()
      const before = [jar.get('a'), jar.has('b'), jar.getAll().length]
      jar.set('a', '2', { httpOnly: true }).set('own', 'jar')
      jar.delete('b')
      return Response.json([before, jar.get('a')?.value, jar.has('b')], { headers: { 'set-cookie': 'own=response' } })
    }
    const { app } = setUp({ '/a': { GET } })
    const response = await app.request('/a', { headers: { cookie: 'a=1; b=2' } })
    expect(await response.json()).toEqual([[{ name: 'a', value: '1', path: '/' }, true, 2], '2', true])
    expect(response.headers.getSetCookie().sort()).toEqual([
      'a=2; Path=/; HttpOnly',
      'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'own=response; Path=/',
    ])
  })

  test('goes with a redirect, not with notFound or an error', async () => {
    const { cookies } = await import('../../src/next/headers.js')
    const { notFound, redirect } = await import('../../src/next/navigation.js')
    const setting = (then: () => never) => async (): Promise<never> => {
      ;(await cookies()).set('a', '1')
      return then()
    }
    const fail = (): never => {
      throw new Error('x')
    }
    const { app } = setUp({ '/r': { GET: setting(() => redirect('/x')) }, '/n': { GET: setting(notFound) }, '/e': { GET: setting(fail) } })
    const cookiesOf = async (path: string): Promise<string[]> => (await app.request(path)).headers.getSetCookie()
    expect([await cookiesOf('/r'), await cookiesOf('/n'), await cookiesOf('/e')]).toEqual([['a=1; Path=/'], [], []])
  })

  test('outside of a request, says so', async () => {
    const { cookies, headers } = await import('../../src/next/headers.js')
    await expect(cookies()).rejects.toThrow('`cookies` was called outside a request scope')
    await expect(headers()).rejects.toThrow('`headers` was called outside a request scope')
  })
})

test('headers() is read-only', async () => {
  const { headers } = await import('../../src/next/headers.js')
  const GET = async (): Promise<Response> => {
    const given = (await headers()) as Headers
    const attempts = [() => given.set('a', '1'), () => given.append('a', '1'), () => given.delete('a')]
    const refused = attempts.map((attempt) => {
      try {
        return attempt()
      } catch (error) {
        return (error as Error).message.startsWith('Headers cannot be modified.')
      }
    })
    const ownOnes = Headers.prototype.get.call(given, 'x-a')
    return Response.json([given.get('x-a'), [...given.keys()].includes('x-a'), refused, ownOnes])
  }
  const { app } = setUp({ '/a': { GET } })
  expect(await (await app.request('/a', { headers: { 'x-a': '1' } })).json()).toEqual(['1', true, [true, true, true], '1'])
})
