import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { json, withMiddleware } from '../../src/handler.js'
import { revalidateTag, unstable_cache } from '../../src/next/cache.js'
import { cookies, draftMode, headers } from '../../src/next/headers.js'
import { forbidden, notFound, permanentRedirect, redirect } from '../../src/next/navigation.js'
import { connection, after as later, NextRequest, NextResponse } from '../../src/next/server.js'
import { env } from '../../src/runtime/env.js'
import { call } from '../../src/testing/index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the request', () => {
  const echo = async (request: NextRequest, { params }: { params: Promise<unknown> }) =>
    Response.json({
      isNextRequest: request instanceof NextRequest,
      url: request.url,
      search: request.nextUrl.searchParams.get('q'),
      method: request.method,
      headers: Object.fromEntries(request.headers),
      params: await params,
      body: await request.text(),
    })

  test('is a GET of / by default', async () => {
    const { json } = await call(echo)
    expect(json).toEqual({ isNextRequest: true, url: 'http://localhost/', search: null, method: 'GET', headers: {}, params: {}, body: '' })
  })

  test.each(['/a/b?q=1', 'http://localhost/a/b?q=1', new URL('http://localhost/a/b?q=1')])('has the URL %s', async (url) => {
    expect((await call(echo, { url })).json).toMatchObject({ url: 'http://localhost/a/b?q=1', search: '1' })
  })

  test('has params, as a promise with its values as properties too', async () => {
    const direct = (_request: NextRequest, { params }: { params: Promise<{ id: string }> }) =>
      Response.json((params as unknown as { id: string }).id)
    expect((await call(echo, { params: { id: '7', path: ['a', 'b'] } })).json).toMatchObject({ params: { id: '7', path: ['a', 'b'] } })
    expect((await call(direct, { params: { id: '7' } })).json).toBe('7')
  })

  test('sends JSON as a POST', async () => {
    const { json } = await call(echo, { json: { a: null } })
    expect(json).toMatchObject({ method: 'POST', body: '{"a":null}', headers: { 'content-type': 'application/json' } })
    expect((await call(echo, { json: null })).json).toMatchObject({ method: 'POST', body: 'null' })
  })

  test('sends another body, method and content type', async () => {
    const given = await call(echo, { method: 'PUT', body: 'a', headers: { 'content-type': 'text/csv' } })
    expect(given.json).toMatchObject({ method: 'PUT', body: 'a', headers: { 'content-type': 'text/csv' } })
    const merge = await call(echo, { json: 1, headers: { 'Content-Type': 'application/merge-patch+json' } })
    expect(merge.json).toMatchObject({ headers: { 'content-type': 'application/merge-patch+json' } })
    const stream = new Blob(['streamed']).stream()
    expect((await call(echo, { body: stream })).json).toMatchObject({ method: 'POST', body: 'streamed' })
  })

  test('sends forms: fields, files, FormData, URLSearchParams', async () => {
    const read = async (request: NextRequest) => {
      const form = await request.formData()
      const fields = await Promise.all(
        [...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()]),
      )
      return Response.json({ type: request.headers.get('content-type')?.split(';')[0], fields })
    }
    const fields = [
      ['name', 'Ada'],
      ['tag', 'a'],
      ['tag', 'b'],
      ['age', '36'],
    ]
    const type = 'application/x-www-form-urlencoded'
    expect((await call(read, { form: { name: 'Ada', tag: ['a', 'b'], age: 36 } })).json).toEqual({ type, fields })
    expect((await call(read, { form: new URLSearchParams({ name: 'Ada' }) })).json).toEqual({ type, fields: [['name', 'Ada']] })
    const multipart = { type: 'multipart/form-data', fields: [['file', 'text']] }
    expect((await call(read, { form: { file: new File(['text'], 'a.txt') } })).json).toEqual(multipart)
    const form = new FormData()
    form.set('file', new Blob(['text']))
    expect((await call(read, { form })).json).toEqual(multipart)
  })

  test('carries cookies, beside those of the headers', async () => {
    const read = async (request: NextRequest) =>
      Response.json([request.headers.get('cookie'), request.cookies.get('name')?.value, (await cookies()).get('name')?.value])
    const { json } = await call(read, { cookies: { name: 'a b;c', other: '1' }, headers: { cookie: 'first=0' } })
    expect(json).toEqual(['first=0; name=a%20b%3Bc; other=1', 'a b;c', 'a b;c'])
  })

  test('is aborted by its signal', async () => {
    const client = new AbortController()
    const waiting = call(
      (request: NextRequest) =>
        new Promise<Response>((resolve) => request.signal.addEventListener('abort', () => resolve(new Response('gone')))),
      { signal: client.signal },
    )
    client.abort()
    expect(await (await waiting).response.text()).toBe('gone')
    expect((await call((request: NextRequest) => Response.json(request.signal.aborted))).json).toBe(false)
  })

  test.each([
    [{ json: 1, form: {} }, 'call: json and form are given; a request has one body: give one of them'],
    [{ json: 1, method: 'get' }, 'call: a get request has no body; leave out json, or give another method'],
    [{ json: () => 1 }, "call: json is a function, which JSON doesn't have; give body, or another value"],
    [{ params: Promise.resolve({}) }, "call: params is a promise; give the values themselves: { id: '7' }"],
    [{ env: 'x' }, "call: env is x; give an object: { API_KEY: 'test' }"],
    [{ errors: 'log' }, `call: errors is "log"; give 'throw' or 'response'`],
    [{ navigation: true }, `call: navigation is true; give 'response' or 'throw'`],
    [{ cache: {} }, 'call: cache is not one that createTestCache() has made, or the cache of another call; give one of these'],
  ])('%j is refused', async (options, message) => {
    await expect(call(() => new Response(), options as never)).rejects.toThrow(new TypeError(message))
  })

  test('a handler that is none is refused', async () => {
    await expect(call(undefined as never)).rejects.toThrow('call was given undefined; give it a handler that a route file exports')
  })
})

describe('the result', () => {
  test('has the answer unread, and its JSON', async () => {
    const { headers, json: body, response, status } = await call(() => json({ a: 1 }, 201, { 'x-a': 'b' }))
    expect([status, headers.get('x-a'), body, await response.json()]).toEqual([201, 'b', { a: 1 }, { a: 1 }])
  })

  test('has no JSON where there is none, and says where it is malformed', async () => {
    expect((await call(() => new Response('{}'))).json).toBeUndefined()
    expect((await call(() => new Response(null, { status: 204 }))).json).toBeUndefined()
    const broken = await call(() => new Response('{', { headers: { 'content-type': 'application/problem+json; charset=utf-8' } }))
    expect(() => broken.json).toThrow(SyntaxError)
    expect(await broken.response.text()).toBe('{')
  })

  test("doesn't wait for a stream", async () => {
    const endless = () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1)) }))
    const { response } = await call(endless)
    await response.body!.cancel()
  })

  test('has the cookies that the answer sets', async () => {
    const { cookies: set, headers } = await call(async () => {
      ;(await cookies()).set('session', 'a b', { httpOnly: true, path: '/' })
      return NextResponse.json({})
    })
    expect(set.get('session')).toMatchObject({ value: 'a b', httpOnly: true })
    expect(headers.getSetCookie()).toEqual(['session=a%20b; Path=/; HttpOnly'])
  })
})

describe('redirects and the like', () => {
  const go = async () => {
    ;(await cookies()).set('seen', '1')
    redirect('/login')
  }
  const wrapped = withMiddleware(createMiddleware((_c, next) => next()))(go as never)

  test.each([
    ['plain', go],
    ['wrapped', wrapped],
  ])('are the answers that a client gets: %s', async (_name, handler) => {
    const { cookies: set, headers, status } = await call(handler)
    expect([status, headers.get('location'), set.get('seen')?.value]).toEqual([307, '/login', '1'])
  })

  test.each([
    ['plain', go],
    ['wrapped', wrapped],
  ])('are thrown on request: %s', async (_name, handler) => {
    await expect(call(handler, { navigation: 'throw' })).rejects.toMatchObject({ digest: 'NEXT_REDIRECT;replace;/login;307;' })
  })

  test('come with their statuses', async () => {
    expect((await call(() => permanentRedirect('/a'))).status).toBe(308)
    const missing = await call(() => notFound())
    expect([missing.status, missing.json]).toEqual([404, { error: 'Not Found' }])
    expect((await call(() => forbidden(), { authInterrupts: true })).status).toBe(403)
    await expect(call(() => forbidden())).rejects.toThrow('authInterrupts')
  })
})

describe('errors', () => {
  const fail = () => {
    throw new Error('secret')
  }
  const wrapped = withMiddleware(createMiddleware((_c, next) => next()))(fail)

  test.each([
    ['plain', fail],
    ['wrapped', wrapped],
  ])('are thrown: %s', async (_name, handler) => {
    await expect(call(handler)).rejects.toThrow(new Error('secret'))
  })

  test.each([
    ['plain', fail],
    ['wrapped', wrapped],
  ])('are answered as by the server on request: %s', async (_name, handler) => {
    const logError = vi.fn()
    const { json: body, status } = await call(handler, { errors: 'response', url: '/a', logError })
    expect([status, body]).toEqual([500, { error: 'Internal Server Error' }])
    expect(logError.mock.calls).toEqual([[new Error('secret'), { phase: 'handler', method: 'GET', pathname: '/a' }]])
  })

  test('that are answers are answers', async () => {
    const teapot = () => {
      throw new HTTPException(418, { message: 'short and stout' })
    }
    for (const handler of [teapot, withMiddleware()(teapot)]) {
      const { json: body, status } = await call(handler)
      expect([status, body]).toEqual([418, { error: 'short and stout' }])
    }
  })

  test('name a handler that returns nothing', async () => {
    await expect(call((() => {}) as never, { route: '/users/[id]' })).rejects.toThrow("route handler 'users/[id]/route.ts' (GET)")
  })
})

describe('after()', () => {
  test('has run when the call is over, once the handler has answered', async () => {
    const order: string[] = []
    const { after: tasks } = await call(async () => {
      later(async () => {
        order.push('first')
        later(() => order.push('nested'))
        await new Promise((resolve) => setTimeout(resolve, 10))
        return 'done'
      })
      later(Promise.resolve('promised'))
      order.push('answered')
      return new Response()
    })
    expect(order).toEqual(['answered', 'first', 'nested'])
    expect(tasks).toEqual([
      { status: 'fulfilled', value: 'done' },
      { status: 'fulfilled', value: 'promised' },
      { status: 'fulfilled', value: 3 },
    ])
  })

  test('may fail, which is logged', async () => {
    const logError = vi.fn()
    const failing = () => {
      later(() => {
        throw new Error('late')
      })
      later(Promise.reject(new Error('promised')))
      return new Response('fine')
    }
    const { after: tasks, response } = await call(failing, { logError })
    expect(await response.text()).toBe('fine')
    expect(tasks).toEqual([
      { status: 'rejected', reason: new Error('late') },
      { status: 'rejected', reason: new Error('promised') },
    ])
    expect(logError.mock.calls.map(([error, { phase }]) => [error.message, phase]).sort()).toEqual([
      ['late', 'after'],
      ['promised', 'after'],
    ])
  })

  test('runs after an error and a redirect too, and knows the request', async () => {
    const seen: unknown[] = []
    const task = async () => void seen.push((await headers()).get('x-id'))
    const failing = () => {
      later(task)
      throw new Error('failed')
    }
    await expect(call(failing, { headers: { 'x-id': '1' } })).rejects.toThrow('failed')
    const going = () => {
      later(task)
      redirect('/')
    }
    await call(going, { headers: { 'x-id': '2' } })
    expect(seen).toEqual(['1', '2'])
  })

  test('work of waitUntil is waited for', async () => {
    let done = false
    const working = createMiddleware(async (c, next) => {
      c.executionCtx.waitUntil(new Promise<void>((resolve) => setTimeout(resolve, 10)).then(() => void (done = true)))
      await next()
    })
    const { after: tasks } = await call(withMiddleware(working)())
    expect([done, tasks]).toEqual([true, []])
  })
})

describe('draft mode', () => {
  const read = async () => Response.json((await draftMode()).isEnabled)

  test('is off unless asked for', async () => {
    expect((await call(read)).json).toBe(false)
    expect((await call(read, { draftMode: true })).json).toBe(true)
  })

  test('is switched on by the answer', async () => {
    const { cookies: set } = await call(async () => {
      ;(await draftMode()).enable()
      return new Response()
    })
    expect(set.get('__prerender_bypass')?.value).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('env', () => {
  test('is that of the call alone', async () => {
    const read = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return Response.json(env<{ KEY?: string }>().KEY ?? null)
    }
    const answers = await Promise.all([call(read, { env: { KEY: 'a' } }), call(read, { env: { KEY: 'b' } }), call(read)])
    expect(answers.map(({ json: body }) => body)).toEqual(['a', 'b', null])
    vi.stubEnv('KEY', 'of the process')
    expect((await call(read)).json).toBe('of the process')
    vi.unstubAllEnvs()
  })

  test('is what middleware has too, and what unstable_cache runs in', async () => {
    const handler = withMiddleware(createMiddleware((_c, next) => next()))(async (_request, { c }) =>
      Response.json([c.env, await unstable_cache(async () => env<{ KEY: string }>().KEY)()]),
    )
    expect((await call(handler, { env: { KEY: 'a' } })).json).toEqual([{ KEY: 'a' }, 'a'])
  })
})

test('calls side by side see nothing of each other', async () => {
  const handler = async (request: NextRequest) => {
    await connection()
    const id = (await headers()).get('x-id')!
    ;(await cookies()).set('id', id)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
    revalidateTag(`tag-${id}`)
    later(async () => (await headers()).get('x-id'))
    if (Number(id) % 3 === 0) redirect(`/${id}`)
    return Response.json([id, (await cookies()).get('id')?.value, request.nextUrl.pathname])
  }
  const ids = Array.from({ length: 60 }, (_, index) => String(index))
  const results = await Promise.all(ids.map((id) => call(handler, { url: `/${id}`, headers: { 'x-id': id } })))
  for (const [index, { after: tasks, cache, cookies: set, headers, json: body }] of results.entries()) {
    const id = String(index)
    if (index % 3 === 0) expect(headers.get('location')).toBe(`/${id}`)
    else expect(body).toEqual([id, id, `/${id}`])
    expect([set.getAll().map(({ value }) => value), cache.revalidated]).toEqual([[id], [{ tag: `tag-${id}` }]])
    expect(tasks).toEqual([{ status: 'fulfilled', value: id }])
  }
})
