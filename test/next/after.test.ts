import { AsyncResource } from 'node:async_hooks'
import type { RequestCookies } from '@edge-runtime/cookies'
import { describe, expect, test, vi } from 'vitest'
import { type Served, serve } from '../../src/adapters/node.js'
import { unstable_cache } from '../../src/next/cache.js'
import { cookies, headers } from '../../src/next/headers.js'
import { redirect } from '../../src/next/navigation.js'
import { after as runAfter } from '../../src/next/server.js'
import { settled, setUp } from '../runtime/helpers.js'

const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 100 && !condition(); i++) await settled(10)
}

describe('after', () => {
  test('runs behind the answer, in order, nested ones while the outer one runs; one that fails stops nothing', async () => {
    const events: string[] = []
    const GET = (): Response => {
      runAfter(async () => {
        events.push('first')
        runAfter(() => void events.push('nested'))
        await settled()
        runAfter(() => void events.push('nested later'))
        events.push('first done')
      })
      runAfter(() => {
        throw new Error('second')
      })
      runAfter(() => void events.push('third'))
      events.push('handler')
      return new Response('body')
    }
    const { app, logged } = setUp({ '/a': { GET } })
    const response = await app.request('/a')
    await settled()
    expect(events).toEqual(['handler'])
    await response.text()
    await until(() => events.includes('first done'))
    expect(events).toEqual(['handler', 'first', 'third', 'nested', 'nested later', 'first done'])
    expect(logged.map(([error, { phase }]) => [(error as Error).message, phase])).toEqual([['second', 'after']])
  })

  test('works inside unstable_cache, when the function runs', async () => {
    const events: string[] = []
    const read = unstable_cache(async () => {
      runAfter(() => void events.push('after'))
      return 1
    }, ['after inside'])
    const { app, logged } = setUp({ '/a': { GET: async () => Response.json(await read()) } })
    for (let i = 0; i < 2; i++) await (await app.request('/a')).text()
    await until(() => events.length > 0)
    expect([events, logged]).toEqual([['after'], []])
  })

  test.each([
    ['an error', () => Promise.reject(new Error('x')), 500],
    ['a redirect', () => redirect('/b'), 307],
  ])('also runs behind %s', async (_, then, status) => {
    let ran = false
    const GET = (): unknown => {
      runAfter(() => void (ran = true))
      return then()
    }
    const { app } = setUp({ '/a': { GET } })
    const response = await app.request('/a')
    expect(response.status).toBe(status)
    await response.text()
    await until(() => ran)
    expect(ran).toBe(true)
  })

  test('the host is asked once to wait for all of them, nested ones too, and again for one that comes later', async () => {
    const events: string[] = []
    let addLate: (() => void) | undefined
    const GET = (): Response => {
      runAfter(() => runAfter(async () => settled().then(() => void events.push('nested'))))
      addLate = AsyncResource.bind(() => runAfter(async () => settled().then(() => void events.push('late'))))
      return new Response()
    }
    const waited: Promise<unknown>[] = []
    const host = { waitUntil: (work: Promise<unknown>) => void waited.push(work), passThroughOnException() {}, props: {} }
    await setUp({ '/a': { GET } }).app.request('/a', {}, {}, host)
    await Promise.all(waited)
    expect([events, waited.length]).toEqual([['nested'], 1])
    addLate?.()
    await Promise.all(waited)
    expect([events, waited.length]).toEqual([['nested', 'late'], 2])
  })

  test('a nested one starts those before it that have not started', async () => {
    const events: string[] = []
    const GET = (): Response => {
      runAfter(() => {
        events.push('a')
        runAfter(() => {
          events.push('nested')
          runAfter(() => void events.push('nested twice'))
        })
        events.push('a done')
      })
      runAfter(() => void events.push('b'))
      return new Response()
    }
    await setUp({ '/a': { GET } }).app.request('/a')
    await until(() => events.length === 5)
    expect(events).toEqual(['a', 'b', 'a done', 'nested', 'nested twice'])
  })

  test('reads the cookies as the client sent them, and none that the handler has set', async () => {
    const seen: unknown[] = []
    const GET = async (): Promise<Response> => {
      const jar = await cookies()
      jar.set('a', 'handler')
      jar.delete('b')
      jar.set('new', '1')
      runAfter(async () => {
        const later = (await cookies()) as unknown as RequestCookies
        seen.push(later.getAll(), [...later], later.size, String(later), later === ((await cookies()) as unknown))
        seen.push(jar.getAll().map(({ name }) => name))
        const changes = [() => later.set('a', '2'), () => later.delete('a'), () => later.clear(), () => jar.set('a', '2')]
        for (const change of changes) expect(change).toThrow('Cookies can only be modified in a Server Action or Route Handler. Read more')
        seen.push('refused')
      })
      return new Response()
    }
    const response = await setUp({ '/a': { GET } }).app.request('/a', { headers: { cookie: 'a=1; b=2' } })
    expect(response.headers.getSetCookie()).toHaveLength(3)
    await until(() => seen.length === 7)
    const [a, b] = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ]
    const entries = [
      ['a', a],
      ['b', b],
    ]
    expect(seen).toEqual([[a, b], entries, 2, 'a=1; b=2', true, ['a', 'b', 'new'], 'refused'])
  })

  test('may read the request but not set cookies', async () => {
    const events: unknown[] = []
    const GET = (): Response => {
      runAfter(async () => {
        events.push((await headers()).get('x-a'))
        const jar = await cookies()
        events.push(jar.get('c')?.value)
        try {
          jar.set('c', '2')
        } catch (error) {
          events.push((error as Error).message.slice(0, 32))
        }
      })
      return new Response('ok')
    }
    const { app } = setUp({ '/a': { GET } })
    const response = await app.request('/a', { headers: { 'x-a': '1', cookie: 'c=1' } })
    expect(response.headers.getSetCookie()).toEqual([])
    await response.text()
    await until(() => events.length === 3)
    expect(events).toEqual(['1', '1', 'Cookies can only be modified in '])
  })

  test('a promise is waited for and its failure logged; anything else is refused', async () => {
    const { app, logged } = setUp({
      '/a': {
        GET: () => {
          runAfter(Promise.reject(new Error('lost')))
          return new Response('ok')
        },
      },
      '/b': { GET: () => runAfter('text' as never) },
    })
    await (await app.request('/a')).text()
    await until(() => logged.length === 1)
    expect((await app.request('/b')).status).toBe(500)
    expect(logged.map(([error]) => (error as Error).message)).toEqual(['lost', '`after()`: Argument must be a promise or a function'])
  })

  test('behind serve(), once the whole stream is out', async () => {
    const events: string[] = []
    const GET = (): Response => {
      runAfter(() => void events.push('after'))
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('a'))
          await settled(50)
          events.push('end')
          controller.close()
        },
      })
      return new Response(body)
    }
    const { app } = setUp({ '/a': { GET } })
    const served: Served = await serve(app, { port: 0, hostname: '127.0.0.1', quiet: true, signals: false })
    expect(await (await fetch(`${served.url}/a`)).text()).toBe('a')
    await until(() => events.length === 2)
    expect(events).toEqual(['end', 'after'])
    await served.close()
  })
})

test.each([
  [false, ['made 1', 'after 1', 'made 2', 'after 2']],
  // As in Next.js.
  [true, ['made 1', 'after 1', 'made 2']],
])('behind what is made anew behind a stale answer (strict: %s): %j', async (strict, expected) => {
  const events: string[] = []
  let runs = 0
  const GET = (): Response => {
    const run = ++runs
    events.push(`made ${run}`)
    runAfter(() => void events.push(`after ${run}`))
    return new Response()
  }
  const { app } = setUp({ '/a': { revalidate: 10, GET } }, { strict })
  vi.useFakeTimers({ toFake: ['Date'] })
  for (let i = 0; i < 2; i++) {
    await (await app.request('/a')).text()
    await settled(50)
    vi.setSystemTime(Date.now() + 11_000)
  }
  vi.useRealTimers()
  expect(events).toEqual(expected)
})
