import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { asNextRequest } from '../../src/runtime/next-request.js'
import { NextURL, type NextURLOptions } from '../../src/runtime/next-url.js'

const unparsed = (url: string, options?: NextURLOptions): NextURL => new NextURL(url, options, undefined, true)

describe('a NextURL', () => {
  test.each(['', 'x', '/relative', 'http://', 'http://a b/'])('of %j is refused where it is made', (input) => {
    expect(() => new NextURL(input)).toThrow(TypeError)
    expect(() => new NextURL(input, { basePath: '/base' })).toThrow(TypeError)
  })

  test('of a base that is none is refused', () => {
    expect(() => new NextURL('/a', '/b')).toThrow(TypeError)
    expect(() => new NextURL('/a', '')).toThrow(TypeError)
  })

  test.each([
    [new NextURL('../a?q', 'http://x.example/b/c/d'), 'http://x.example/b/a?q'],
    [new NextURL('a', new URL('http://x.example/b/')), 'http://x.example/b/a'],
    [new NextURL('a', new NextURL('http://x.example/b/c')), 'http://x.example/b/a'],
    [new NextURL('/base/a', 'http://x.example', { basePath: '/base' }), 'http://x.example/base/a'],
    [new NextURL(new URL('http://x.example/a/')), 'http://x.example/a/'],
    [new NextURL(new NextURL('http://x.example/a/')), 'http://x.example/a/'],
    [new NextURL('http://127.0.0.1:81/a'), 'http://localhost:81/a'],
    [new NextURL('http://[::1]/a'), 'http://localhost/a'],
    [new NextURL('http://127.0.0.1.example/a'), 'http://127.0.0.1.example/a'],
  ])('is made of its input, a base and options: %#', (url, href) => {
    expect(url.href).toBe(href)
  })

  test.each([
    ['/base', { basePath: '/base' }, ['/base', '/', '/base']],
    ['/base/', { basePath: '/base' }, ['/base', '/', '/base/']],
    ['/base/a', { basePath: '/base' }, ['/base', '/a', '/base/a']],
    ['/based', { basePath: '/base' }, ['', '/based', '/based']],
    ['/a/', {}, ['', '/a/', '/a/']],
    ['/', { basePath: '/base', trailingSlash: true }, ['', '/', '/']],
    ['/base', { basePath: '/base', trailingSlash: true }, ['/base', '/', '/base']],
  ])('sets the base path apart: %s of %j', (pathname, options, expected) => {
    const url = new NextURL(`http://x.example${pathname}`, options)
    expect([url.basePath, url.pathname, url.href.slice('http://x.example'.length)]).toEqual(expected)
  })

  test.each([
    ['/', '/docs', 'b1', '/docs/_next/data/b1/index.json'],
    ['/a/', '/docs', 'b1', '/docs/_next/data/b1/a.json'],
    ['/', '/', undefined, '/'],
    ['/', 'docs/', undefined, '/docs'],
    ['/a/', '/docs', undefined, '/docs/a/'],
  ])('writes its path, base path and build: %s, %s, %s', (pathname, basePath, buildId, path) => {
    const url = new NextURL(`http://x.example${pathname}`)
    url.basePath = basePath
    url.buildId = buildId
    expect(`${url}`).toBe(`http://x.example${path}`)
  })

  test('keeps the trailing slash of its source, or has none', () => {
    const [bare, slashed] = [new NextURL('http://x.example/a'), new NextURL('http://x.example/a/')]
    bare.pathname = '/b/'
    slashed.pathname = '/b'
    expect([bare.href, slashed.href]).toEqual(['http://x.example/b', 'http://x.example/b/'])
  })

  test('looks for the base path of its own options in each href that it is set to', () => {
    const url = new NextURL('http://x.example/base/a', { basePath: '/base' })
    url.href = 'http://x.example/b/'
    expect([url.basePath, url.pathname, url.href]).toEqual(['', '/b/', 'http://x.example/b/'])
    url.href = 'http://127.0.0.1/base/b'
    expect([url.basePath, url.pathname, url.href]).toEqual(['/base', '/b', 'http://localhost/base/b'])
    expect([new NextURL('/base/c', url).basePath, url.clone().basePath]).toEqual(['', '/base'])
  })

  test('has no members of its own that show, and an origin that stays', () => {
    const url = unparsed('http://x.example/a')
    expect(Object.keys(url)).toEqual([])
    expect(() => Object.assign(url, { origin: 'http://y.example' })).toThrow(TypeError)
    expect(url.origin).toBe('http://x.example')
  })
})

describe('the query of a request', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test('is read without parsing the URL', () => {
    const request = new Request('http://x.example/a?q=b%20c&d#e')
    const parsed = vi.fn()
    const Native = URL
    vi.stubGlobal(
      'URL',
      class extends Native {
        constructor(...args: ConstructorParameters<typeof Native>) {
          super(...args)
          parsed(...args)
        }
      },
    )
    const { nextUrl } = asNextRequest(request)
    expect(nextUrl.searchParams.get('q')).toBe('b c')
    expect([...nextUrl.searchParams]).toEqual([
      ['q', 'b c'],
      ['d', ''],
    ])
    nextUrl.searchParams.set('q', 'f')
    expect(parsed).not.toHaveBeenCalled()
    expect(nextUrl.search).toBe('?q=f&d=')
    expect(nextUrl.href).toBe('http://x.example/a?q=f&d=#e')
    expect(parsed).toHaveBeenCalledTimes(1)
  })

  test('is a URLSearchParams like any other', () => {
    const { searchParams } = unparsed('http://x.example/a?q=b')
    expect(searchParams).toBeInstanceOf(URLSearchParams)
    expect(searchParams.constructor.name).toBe('URLSearchParams')
    expect(searchParams).toStrictEqual(new URLSearchParams('q=b'))
    expect(Object.keys(searchParams)).toEqual([])
    expect(Object.prototype.toString.call(searchParams)).toBe('[object URLSearchParams]')
    expect(() => (searchParams.append as (name: string) => void)('q')).toThrow(TypeError)
  })

  test('can be sent', async () => {
    expect(await new Response(unparsed('http://x.example/?q=%20').searchParams).text()).toBe('q=+')
  })

  test('keeps the spelling that it is set to', () => {
    const url = unparsed('http://x.example/?q=a%20b')
    const { searchParams } = url
    url.search = '?r=c%20d&&e'
    expect([url.search, [...searchParams.keys()]]).toEqual(['?r=c%20d&&e', ['r', 'e']])
    searchParams.delete('r')
    expect(url.search).toBe('?e=')
    url.search = '?e'
    expect(url.search).toBe('?e')
    url.href = 'http://y.example/?s=%20'
    expect([url.search, [...searchParams]]).toEqual(['?s=%20', [['s', ' ']]])
    expect(() => (url.href = 'nowhere')).toThrow(TypeError)
    expect([url.href, [...searchParams]]).toEqual(['http://y.example/?s=%20', [['s', ' ']]])
  })

  test('may be changed while it is gone through', () => {
    const url = unparsed('http://x.example/?a=1&b=2&c=3')
    for (const name of url.searchParams.keys()) url.searchParams.delete(name)
    expect(url.href).toBe('http://x.example/?b=2')
  })
})

const MEMBERS = ['search', 'hash', 'protocol', 'host', 'hostname', 'port', 'username', 'password', 'origin'] as const
const OWN_MEMBERS = [...MEMBERS, 'pathname', 'href', 'basePath', 'buildId', 'locale', 'defaultLocale', 'domainLocale'] as const
const LOOPBACK = ['127.0.0.1', '[::1]']

/** A URL that has been parsed, and its query handed out, beside a native one that knows Next.js's rule for loopback hosts. */
class Reference {
  readonly next: NextURL
  readonly native: URL

  constructor(href: string, options: NextURLOptions) {
    this.next = new NextURL(href, options)
    for (const name of [...OWN_MEMBERS, 'searchParams'] as const) void this.next[name]
    this.native = new URL(href)
    this.renameLoopback()
  }

  renameLoopback(): void {
    if (LOOPBACK.includes(this.native.hostname)) this.native.hostname = 'localhost'
  }
}

interface Step {
  readonly text: string
  run(url: NextURL, reference: Reference): void
}

const step = (text: string, run: Step['run']): Step => ({ text, run })

/** Does the same to each of the three, and expects the same of it: the value or the kind of error. */
function same(lazy: NextURL, { next, native }: Reference, act: (url: NextURL | URL) => unknown): void {
  const [outcome, ...others] = [lazy, next, native].map((url) => {
    try {
      return { value: act(url) }
    } catch (error) {
      return { error: error instanceof TypeError }
    }
  })
  for (const other of others) expect(outcome).toEqual(other)
}

const word = fc.constantFrom('', 'a', 'b', 'q', 'a b', '+', '%', '%20', '&=', '#', '?', 'é', "'", '"', '~', '*')
const query = fc
  .array(fc.constantFrom('a', 'b', 'q', '=', '&', '?', '+', '%20', '%C3%A9', '%', "'", '~', '1', 'é', ' '), { maxLength: 6 })
  .map((parts) => parts.join(''))
const host = fc.constantFrom('x.example', 'y.example:81', 'localhost', '127.0.0.1', '127.0.0.1:3000', '[::1]', '[::1]:3000', 'a b', '')
const path = fc.constantFrom('/', '/a', '/a/', '/base', '/base/', '/base/a', '/base/a/', '/based', '/a/../b', '/é', '', '//')
const fragment = fc.constantFrom('', '#', '#h', '#?q=1', '#h?a=%20#')
const href = fc
  .record({ user: fc.constantFrom('', '', 'u@', 'u:p@'), host, path, mark: fc.constantFrom('', '?'), query, fragment })
  .map(({ user, host, path, mark, query, fragment }) => `http://${user}${host}${path}${mark || (query && '?')}${query}${fragment}`)

const readStep = fc
  .constantFrom(...OWN_MEMBERS)
  .map((name) => step(`read ${name}`, (lazy, { next }) => expect([name, lazy[name]]).toEqual([name, next[name]])))

const queryStep = fc.oneof(
  fc.constant(step('take', (...urls) => same(...urls, ({ searchParams }) => [...searchParams]))),
  fc.constant(step('sort', (...urls) => same(...urls, ({ searchParams }) => searchParams.sort()))),
  fc.constant(step('size', (...urls) => same(...urls, ({ searchParams }) => searchParams.size))),
  word.map((name) => step(`get ${name}`, (...urls) => same(...urls, ({ searchParams }) => searchParams.getAll(name)))),
  word.map((name) => step(`delete ${name}`, (...urls) => same(...urls, ({ searchParams }) => searchParams.delete(name)))),
  fc
    .tuple(fc.constantFrom('append', 'set', 'delete', 'has'), word, word)
    .map(([method, name, value]) =>
      step(`${method} ${name} ${value}`, (...urls) => same(...urls, ({ searchParams }) => searchParams[method](name, value))),
    ),
)

const set = (name: string, value: string): Step =>
  step(`${name} = ${value}`, (...urls) =>
    same(...urls, (url) => {
      Object.assign(url, { [name]: value })
      if (name === 'href') urls[1].renameLoopback()
    }),
  )

const setStep = fc.oneof(
  query.map((value) => set('search', value)),
  href.map((value) => set('href', value)),
  fragment.map((value) => set('hash', value)),
  host.map((value) => set('host', value)),
  path.map((value) => set('pathname', value)),
  fc
    .tuple(fc.constantFrom('hostname', 'port', 'username', 'password', 'protocol'), fc.constantFrom('', 'a', '81', 'https', 'é'))
    .map(([name, value]) => set(name, value)),
)

const ownStep = fc.tuple(fc.constantFrom('basePath', 'buildId'), fc.constantFrom('', '/', 'docs', '/base', '/x/')).map(([name, value]) =>
  step(`${name} = ${value}`, (lazy, { next }) => {
    for (const url of [lazy, next]) Object.assign(url, { [name]: value })
  }),
)

const steps = fc.array(fc.oneof({ weight: 3, arbitrary: queryStep }, { weight: 2, arbitrary: setStep }, ownStep, readStep), {
  maxLength: 12,
})
const options = fc.record({ basePath: fc.constantFrom(undefined, '', '/base'), trailingSlash: fc.boolean() })

/** What shows of a URL, its query before or after all else. */
function shown(url: NextURL, isQueryFirst: boolean): unknown {
  const query = (): unknown => ({ entries: [...url.searchParams], text: String(url.searchParams) })
  const first = isQueryFirst && query()
  const members = OWN_MEMBERS.map((name) => [name, url[name]])
  const texts = [String(url), JSON.stringify(url), url.clone().href, new URL(url as unknown as string).href]
  return { members, texts, query: first || query() }
}

test('a URL that is parsed late reads as one that was parsed first, whatever has been done to it and to its query', () => {
  const url = href.filter(URL.canParse).map((text) => new URL(text).href)
  fc.assert(
    fc.property(url, options, steps, fc.boolean(), (url, options, steps, isQueryFirst) => {
      const lazy = unparsed(url, options)
      const reference = new Reference(url, options)
      let taken: URLSearchParams | undefined
      for (const { text, run } of steps) {
        run(lazy, reference)
        if (/^(?:take|append|set|delete|sort)/.test(text)) {
          taken ??= lazy.searchParams
          expect(lazy.searchParams).toBe(taken)
        }
        if (taken) expect([...taken]).toEqual([...reference.native.searchParams])
      }
      expect(shown(lazy, isQueryFirst)).toEqual(shown(reference.next, isQueryFirst))
      for (const name of MEMBERS) expect([name, lazy[name]]).toEqual([name, reference.native[name]])
      expect([...lazy.searchParams]).toEqual([...reference.native.searchParams])
      if (taken) expect(lazy.searchParams).toBe(taken)
    }),
    { numRuns: 3000 },
  )
})
