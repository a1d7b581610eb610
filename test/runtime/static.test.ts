import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RouteModule, RouterOptions } from '../../src/index.js'
import { revalidatePath, revalidateTag, unstable_cache, unstable_noStore } from '../../src/next/cache.js'
import { cookies, draftMode } from '../../src/next/headers.js'
import { forbidden, notFound, permanentRedirect, redirect } from '../../src/next/navigation.js'
import { connection, type NextRequest } from '../../src/next/server.js'
import { done, settled, setUp } from './helpers.js'

/** A GET that counts its runs, and answers with the count. */
function counting(read: (request: NextRequest) => unknown = () => undefined) {
  let runs = 0
  return vi.fn(async (request: NextRequest) => {
    runs++
    await read(request)
    return new Response(String(runs), { headers: { 'x-run': String(runs), 'set-cookie': `run=${runs}` } })
  })
}

/** What `count` requests to a file get, one after another. */
async function bodies(module: RouteModule, count = 2, path = '/a', options: RouterOptions = {}, pathname = path): Promise<string[]> {
  const { app } = setUp({ [pathname]: module }, options)
  const found: string[] = []
  for (let i = 0; i < count; i++) {
    const response = await app.request(path)
    found.push(response.status === 200 ? await response.text() : String(response.status))
  }
  return found
}

const later = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000)
afterEach(() => void vi.useRealTimers())

describe('which answers are kept', () => {
  test.each<[string, RouteModule, boolean]>([
    ['nothing said', {}, false],
    ["dynamic = 'force-static'", { dynamic: 'force-static' }, true],
    ["dynamic = 'error'", { dynamic: 'error' }, true],
    ['revalidate = 60', { revalidate: 60 }, true],
    ['revalidate = false', { revalidate: false }, true],
    ['revalidate = 0', { revalidate: 0 }, false],
    ["dynamic = 'force-dynamic'", { dynamic: 'force-dynamic', revalidate: 60 }, false],
    ["dynamic = 'auto'", { dynamic: 'auto' }, false],
    ['another method beside GET', { dynamic: 'force-static', POST: () => new Response() }, false],
    ['HEAD beside GET', { dynamic: 'force-static', HEAD: () => new Response() }, true],
  ])('%s: %s', async (_, config, isKept) => {
    expect(await bodies({ ...config, GET: counting() })).toEqual(isKept ? ['1', '1'] : ['1', '2'])
  })

  test('in development nothing is', async () => {
    expect(await bodies({ dynamic: 'force-static', GET: counting() }, 2, '/a', { development: true })).toEqual(['1', '2'])
  })

  test.each<[string, (request: NextRequest) => unknown]>([
    ['the query', (request) => request.nextUrl.searchParams],
    ['the url', (request) => request.url],
    ['headers', (request) => request.headers.get('x')],
    ['request.cookies', (request) => request.cookies],
    ['cookies()', () => cookies()],
    ['connection()', () => connection()],
  ])('reading %s under revalidate makes the file dynamic; the handler runs for each, also when it catches', async (_, read) => {
    expect(await bodies({ revalidate: 60, GET: counting(read) }, 3)).toEqual(['2', '3', '4'])
    const caught = counting(async (request) => {
      try {
        await read(request)
      } catch {}
    })
    expect(new Set(await bodies({ revalidate: 60, GET: caught }, 3)).size).toBe(3)
  })

  test('the pathname and the method may be read', async () => {
    expect(await bodies({ revalidate: 60, GET: counting((request) => [request.nextUrl.pathname, request.method]) })).toEqual(['1', '1'])
  })

  test.each<[string, RouteModule]>([
    ['revalidate', { revalidate: 60 }],
    ["dynamic = 'error'", { dynamic: 'error' }],
    ['generateStaticParams', { generateStaticParams: () => [{ id: '1' }] }],
  ])('redirects read nothing of the request, and are kept: %s', async (_, config) => {
    for (const strict of [false, true]) {
      const GET = vi.fn((request: NextRequest) => (request.nextUrl.pathname.endsWith('1') ? redirect('/b') : permanentRedirect('/b')))
      const { app } = setUp({ [config.generateStaticParams ? '/a/[id]' : '/a']: { ...config, GET } }, { strict })
      for (const path of config.generateStaticParams ? ['/a/1', '/a/2'] : ['/a']) {
        const answers = [await app.request(path), await app.request(path)]
        expect(answers.map(({ status }) => status)).toEqual(path.endsWith('1') ? [307, 307] : [308, 308])
        expect(answers[0]!.headers.get('location')).toBe('/b')
      }
      expect(GET).toHaveBeenCalledTimes(config.generateStaticParams ? 2 : 1)
    }
  })

  test("under dynamic = 'error' reading is an error", async () => {
    expect(await bodies({ dynamic: 'error', GET: counting((request) => request.nextUrl.search) })).toEqual(['500', '500'])
  })

  test.each<[string, RouteModule, string[]]>([
    ["dynamic = 'error' fails", { dynamic: 'error' }, ['500', '500']],
    ['revalidate is made dynamic', { revalidate: 60 }, ['2', '3']],
    ['force-static does not heed it', { dynamic: 'force-static' }, ['1', '1']],
  ])('unstable_noStore(): %s', async (_, config, expected) => {
    expect(await bodies({ ...config, GET: counting(() => unstable_noStore()) })).toEqual(expected)
  })

  test.each([{}, { revalidate: 0 }])('force-static shows an empty request, of the path alone: %o', async (config) => {
    const GET = async (request: NextRequest): Promise<Response> =>
      Response.json([request.nextUrl.pathname, request.nextUrl.search, [...request.headers], (await cookies()).getAll()])
    const { app } = setUp({ '/a': { dynamic: 'force-static', ...config, GET } })
    for (let i = 0; i < 2; i++) {
      const response = await app.request('/a?q=1', { headers: { cookie: 'a=1', 'x-a': '1' } })
      expect(await response.json()).toEqual(['/a', '', [], []])
    }
  })
})

describe('what is kept', () => {
  test('status, headers, cookies and bytes', async () => {
    const GET = vi.fn(
      () =>
        new Response(Uint8Array.of(0, 255, 10), {
          status: 203,
          headers: [
            ['x-a', '1'],
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ],
        }),
    )
    const { app } = setUp({ '/a': { dynamic: 'force-static', GET } })
    for (let i = 0; i < 2; i++) {
      const response = await app.request('/a')
      expect([response.status, response.headers.get('x-a'), response.headers.getSetCookie()]).toEqual([203, '1', ['a=1', 'b=2']])
      expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 255, 10])
    }
    expect(GET).toHaveBeenCalledOnce()
    const head = await app.request('/a', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([203, ''])
  })

  test.each<[RouteModule, string]>([
    [{ dynamic: 'force-static' }, 's-maxage=31536000'],
    [{ revalidate: 60 }, 's-maxage=60, stale-while-revalidate=31535940'],
  ])('with %o the cache-control is %s', async (config, expected) => {
    const { app } = setUp({
      '/a': { ...config, GET: () => new Response() },
      '/own': { ...config, GET: () => new Response(null, { headers: { 'cache-control': 'own' } }) },
    })
    expect((await app.request('/a')).headers.get('cache-control')).toBe(expected)
    expect((await app.request('/own')).headers.get('cache-control')).toBe('own')
  })

  test('not the 504 of a handler that takes too long: it takes the place of no older answer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const GET = vi.fn(() => new Promise<Response>(() => {})).mockImplementationOnce(async () => new Response('fine'))
    const { app } = setUp({ '/a': { revalidate: 60, maxDuration: 0.02, GET }, '/b': { revalidate: 60, maxDuration: 0.02, GET } })
    expect(await (await app.request('/a')).text()).toBe('fine')
    expect([(await app.request('/b')).status, (await app.request('/b')).status]).toEqual([504, 504])
    expect(GET).toHaveBeenCalledTimes(3)
    later(61)
    expect(await (await app.request('/a')).text()).toBe('fine')
    await settled(100)
    expect(GET).toHaveBeenCalledTimes(4)
    expect(await (await app.request('/a')).text()).toBe('fine')
  })

  test('a handler that fails is run again', async () => {
    const GET = vi
      .fn(() => new Response('fine'))
      .mockImplementationOnce(() => {
        throw new Error('first')
      })
    expect(await bodies({ dynamic: 'force-static', GET }, 3)).toEqual(['500', 'fine', 'fine'])
    expect(GET).toHaveBeenCalledTimes(2)
  })

  test('other methods than GET and HEAD are 405', async () => {
    const { app } = setUp({ '/a': { dynamic: 'force-static', GET: counting() } })
    expect((await app.request('/a', { method: 'POST' })).status).toBe(405)
  })
})

describe('generateStaticParams', () => {
  const GET = counting()
  const module = {
    generateStaticParams: () => [{ id: 'a' }, { id: 'b c' }],
    GET: async (_: unknown, { params }: { params: Promise<{ id: string }> }) =>
      new Response(`${(await params).id} ${(await GET(_ as NextRequest)).headers.get('x-run')}`),
  }
  const ask = async (config: RouteModule, ...paths: string[]): Promise<unknown[]> => {
    const { app } = setUp({ '/[id]': { ...module, ...config } })
    const found: unknown[] = []
    for (const path of paths) {
      const response = await app.request(path)
      found.push(response.status === 200 ? (await response.text()).replace(/ \d+$/, '') : response.status)
    }
    return found
  }

  test('the answers of listed params are kept, and those of others when they are asked for', async () => {
    const { app } = setUp({ '/[id]': module })
    const read = async (path: string): Promise<string> => (await app.request(path)).text()
    for (const path of ['/a', '/b%20c', '/other']) expect(await read(path)).toBe(await read(path))
    expect(await read('/a')).not.toBe(await read('/other'))
  })

  test('dynamicParams = false: others are 404', async () => {
    expect(await ask({ dynamicParams: false }, '/a', '/b%20c', '/other')).toEqual(['a', 'b c', 404])
    expect(await ask({}, '/other')).toEqual(['other'])
  })

  test('params that cannot make the path are an error that names them', async () => {
    const { app, logged } = setUp({ '/[id]': { GET: counting(), generateStaticParams: () => [{ id: 7 }] } })
    expect((await app.request('/a')).status).toBe(500)
    expect(String(logged[0]?.[0])).toMatch(/generateStaticParams.* gives 7 for .*id.*; give a string/)
  })
})

describe('revalidation', () => {
  const writes: Record<string, RouteModule> = {
    '/path': { POST: done(async (request) => revalidatePath(await request.text())) },
    '/pattern': { POST: done(async (request) => revalidatePath(await request.text(), 'layout')) },
    '/tag': { POST: done(async (request) => revalidateTag(await request.text(), { expire: 0 })) },
    '/max': { POST: done(async (request) => revalidateTag(await request.text(), 'max')) },
    '/failing': {
      POST: done(async (request) => {
        revalidatePath(await request.text())
        throw new Error('after all')
      }),
    },
  }

  test('a stale answer is given to all while one refresh runs; the next ones get the new', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const GET = counting(() => settled(30))
    const { app } = setUp({ '/a': { revalidate: 10, GET } })
    const readAll = (count: number): Promise<string[]> =>
      Promise.all(Array.from({ length: count }, async () => (await app.request('/a')).text()))
    expect(await readAll(50)).toEqual(Array.from({ length: 50 }, () => '1'))
    expect(GET).toHaveBeenCalledOnce()
    later(11)
    expect(await readAll(50)).toEqual(Array.from({ length: 50 }, () => '1'))
    await settled(80)
    expect(GET).toHaveBeenCalledTimes(2)
    expect(await readAll(1)).toEqual(['2'])
  })

  test.each<[string, number, () => never]>([
    ['redirect()', 307, () => redirect('/b')],
    ['notFound()', 404, () => notFound()],
    ['forbidden()', 403, () => forbidden()],
  ])('%s is made anew like an answer that is returned; in strict mode, as in Next.js, never', async (_, status, end) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    for (const strict of [false, true]) {
      const data = unstable_cache(async () => 1, [crypto.randomUUID()], { tags: ['data'], revalidate: 20 })
      const GET = vi.fn(async () => {
        await data()
        end()
      })
      const { app } = setUp({ ...writes, '/a/[id]': { dynamic: 'force-static', revalidate: 60, GET } }, { strict, authInterrupts: true })
      const read = async () => {
        const response = await app.request('/a/1')
        await settled()
        expect([response.status, response.headers.get('cache-control')]).toEqual([
          status,
          strict ? 's-maxage=31536000' : 's-maxage=20, stale-while-revalidate=31535980',
        ])
      }
      await read()
      later(21)
      await read()
      await app.request('/path', { method: 'POST', body: '/a/1' })
      await read()
      await app.request('/tag', { method: 'POST', body: 'data' })
      await read()
      expect(GET).toHaveBeenCalledTimes(strict ? 1 : 4)
    }
  })

  test('a refresh that fails keeps the stale answer, and is tried again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    let isBroken = false
    const GET = counting(() => {
      if (isBroken) throw new Error('upstream')
    })
    const { app, logged } = setUp({ '/a': { revalidate: 10, GET } })
    const read = async (): Promise<string> => {
      const response = await app.request('/a')
      await settled()
      return `${response.status} ${await response.text()}`
    }
    expect(await read()).toBe('200 1')
    isBroken = true
    later(11)
    expect([await read(), await read()]).toEqual(['200 1', '200 1'])
    expect(logged.map(([error, { phase }]) => [(error as Error).message, phase])).toEqual([['upstream', 'cache']])
    isBroken = false
    later(31)
    expect([await read(), await read()]).toEqual(['200 1', '200 3'])
  })

  test('revalidatePath is exact, and reaches patterns with a type', async () => {
    const GET = counting()
    const { app } = setUp({ ...writes, '/users/[id]': { dynamic: 'force-static', GET } })
    const read = async (path = '/users/7'): Promise<number> => Number(await (await app.request(path)).text())
    const write = (path: string, body: string) => app.request(path, { method: 'POST', body })
    const first = await read()
    const other = await read('/users/8')
    await write('/path', '/users')
    await write('/path', '/users/[id]')
    await write('/failing', '/users/7')
    expect([await read(), await read('/users/8')]).toEqual([first, other])
    await write('/path', '/users/7/')
    expect([(await read()) > other, await read('/users/8')]).toEqual([true, other])
    const latest = await read()
    await write('/path', '/users/%37')
    expect(await read()).toBeGreaterThan(latest)
    await read('/users/%39')
    const nine = await read('/users/9')
    await write('/path', '/users/9')
    expect(await read('/users/9')).toBeGreaterThan(nine)
    await write('/pattern', '/users/[id]')
    expect((await read('/users/8')) > other).toBe(true)
  })

  test('revalidateTag reaches answers by the data that they are made of', async () => {
    let source = 1
    const data = unstable_cache(async () => source, [crypto.randomUUID()], { tags: ['data'] })
    const { app } = setUp({ ...writes, '/a': { dynamic: 'force-static', GET: async () => new Response(String(await data())) } })
    const read = async (): Promise<string> => {
      const text = await (await app.request('/a')).text()
      await settled()
      return text
    }
    const write = (path: string) => app.request(path, { method: 'POST', body: 'data' })
    expect(await read()).toBe('1')
    source = 2
    expect(await read()).toBe('1')
    await write('/tag')
    expect(await read()).toBe('2')
    source = 3
    await write('/max')
    expect([await read(), await read()]).toEqual(['2', '3'])
  })
})

test('draft mode passes by what is kept, and is not kept', async () => {
  const { app } = setUp({
    '/a': { dynamic: 'force-static', GET: counting() },
    '/on': { GET: done(async () => (await draftMode()).enable()) },
    '/off': { GET: done(async () => (await draftMode()).disable()) },
  })
  const read = (headers: Record<string, string> = {}) => app.request('/a', { headers })
  expect(await (await read()).text()).toBe('1')
  const [line] = (await app.request('/on')).headers.getSetCookie()
  expect(line).toMatch(/^__prerender_bypass=[\da-f]{32}; Path=\/; Secure; HttpOnly; SameSite=none$/i)
  const cookie = line!.split(';')[0]!
  const draft = await read({ cookie })
  expect([await draft.text(), draft.headers.get('cache-control')]).toEqual(['2', 'private, no-cache, no-store, max-age=0, must-revalidate'])
  expect(await (await read()).text()).toBe('1')
  expect(await (await read({ cookie: '__prerender_bypass=forged' })).text()).toBe('1')
  expect((await app.request('/off')).headers.getSetCookie()[0]).toContain('__prerender_bypass=; Path=/; Expires=Thu, 01 Jan 1970')
})

describe('a forged draft mode cookie is taken away', () => {
  const DELETED = ['__prerender_bypass=', '__next_preview_data=']
  const cookiesOf = (response: Response): string[] => response.headers.getSetCookie().map((line) => line.split(';')[0]!)

  test('where the handler runs for each request', async () => {
    const { app } = setUp({ '/a': { GET: async () => Response.json((await draftMode()).isEnabled) } })
    const response = await app.request('/a', { headers: { cookie: '__prerender_bypass=forged' } })
    expect(await response.json()).toBe(false)
    expect(cookiesOf(response)).toEqual(DELETED)
  })

  test.each(['__prerender_bypass=forged', '__next_preview_data=forged'])('from what is kept, which stays as it is: %s', async (cookie) => {
    const moved = (): never => redirect('/b')
    const { app } = setUp({ '/a': { dynamic: 'force-static', GET: counting() }, '/r': { revalidate: 60, GET: moved } })
    for (let i = 0; i < 2; i++) {
      const forged = await app.request('/a', { headers: { cookie } })
      expect([await forged.text(), ...cookiesOf(forged)]).toEqual(['1', 'run=1', ...DELETED])
      expect(cookiesOf(await app.request('/a', { headers: { cookie: 'a=1' } }))).toEqual(['run=1'])
      expect(cookiesOf(await app.request('/r', { headers: { cookie } }))).toEqual(DELETED)
      expect(cookiesOf(await app.request('/r'))).toEqual([])
    }
  })
})
