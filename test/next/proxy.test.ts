import { describe, expect, test } from 'vitest'
import type { RouteModule, RouterOptions } from '../../src/index.js'
import { revalidatePath, unstable_cache } from '../../src/next/cache.js'
import { cookies, draftMode, headers } from '../../src/next/headers.js'
import { connection, type NextFetchEvent, type NextRequest, NextResponse, after as runAfter } from '../../src/next/server.js'
import { type Logged, settled, setUp } from '../runtime/helpers.js'

type Run = (request: NextRequest, event: NextFetchEvent) => unknown

const GET = async (): Promise<Response> => {
  const jar = await cookies()
  const seen = jar.getAll().map(({ name, value }) => `${name}=${value}`)
  jar.set('handler', '1')
  return Response.json(seen)
}
let made = 0
const kept: RouteModule = { dynamic: 'force-static', GET: () => new Response(String(made++)) }

function behind(run: Run, options: RouterOptions = {}, file = 'proxy.ts') {
  const proxy = { file, load: async () => ({ proxy: run }) }
  const { app, logged } = setUp({ '/a': { GET }, '/b': { GET }, '/kept': kept }, options, { proxy })
  const ask = async (path = '/a'): Promise<Response> => app.request(path, { headers: { cookie: 'a=1; b=2', 'x-in': 'in' } })
  return { ask, logged }
}

const messages = (logged: readonly Logged[]): unknown[] => logged.map(([error, { phase, file }]) => [(error as Error).message, phase, file])

const CHANGED = ['a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'new=v%201; Path=/p; HttpOnly']

async function change(): Promise<void> {
  const jar = await cookies()
  jar.set('new', 'v 1', { path: '/p', httpOnly: true })
  jar.delete('a')
}

describe('cookies() in a proxy', () => {
  test.each<[string, (url: string) => unknown, string[]]>([
    ['next()', () => NextResponse.next(), [...CHANGED, 'handler=1; Path=/']],
    ['a rewrite', (url) => NextResponse.rewrite(new URL('/b', url)), [...CHANGED, 'handler=1; Path=/']],
    ['a redirect', (url) => NextResponse.redirect(new URL('/b', url)), CHANGED],
    ['an answer of its own', () => new Response('own'), CHANGED],
    ['nothing returned', () => undefined, ['handler=1; Path=/']],
  ])('what it changes goes out with %s', async (_, answer, expected) => {
    const { ask } = behind(async ({ url }) => {
      await change()
      return answer(url)
    })
    for (let i = 0; i < 2; i++) expect((await ask()).headers.getSetCookie()).toEqual(expected)
  })

  test('gives those of the request, and so does the one in the handler', async () => {
    const { ask } = behind(async (request) => {
      const jar = await cookies()
      expect(jar.getAll()).toEqual([
        { name: 'a', value: '1', path: '/' },
        { name: 'b', value: '2', path: '/' },
      ])
      await change()
      expect([jar.get('a')?.value, jar.get('new')?.value, request.cookies.get('a')?.value]).toEqual(['', 'v 1', '1'])
      return NextResponse.next()
    })
    expect(await (await ask()).json()).toEqual(['a=1', 'b=2'])
  })

  test.each([
    [false, ['own=1; Path=/', ...CHANGED]],
    [true, CHANGED],
  ])('stand beside those of the answer, which strict mode loses as Next.js does (strict: %s)', async (strict, expected) => {
    const shared = new Response('own', { headers: { 'set-cookie': 'own=1' } })
    const { ask } = behind(
      async () => {
        await change()
        return shared.clone()
      },
      { strict },
    )
    const lines = (await ask()).headers.getSetCookie()
    expect(lines.sort()).toEqual([...expected].sort())
  })

  test('never reach the next request by an answer that both get', async () => {
    const shared = NextResponse.next()
    let count = 0
    const { ask } = behind(async () => {
      if (count++ === 0) (await cookies()).set('session', 'secret')
      return shared
    })
    expect((await ask()).headers.getSetCookie()).toEqual(['session=secret; Path=/', 'handler=1; Path=/'])
    expect((await ask()).headers.getSetCookie()).toEqual(['handler=1; Path=/'])
  })
})

test('what else of next/* asks for the request works in a proxy', async () => {
  const seen: unknown[] = []
  const { ask } = behind(async () => {
    await connection()
    const sent = await headers()
    expect(() => (sent as unknown as Headers).set('a', 'b')).toThrow('Headers cannot be modified')
    const draft = await draftMode()
    seen.push(sent.get('x-in'), draft.isEnabled, await unstable_cache(async () => 7, ['in a proxy'])())
    draft.enable()
    seen.push(draft.isEnabled)
    return NextResponse.next()
  })
  const response = await ask()
  expect([response.status, seen]).toEqual([200, ['in', false, 7, true]])
  expect(response.headers.getSetCookie()[0]).toMatch(/^__prerender_bypass=[0-9a-f]{32}; Path=\/; Secure; HttpOnly; SameSite=none$/)
})

test.each([
  ['by itself', false, (): unknown => revalidatePath('/kept'), true],
  ['by itself, in strict mode', true, () => revalidatePath('/kept'), false],
  ['inside after()', false, () => runAfter(() => revalidatePath('/kept')), true],
  ['inside after(), in strict mode', true, () => runAfter(() => revalidatePath('/kept')), true],
])(
  'revalidatePath() in a proxy %s takes effect as it does in Next.js, or as it says (strict: %s)',
  async (_, strict, invalidate, works) => {
    const { ask } = behind(({ nextUrl }) => (nextUrl.pathname === '/a' ? void invalidate() : undefined), { strict })
    const first = await (await ask('/kept')).text()
    expect(await (await ask('/kept')).text()).toBe(first)
    await ask()
    await settled()
    expect((await (await ask('/kept')).text()) === first).toBe(!works)
  },
)

describe.each([false, true])("the proxy's cookies in the handler's headers (strict: %s)", (strict) => {
  const HEADERS: RouteModule = {
    GET: ({ headers: sent }: Request) =>
      Response.json({ lines: sent.getSetCookie(), internal: sent.get('x-middleware-set-cookie'), handed: sent.get('x-handed') }),
  }
  const seenWith = async (run: Run): Promise<unknown> => {
    const { app } = setUp({ '/a': HEADERS }, { strict }, { proxy: { file: 'proxy.ts', load: async () => ({ proxy: run }) } })
    const response = await app.request('/a', { headers: { 'x-middleware-set-cookie': 'of=the client' } })
    expect(response.headers.has('x-middleware-set-cookie')).toBe(false)
    return response.json()
  }

  test('those of cookies() as set-cookie alone', async () => {
    const seen = await seenWith(async () => {
      await change()
      return NextResponse.next()
    })
    expect(seen).toEqual({
      lines: ['new=v%201; Path=/p; HttpOnly', 'a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      internal: null,
      handed: null,
    })
  })

  test('those of the answer as x-middleware-set-cookie too, without lines added beside', async () => {
    const seen = await seenWith(() => {
      const response = NextResponse.next({ request: { headers: new Headers({ 'x-handed': '1' }) }, headers: { 'set-cookie': 'raw=0' } })
      response.cookies.set('one', '1', { path: '/r' })
      response.cookies.delete('two')
      response.headers.append('set-cookie', 'later=1; Odd')
      return response
    })
    const lines = ['raw=0', 'one=1; Path=/r', 'two=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']
    expect(seen).toEqual({ lines: [...lines, 'later=1; Odd'], internal: lines.join(','), handed: '1' })
  })

  test('lines given with the headers, in a form of their own, as set-cookie alone', async () => {
    const lines = ['a=1; path=/', 'b=2']
    const seen = await seenWith(() => NextResponse.next({ headers: lines.map((line): [string, string] => ['set-cookie', line]) }))
    expect(seen).toEqual({ lines, internal: null, handed: null })
  })

  test('none where the proxy sets none', async () => {
    expect(await seenWith(() => undefined)).toEqual({ lines: [], internal: null, handed: null })
  })
})

describe('after() in a proxy', () => {
  test.each<[string, () => unknown, number]>([
    ['that lets pass', () => undefined, 200],
    ['that answers by itself', () => new Response('own'), 200],
    ['that throws', () => Promise.reject(new Error('of the proxy')), 500],
  ])('runs, with the request, behind one %s', async (_, end, status) => {
    const seen: unknown[] = []
    const { ask, logged } = behind(async () => {
      const jar = await cookies()
      jar.set('new', '1')
      runAfter(async () => {
        const later = await cookies()
        seen.push([(await headers()).get('x-in'), later.getAll().map(({ name }) => name)])
        expect(() => jar.set('late', '1')).toThrow('Cookies can only be modified')
        runAfter(() => void seen.push('nested'))
        throw new Error('in after')
      })
      seen.push('proxy')
      return end()
    })
    expect((await ask()).status).toBe(status)
    await settled()
    expect(seen).toEqual(['proxy', ['in', ['a', 'b']], 'nested'])
    expect(messages(logged).at(-1)).toEqual(['in after', 'after', 'proxy.ts'])
  })
})

test.each([
  ['proxy.ts', '/proxy'],
  ['src/middleware.ts', '/middleware'],
])('the event of %s', async (file, page) => {
  const { ask } = behind(
    (_request, event) => {
      event.passThroughOnException()
      return new Response(event.sourcePage)
    },
    {},
    file,
  )
  expect(await (await ask()).text()).toBe(page)
})
