import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RouteModule } from '../../src/index.js'
import { unstable_cache } from '../../src/next/cache.js'
import { draftMode } from '../../src/next/headers.js'
import { done, type Source, settled, setUp, startSource } from './helpers.js'

type Init = RequestInit & { next?: { revalidate?: unknown; tags?: string[] } }

let source: Source
/** What the source answers next; its body tells how often it was asked. */
let answer: { status?: number; headers?: Record<string, string | string[]> }

beforeEach(async () => {
  answer = {}
  source = await startSource((request, response) => {
    response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain', 'x-source': 'yes', ...answer.headers })
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => response.end(`${source.requests.length}${body && ` ${body}`}`))
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await source.close()
})

/** A route that fetches with these options and answers what it got. */
const fetching = (init: Init | undefined, more: RouteModule = {}, path = '/data'): RouteModule => ({
  GET: async () => new Response(await (await fetch(source.url + path, init as RequestInit)).text()),
  ...more,
})

async function ask(module: RouteModule, times: number, options = {}): Promise<string[]> {
  const { app } = setUp({ '/a': module }, options)
  const bodies: string[] = []
  for (let i = 0; i < times; i++) {
    const response = await app.request('/a')
    bodies.push(response.status === 200 ? await response.text() : String(response.status))
  }
  return bodies
}

describe('what is kept', () => {
  test.each<[string, Init | undefined]>([
    ['no options', undefined],
    ["cache: 'default'", { cache: 'default' }],
    ["cache: 'no-store'", { cache: 'no-store' }],
    ["cache: 'reload'", { cache: 'reload' }],
    ['tags alone', { next: { tags: ['t'] } }],
    ['revalidate: 0', { next: { revalidate: 0 } }],
    ['revalidate: 0 and force-cache', { cache: 'force-cache', next: { revalidate: 0 } }],
  ])('not with %s', async (_, init) => {
    expect(await ask(fetching(init), 2)).toEqual(['1', '2'])
  })

  test.each<[string, Init]>([
    ["cache: 'force-cache'", { cache: 'force-cache' }],
    ['revalidate: false', { next: { revalidate: false } }],
    ['revalidate: 60', { next: { revalidate: 60 } }],
    ['force-cache and tags', { cache: 'force-cache', next: { tags: ['t'] } }],
    ['a POST with force-cache', { method: 'POST', body: 'same', cache: 'force-cache' }],
    ['an Authorization header', { headers: { authorization: 'Bearer x' }, next: { revalidate: 60 } }],
  ])('with %s', async (_, init) => {
    const [first, second] = await ask(fetching(init), 2)
    expect(second).toBe(first)
    expect(source.requests).toHaveLength(1)
  })

  test('contradictions are warned about once and ignored', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await ask(fetching({ cache: 'no-store', next: { revalidate: 60 } }), 2)).toEqual(['1', '2'])
    expect(warn.mock.calls.flat().filter((text) => text.includes(source.url))).toHaveLength(1)
    warn.mockRestore()
  })

  test('an invalid revalidate is an error', async () => {
    const { app, logged } = setUp({ '/a': fetching({ next: { revalidate: 'soon' } }) })
    expect((await app.request('/a')).status).toBe(500)
    expect(String(logged[0]?.[0])).toContain('Invalid revalidate value "soon"')
  })

  test.each([201, 206, 404, 500])('not a %i', async (status) => {
    answer = { status }
    expect(await ask(fetching({ cache: 'force-cache' }), 2)).toEqual(['1', '2'])
  })

  test('not an answer that sets cookies, but in strict mode', async () => {
    answer = { headers: { 'set-cookie': 'a=1' } }
    expect(await ask(fetching({ cache: 'force-cache' }), 2)).toEqual(['1', '2'])
    expect(await ask(fetching({ cache: 'force-cache' }), 2, { strict: true })).toEqual(['3', '3'])
  })

  test('not a call whose body is a stream or a form', async () => {
    const stream = {
      ...fetching(undefined),
      GET: async () =>
        fetch(source.url, { method: 'POST', cache: 'force-cache', duplex: 'half', body: new Blob(['x']).stream() } as RequestInit),
    }
    expect(await ask(stream, 2)).toEqual(['1 x', '2 x'])
    const form = new FormData()
    form.set('a', '1')
    await ask(fetching({ method: 'POST', body: form, cache: 'force-cache' }), 2)
    expect(source.requests).toHaveLength(4)
  })
})

describe('which calls are the same', () => {
  const count = async (...calls: (() => Promise<Response>)[]): Promise<number> => {
    const { app } = setUp({
      '/a': { GET: done(() => Promise.all(calls.map(async (call) => (await call()).text()))) },
    })
    expect((await app.request('/a')).status).toBe(200)
    return source.requests.length
  }
  const cached =
    (init: Init = {}, path = '/k'): (() => Promise<Response>) =>
    () =>
      fetch(source.url + path, { cache: 'force-cache', ...init } as RequestInit)

  test('equal ones at the same time are one', async () => {
    expect(await count(...Array.from({ length: 20 }, () => cached()))).toBe(1)
  })
  test('by URL, method, headers and body', async () => {
    expect(
      await count(
        cached({}, '/k'),
        cached({}, '/k?q'),
        cached({ headers: { accept: 'a' } }),
        cached({ headers: { accept: 'b' } }),
        cached({ method: 'POST', body: 'x' }),
        cached({ method: 'POST', body: 'y' }),
        cached({ method: 'POST', body: new URLSearchParams('x') }),
        cached({ method: 'POST', body: new Blob(['x'], { type: 'a/b' }) }),
        cached({ method: 'PUT', body: 'x' }),
      ),
    ).toBe(9)
  })
  test('bytes by their value; trace headers do not count; a Request is like its parts', async () => {
    const request = (): Promise<Response> =>
      fetch(new Request(`${source.url}/k`, { method: 'POST', body: Uint8Array.of(1, 255) }), { cache: 'force-cache' })
    expect(
      await count(
        cached({ method: 'POST', body: Uint8Array.of(1, 255) }),
        cached({ method: 'POST', body: Uint8Array.of(1, 255).buffer }),
        cached({ method: 'POST', body: Uint8Array.of(1, 255), headers: { traceparent: '00-1', tracestate: 'a' } }),
        request,
      ),
    ).toBe(1)
  })
  test('a Request object may ask for it, and its body arrives', async () => {
    const call = (): Promise<Response> => fetch(new Request(`${source.url}/r`, { cache: 'force-cache', method: 'POST', body: 'hi' }))
    const { app } = setUp({ '/a': { GET: async () => new Response(await (await call()).text()) } })
    expect([await (await app.request('/a')).text(), await (await app.request('/a')).text()]).toEqual(['1 hi', '1 hi'])
  })
})

test('a kept answer keeps URL, headers and bytes, and no status text', async () => {
  const seen: unknown[] = []
  const { app } = setUp({
    '/a': {
      GET: async () => {
        const response = await fetch(`${source.url}/u?x=1`, { cache: 'force-cache' })
        const bytes = new Uint8Array(await response.clone().arrayBuffer())
        seen.push([response.url, response.status, response.statusText, response.ok, response.headers.get('x-source'), [...bytes]])
        bytes.fill(0)
        return new Response()
      },
    },
  })
  for (let i = 0; i < 3; i++) await app.request('/a')
  const expected = (text: string) => [`${source.url}/u?x=1`, 200, text, true, 'yes', [...'1'].map((c) => c.charCodeAt(0))]
  expect(seen).toEqual([expected('OK'), expected(''), expected('')])
})

test.each<[string, (url: string) => Promise<Response>, boolean]>([
  ['a GET', (url) => fetch(url), true],
  ['a GET of a Request', (url) => fetch(new Request(url)), true],
  ['a GET with options', (url) => fetch(url, { method: 'get', redirect: 'manual', cache: 'no-store' }), true],
  ['a kept GET', (url) => fetch(url, { cache: 'force-cache' }), true],
  ['a GET with a signal', (url) => fetch(url, { signal: new AbortController().signal }), false],
  ['a POST', (url) => fetch(url, { method: 'POST', body: 'x' }), false],
  ['a POST of a Request', (url) => fetch(new Request(url, { method: 'POST', body: 'x' })), false],
  ['HEAD', (url) => fetch(url, { method: 'HEAD' }), false],
])('the headers of an answer can be changed as in Next.js: %s', async (_name, call, isChangeable) => {
  answer = { status: 404 }
  const GET = async (): Promise<Response> => {
    const response = await call(`${source.url}/x`)
    expect([response.url, response.status, response.headers.get('x-source')]).toEqual([`${source.url}/x`, 404, 'yes'])
    response.headers.set('cache-control', 'max-age=60')
    return response
  }
  const { app } = setUp({ '/a': { GET } })
  const response = await app.request('/a')
  expect([response.status, response.headers.get('cache-control')]).toEqual(isChangeable ? [404, 'max-age=60'] : [500, null])
})

test('a body stays whole while nobody reads it', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const GET = async (): Promise<Response> => {
    const response = await fetch(`${source.url}/x`)
    for (let i = 0; i < 5; i++) {
      await settled(20)
      collect()
    }
    return new Response(`(${await response.text()})`)
  }
  const { app } = setUp({ '/a': { GET } })
  expect(await (await app.request('/a')).text()).toBe('(1)')
})

test.each([
  [false, true],
  [true, false],
])('it tells whether it was redirected, but where Next.js does not (strict: %s)', async (strict, redirected) => {
  const moved = await startSource((request, response) => {
    if (request.url === '/from') response.writeHead(302, { location: '/to' }).end()
    else response.end('there')
  })
  const GET = async (): Promise<Response> => {
    const response = await fetch(`${moved.url}/from`, { cache: 'no-store' })
    return Response.json([response.redirected, response.url === `${moved.url}/to`, await response.text()])
  }
  const { app } = setUp({ '/a': { GET } }, { strict })
  expect(await (await app.request('/a')).json()).toEqual([redirected, true, 'there'])
  await moved.close()
})

test('a status that no response can be made with comes through', async () => {
  answer = { status: 999 }
  const { app } = setUp({ '/a': { GET: async () => Response.json((await fetch(`${source.url}/x`)).status) } })
  expect(await (await app.request('/a')).json()).toBe(999)
})

test('an aborted caller gives up alone', async () => {
  let release!: () => void
  const slow = await startSource((_, response) => void (release = () => response.end('late')))
  const { app } = setUp({
    '/a': {
      GET: async (request: Request) =>
        new Response(
          await (
            await fetch(slow.url, { cache: 'force-cache', signal: request.headers.has('give-up') ? AbortSignal.timeout(20) : null })
          ).text(),
        ),
    },
  })
  const patient = app.request('/a')
  await vi.waitFor(() => expect(slow.requests).toHaveLength(1))
  const hasty = await app.request('/a', { headers: { 'give-up': '1' } })
  expect(hasty.status).toBe(500)
  release()
  expect(await (await patient).text()).toBe('late')
  await slow.close()
})

describe('revalidation', () => {
  const later = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000)

  test('a stale answer is given once more while it is made anew; a failed refresh keeps it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const { app, logged } = setUp({ '/a': fetching({ next: { revalidate: 10 } }) })
    const read = async (): Promise<string> => {
      const text = await (await app.request('/a')).text()
      await settled()
      return text
    }
    expect(await read()).toBe('1')
    later(11)
    expect([await read(), await read()]).toEqual(['1', '2'])
    later(11)
    answer = { status: 500 }
    expect([await read(), await read()]).toEqual(['2', '2'])
    expect(source.requests).toHaveLength(4)
    expect(logged.map(([error, { phase }]) => `${phase} ${String(error)}`)).toEqual([
      expect.stringMatching(/^cache .*status 500/),
      expect.stringMatching(/^cache .*status 500/),
    ])
    answer = {}
    expect([await read(), await read()]).toEqual(['2', '5'])
  })

  test('revalidateTag and revalidatePath of the route that fetches', async () => {
    const { revalidatePath, revalidateTag } = await import('../../src/next/cache.js')
    const { app } = setUp({
      '/a': fetching({ cache: 'force-cache', next: { tags: ['é'] } }),
      '/tag': { POST: done(() => revalidateTag('é')) },
      '/path': { POST: done(async (request) => revalidatePath(await request.text())) },
    })
    const read = async (): Promise<string> => (await app.request('/a')).text()
    expect([await read(), await read()]).toEqual(['1', '1'])
    await app.request('/tag', { method: 'POST' })
    expect([await read(), await read()]).toEqual(['2', '2'])
    await app.request('/path', { method: 'POST', body: '/other' })
    expect(await read()).toBe('2')
    await app.request('/path', { method: 'POST', body: '/a' })
    expect([await read(), await read()]).toEqual(['3', '3'])
  })

  test.each<[string, () => Promise<void>]>([
    ['revalidateTag', async () => (await import('../../src/next/cache.js')).revalidateTag('t', 'max')],
    ['revalidatePath', async () => (await import('../../src/next/cache.js')).revalidatePath('/b')],
  ])('the request that calls %s fetches anew, and keeps it', async (_, invalidate) => {
    const init = { cache: 'force-cache', next: { tags: ['t'] } } as RequestInit
    const read = async (): Promise<string> => (await fetch(source.url, init)).text()
    const GET = async (): Promise<Response> => {
      const before = await read()
      await invalidate()
      return Response.json([before, await read(), await read(), await (await fetch(`${source.url}/other`, init)).text()])
    }
    const { app } = setUp({ '/a': { GET: async () => new Response(await read()) }, '/b': { GET } })
    expect(await (await app.request('/a')).text()).toBe('1')
    expect(await (await app.request('/b')).json()).toEqual(['1', '2', '3', '4'])
    expect(Number(await (await app.request('/a')).text())).toBe(3)
  })
})

describe('in routes whose answers are kept', () => {
  test('the shortest lifetime counts, tags reach the answer, plain calls change nothing', async () => {
    const { revalidateTag } = await import('../../src/next/cache.js')
    const { app } = setUp({
      '/a': {
        revalidate: 100,
        GET: async () => {
          const kept = await (await fetch(source.url, { next: { revalidate: 7, tags: ['t'] } } as RequestInit)).text()
          return new Response(`${kept} ${await (await fetch(`${source.url}/plain`)).text()}`)
        },
      },
      '/tag': { POST: done(() => revalidateTag('t')) },
    })
    const response = await app.request('/a')
    expect(response.headers.get('cache-control')).toBe('s-maxage=7, stale-while-revalidate=31535993')
    expect(await response.text()).toBe('1 2')
    expect(await (await app.request('/a')).text()).toBe('1 2')
    await app.request('/tag', { method: 'POST' })
    expect(await (await app.request('/a')).text()).toBe('3 4')
  })

  test('equal ones at once are one, where they are kept', async () => {
    const all = async (init: Init): Promise<Response> => {
      const texts = [1, 2, 3].map(async () => (await fetch(source.url, init as RequestInit)).text())
      return Response.json(await Promise.all(texts))
    }
    const kept: Init = { cache: 'force-cache', next: { tags: ['t'] } }
    expect(await ask({ revalidate: 60, GET: () => all(kept) }, 2)).toEqual(Array(2).fill('["1","1","1"]'))
    answer = { status: 404 }
    await ask({ revalidate: 60, GET: () => all(kept) }, 2)
    expect(source.requests).toHaveLength(4)
  })

  test.each<[string, Init]>([
    ['no-store', { cache: 'no-store' }],
    ['revalidate: 0', { next: { revalidate: 0 } }],
  ])('%s makes the route dynamic', async (_, init) => {
    expect(await ask(fetching(init, { revalidate: 60 }), 2)).toHaveLength(2)
    const [first, second] = await ask(fetching(init, { revalidate: 60 }), 2)
    expect(second).not.toBe(first)
  })

  test('force-static keeps the answer all the same; dynamic = error fails', async () => {
    expect(await ask(fetching({ cache: 'no-store' }, { dynamic: 'force-static' }), 2)).toEqual(['1', '1'])
    expect(await ask(fetching({ cache: 'no-store' }, { dynamic: 'error' }), 1)).toEqual(['500'])
  })
})

describe('fetchCache', () => {
  test.each<[string, Init | undefined, string[]]>([
    ['force-no-store', { cache: 'force-cache' }, ['1', '1']],
    ['force-no-store', { cache: 'force-cache', next: { revalidate: 60 } }, ['1', '2']],
    ['force-no-store', { next: { revalidate: 60 } }, ['1', '2']],
    ['auto', undefined, ['1', '2']],
    ['default-cache', undefined, ['1', '1']],
    ['default-cache', { cache: 'no-store' }, ['1', '2']],
    ['only-cache', undefined, ['1', '1']],
    ['only-cache', { cache: 'no-store' }, ['500', '500']],
    ['force-cache', { cache: 'no-store' }, ['1', '1']],
    ['default-no-store', undefined, ['1', '2']],
    ['default-no-store', { cache: 'force-cache' }, ['1', '1']],
    ['only-no-store', undefined, ['1', '2']],
    ['only-no-store', { cache: 'force-cache' }, ['500', '500']],
    ['only-no-store', { cache: 'force-cache', next: { revalidate: 60 } }, ['500', '500']],
    ['only-no-store', { next: { revalidate: 60 } }, ['1', '2']],
    ['only-no-store', { next: { revalidate: false } }, ['1', '2']],
  ])('%s with %o', async (fetchCache, init, expected) => {
    expect(await ask(fetching(init, { fetchCache }), 2)).toEqual(expected)
  })
})

test("fetchCache = 'auto' keeps all in strict mode, as Next.js does", async () => {
  expect(await ask(fetching(undefined, { fetchCache: 'auto' }), 2, { strict: true })).toEqual(['1', '1'])
})

test.each<[Init, string, string[]]>([
  [{ next: { revalidate: false } }, 'force-dynamic', ['1', '2']],
  [{ next: { revalidate: false } }, 'auto', ['1', '1']],
  [{ next: { revalidate: 60 } }, 'force-dynamic', ['1', '1']],
  [{ cache: 'force-cache', next: { revalidate: false } }, 'force-dynamic', ['1', '1']],
  [{ cache: 'default', next: { revalidate: false } }, 'force-dynamic', ['1', '1']],
])('%o under dynamic = %s', async (init, dynamic, expected) => {
  expect(await ask(fetching(init, { dynamic }), 2)).toEqual(expected)
})

test.each<[Init, string[]]>([
  [{ cache: 'force-cache' }, ['1 1', '1 1']],
  [{ next: { revalidate: 60 } }, ['1 2', '1 2']],
])('inside unstable_cache, %o is kept where it is force-cache alone', async (init, expected) => {
  const get = async (): Promise<string> => (await fetch(source.url, init as RequestInit)).text()
  const read = unstable_cache(get, [crypto.randomUUID()])
  expect(await ask({ GET: async () => new Response(`${await read()} ${await get()}`) }, 2)).toEqual(expected)
})

test('draft mode passes the cache by', async () => {
  const { app } = setUp({
    '/a': fetching({ cache: 'force-cache' }),
    '/draft': { GET: done(async () => (await draftMode()).enable()) },
  })
  const read = async (headers = {}): Promise<string> => (await app.request('/a', { headers })).text()
  expect([await read(), await read()]).toEqual(['1', '1'])
  const cookie = (await app.request('/draft')).headers.getSetCookie()[0]!.split(';')[0]!
  expect([await read({ cookie }), await read({ cookie }), await read()]).toEqual(['2', '3', '1'])
})

test('what is not fetched in a handler uses the cache of the router made last', async () => {
  setUp({})
  const call = async (): Promise<string> => (await fetch(source.url, { cache: 'force-cache' })).text()
  expect([await call(), await call()]).toEqual(['1', '1'])
  setUp({})
  expect(await call()).toBe('2')
})
