import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { csrf } from 'hono/csrf'
import { etag, RETAINED_304_HEADERS } from 'hono/etag'
import { logger } from 'hono/logger'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { endTime, startTime, timing } from 'hono/timing'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { notFound, redirect } from '../../src/next/navigation.js'
import { inFront, OUTER_PLACES, PLACES } from './battery-places.js'

/** Hono's own middleware in front of files: what the documents of docs/middleware promise of it. */

const LONG = 'word '.repeat(1000)
const fail = (): never => {
  throw new Error('broken')
}
const text = () => new Response(LONG)
/** A stream that sends one chunk and stays open. */
const open = (type: string, headers: Record<string, string> = {}) => ({
  GET: () =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')) }), {
      headers: { 'content-type': type, ...headers },
    }),
})

/** The first chunk of a body as a text, or `undefined` where none comes in time. */
async function firstChunk(response: Response, milliseconds = 200): Promise<string | undefined> {
  const reader = response.body!.getReader()
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), milliseconds))
  const result = await Promise.race([reader.read(), late])
  void reader.cancel().catch(() => {})
  return result && new TextDecoder().decode(result.value)
}

// What a handler throws outside a router is logged there.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

describe.each(PLACES)('requestId by %s', (place) => {
  const ask = inFront(place, [requestId()], { '/a': { GET: text }, '/fails': { GET: fail }, '/gone': { GET: () => notFound() } })

  test('is on every answer, and in the body of errors', async () => {
    expect((await ask('/a')).headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    const response = await ask('/fails', { headers: { 'x-request-id': 'from-the-edge_1=' } })
    expect(response.headers.get('x-request-id')).toBe('from-the-edge_1=')
    expect([response.status, await response.json()]).toEqual([500, { error: 'Internal Server Error', requestId: 'from-the-edge_1=' }])
  })

  test('is not taken from a client where it could do harm', async () => {
    const { headers } = await ask('/a', { headers: { 'x-request-id': '<script>' } })
    expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
  })
})

describe.each(OUTER_PLACES)('requestId by %s', (place) => {
  const ask = inFront(place, [requestId()], { '/a': { GET: text }, '/gone': { GET: () => notFound() } })

  test.each([
    ['GET', '/missing', 404, 'Not Found'],
    ['GET', '/gone', 404, 'Not Found'],
    ['DELETE', '/a', 405, 'Method Not Allowed'],
  ])('is on the answers that no handler makes: %s %s', async (method, path, status, error) => {
    const response = await ask(path, { method, headers: { 'x-request-id': '7' } })
    expect([response.status, await response.json()]).toEqual([status, { error, requestId: '7' }])
    expect(response.headers.get('x-request-id')).toBe('7')
  })
})

interface Line {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  readonly requestId?: string
  readonly error?: string
}

/** As in docs/middleware/access-log.md. */
const accessLog =
  (write: (line: string) => void): MiddlewareHandler =>
  async (c, next) => {
    const start = performance.now()
    await next()
    const { method, path } = c.req
    const line = {
      time: new Date().toISOString(),
      method,
      path,
      status: c.res.status,
      milliseconds: Math.round(performance.now() - start),
      requestId: c.get('requestId'),
      error: c.error?.message,
    }
    write(JSON.stringify(line))
  }

describe.each(PLACES)('an access log by %s', (place) => {
  test("Hono's logger writes a line when a request comes and when it is answered", async () => {
    const lines: string[] = []
    const ask = inFront(place, [logger((line) => void lines.push(line))], { '/a': { GET: text }, '/fails': { GET: fail } })
    await ask('/a')
    await ask('/fails')
    const plain = lines.map((line) => line.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '').replace(/\d+ms/, 'TIME'))
    expect(plain).toEqual(['<-- GET /a', '--> GET /a 200 TIME', '<-- GET /fails', '--> GET /fails 500 TIME'])
  })

  test('lines of JSON have no query and name the error', async () => {
    const lines: Line[] = []
    const write = (line: string) => void lines.push(JSON.parse(line))
    const ask = inFront(place, [requestId(), accessLog(write)], { '/a': { GET: text }, '/fails': { GET: fail } })
    await ask('/a', { headers: { 'x-request-id': '1' } })
    await ask('/fails', { headers: { 'x-request-id': '2' } })
    expect(lines).toMatchObject([
      { method: 'GET', path: '/a', status: 200, requestId: '1' },
      { method: 'GET', path: '/fails', status: 500, requestId: '2', error: 'broken' },
    ])
    expect(lines[0]?.milliseconds).toBeGreaterThanOrEqual(0)
  })
})

test('an access log of lines of JSON leaves the query out', async () => {
  const write = vi.fn<(line: string) => void>()
  await inFront('app.use', [accessLog(write)], { '/a': { GET: text } })('/a?token=secret')
  expect(write.mock.calls[0]?.[0]).not.toContain('secret')
})

describe.each(PLACES)('timing by %s', (place) => {
  const measured: MiddlewareHandler = async (c, next) => {
    startTime(c, 'inner')
    await next()
    endTime(c, 'inner')
  }
  const modules = { '/a': { GET: text }, '/fails': { GET: fail }, '/moved': { GET: () => Response.redirect('http://localhost/a') } }

  test.each(['/a', '/fails', '/moved'])('tells how long %s took', async (path) => {
    const ask = inFront(place, [timing(), measured], modules)
    expect((await ask(path)).headers.get('server-timing')).toMatch(/^inner;dur=\d+\.\d,total;dur=\d+\.\d;desc="Total Response Time"$/)
  })

  test('keeps it to itself where it is not enabled', async () => {
    const ask = inFront(place, [timing({ enabled: (c) => c.req.header('x-debug') === '1' })], modules)
    expect((await ask('/a')).headers.has('server-timing')).toBe(false)
    expect((await ask('/a', { headers: { 'x-debug': '1' } })).headers.has('server-timing')).toBe(true)
  })
})

describe.each(PLACES)('secureHeaders by %s', (place) => {
  const modules = { '/a': { GET: text }, '/fails': { GET: fail }, '/moved': { GET: () => Response.redirect('http://localhost/a') } }

  test.each(['/a', '/fails', '/moved'])('are on %s', async (path) => {
    const ask = inFront(place, [secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"] } })], modules)
    const { headers } = await ask(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=15552000; includeSubDomains',
    })
  })

  test("take the place of a handler's own", async () => {
    const own = { GET: () => new Response('a', { headers: { 'x-frame-options': 'DENY' } }) }
    const answered = async (middleware: MiddlewareHandler) => (await inFront(place, [middleware], { '/a': own })('/a')).headers
    expect((await answered(secureHeaders())).get('x-frame-options')).toBe('SAMEORIGIN')
    expect((await answered(secureHeaders({ xFrameOptions: false }))).get('x-frame-options')).toBe('DENY')
  })
})

describe.each(PLACES.slice(1))('secureHeaders by %s', (place) => {
  test('are on what middleware answers by itself', async () => {
    const away: MiddlewareHandler = async () => Response.redirect('http://localhost/login')
    const { status, headers } = await inFront(place, [requestId(), secureHeaders(), away], { '/a': { GET: text } })('/a')
    expect([status, headers.get('location'), headers.get('x-content-type-options')]).toEqual([302, 'http://localhost/login', 'nosniff'])
    expect(headers.has('x-request-id')).toBe(true)
  })
})

describe.each(OUTER_PLACES)('secureHeaders by %s', (place) => {
  test('are on the answers that no handler makes', async () => {
    const ask = inFront(place, [secureHeaders()], { '/a': { GET: text } })
    for (const [method, path, status] of [
      ['GET', '/missing', 404],
      ['DELETE', '/a', 405],
    ] as const) {
      const response = await ask(path, { method })
      expect([response.status, response.headers.get('x-content-type-options')]).toEqual([status, 'nosniff'])
    }
  })
})

describe.each(PLACES)('csrf by %s', (place) => {
  const POST = vi.fn(async () => new Response('done'))
  const form = 'application/x-www-form-urlencoded'
  beforeEach(() => POST.mockClear())

  test.each<[Record<string, string>, number]>([
    [{ 'content-type': form, origin: 'http://localhost' }, 200],
    [{ 'content-type': form, 'sec-fetch-site': 'same-origin', origin: 'https://public.example' }, 200],
    [{ 'content-type': form, origin: 'https://evil.example' }, 403],
    [{ 'content-type': form, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'content-type': form }, 403],
    [{ 'content-type': 'Multipart/Form-Data; boundary=x', origin: 'null' }, 403],
    [{ 'content-type': 'text/plain', origin: 'https://evil.example' }, 403],
    // Without a content type it could be a form.
    [{}, 403],
    // A page of another origin can send JSON after a preflight alone.
    [{ 'content-type': 'application/json', origin: 'https://evil.example' }, 200],
  ])('a POST with %o is answered %i', async (headers, status) => {
    const ask = inFront(place, [csrf()], { '/a': { GET: text, POST } })
    expect((await ask('/a', { method: 'POST', headers })).status).toBe(status)
    expect(POST).toHaveBeenCalledTimes(status === 200 ? 1 : 0)
  })

  test('other origins are let in by name; GET is not looked at', async () => {
    const ask = inFront(place, [csrf({ origin: ['https://shop.example'] })], { '/a': { GET: text, POST } })
    const post = (origin: string) => ask('/a', { method: 'POST', headers: { origin, 'content-type': form } })
    expect((await post('https://shop.example')).status).toBe(200)
    expect((await post('http://localhost')).status).toBe(403)
    expect((await ask('/a', { headers: { origin: 'https://evil.example' } })).status).toBe(200)
  })
})

describe.each(PLACES)('etag by %s', (place) => {
  const own = { GET: () => new Response('a', { headers: { etag: '"own"', 'set-cookie': 'a=1', vary: 'cookie', 'x-own': '1' } }) }
  const ask = inFront(place, [etag({ retainedHeaders: [...RETAINED_304_HEADERS, 'x-own'] })], {
    '/a': { GET: text },
    '/own': own,
    '/fails': { GET: fail },
    '/made': { POST: text },
  })

  test('tells a client that it has the answer', async () => {
    const tag = (await ask('/a')).headers.get('etag')
    expect(tag).toMatch(/^"[\da-f]{40}"$/)
    const response = await ask('/a', { headers: { 'if-none-match': `"x", W/${tag}` } })
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', tag])
    expect((await ask('/a', { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
  })

  test("a 304 keeps a handler's tag and the headers that are named", async () => {
    const response = await ask('/own', { headers: { 'if-none-match': '"own"' } })
    expect([response.status, Object.fromEntries(response.headers)]).toEqual([304, { etag: '"own"', vary: 'cookie', 'x-own': '1' }])
  })

  test('errors and other methods have none', async () => {
    expect((await ask('/fails')).headers.has('etag')).toBe(false)
    expect((await ask('/made', { method: 'POST' })).headers.has('etag')).toBe(false)
  })

  test('waits for the end of a stream, so that an endless one is never answered', async () => {
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), 200))
    const endless = inFront(place, [etag()], { '/events': open('text/event-stream') })
    expect(await Promise.race([endless('/events'), late])).toBe('late')
  })
})

describe.each(OUTER_PLACES)('etag by %s', (place) => {
  test('works with HEAD, and with answers that are kept', async () => {
    const GET = vi.fn(text)
    const ask = inFront(place, [etag()], { '/a': { GET: text }, '/kept': { GET, revalidate: 60 } })
    const tag = (await ask('/a')).headers.get('etag')!
    const head = await ask('/a', { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, ''])
    expect((await ask('/a', { method: 'HEAD', headers: { 'if-none-match': tag } })).status).toBe(304)
    const kept = (await ask('/kept')).headers.get('etag')!
    const again = await ask('/kept', { headers: { 'if-none-match': kept } })
    expect([again.status, again.headers.get('cache-control')]).toEqual([
      304,
      place === '_middleware.ts' ? 'private, no-cache' : expect.stringMatching(/^s-maxage=60/),
    ])
    expect((await ask('/kept', { method: 'HEAD' })).headers.has('etag')).toBe(false)
    expect(await (await ask('/kept')).text()).toBe(LONG)
    expect(GET).toHaveBeenCalledTimes(1)
  })
})

const gunzip = (response: Response): Promise<string> => new Response(response.body!.pipeThrough(new DecompressionStream('gzip'))).text()

describe.each(OUTER_PLACES)('compress by %s', (place) => {
  let runs = 0
  const kept = () => {
    runs++
    return text()
  }
  const ask = inFront(place, [compress()], {
    '/a': { GET: text },
    '/kept': { GET: kept, revalidate: 60 },
    '/image': { GET: () => new Response(LONG, { headers: { 'content-type': 'image/png' } }) },
    '/part': { GET: () => new Response(LONG, { status: 206 }) },
    '/none': { GET: () => new Response(null, { status: 204 }) },
    '/moved': { GET: () => redirect('/a') },
    '/fails': { GET: fail },
    '/own': { GET: () => new Response(LONG, { headers: { etag: '"own"' } }) },
    '/events': open('text/event-stream'),
    '/lines': open('application/x-ndjson'),
    '/exact': open('text/plain', { 'cache-control': 'no-transform' }),
    '/slow': open('text/plain'),
  })
  const gzip = { headers: { 'accept-encoding': 'gzip' } }

  test.each(['/a', '/kept', '/kept'])('%s comes smaller and whole', async (path) => {
    const response = await ask(path, gzip)
    expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual(['gzip', 'Accept-Encoding'])
    const bytes = await response.arrayBuffer()
    expect(bytes.byteLength).toBeLessThan(LONG.length / 10)
    expect(await gunzip(new Response(bytes))).toBe(LONG)
  })

  test('what is kept stays as it is', async () => {
    for (const headers of [{}, gzip.headers, {}]) await ask('/kept', { headers })
    expect(await (await ask('/kept')).text()).toBe(LONG)
    expect(runs).toBe(1)
  })

  test('errors too', async () => {
    const response = await ask('/fails', gzip)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect([response.status, JSON.parse(await gunzip(response))]).toEqual([500, { error: 'Internal Server Error' }])
  })

  test.each(['/image', '/part', '/none', '/moved', '/events', '/lines', '/exact'])('%s stays as it is', async (path) => {
    const response = await ask(path, gzip)
    expect(response.headers.has('content-encoding')).toBe(false)
    await response.body?.cancel()
  })

  test('HEAD, and clients that do not ask for it, get none', async () => {
    expect((await ask('/a', { ...gzip, method: 'HEAD' })).headers.has('content-encoding')).toBe(false)
    const plain = await ask('/a')
    expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([null, 'Accept-Encoding'])
  })

  test('makes a tag weak', async () => {
    expect((await ask('/own', gzip)).headers.get('etag')).toBe('W/"own"')
  })

  test('server-sent events come as they are sent; a compressed stream is held back', async () => {
    expect(await firstChunk(await ask('/events', gzip))).toBe('data: 1\n\n')
    expect(await firstChunk(await ask('/exact', gzip))).toBe('data: 1\n\n')
    expect(await firstChunk(await ask('/slow', gzip))).not.toContain('data: 1')
  })

  test('with etag behind it, clients with any encoding are told that they have the answer', async () => {
    const both = inFront(place, [compress(), etag()], { '/a': { GET: text } })
    const tag = (await both('/a', gzip)).headers.get('etag')!
    expect(tag).toMatch(/^W\//)
    expect((await both('/a', { headers: { 'if-none-match': tag, 'accept-encoding': 'gzip' } })).status).toBe(304)
  })
})
