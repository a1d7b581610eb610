import fc from 'fast-check'
import { getImplicitTags } from 'next/dist/server/lib/implicit-tags.js'
import { describe, expect, it } from 'vitest'
import { checkTags, encodeTag, pathTags, revalidatePathTags } from '../../src/cache/tags.js'

const folder = fc.oneof(
  fc.constantFrom('a', 'users', '[id]', '[...all]', '(shop)', '@slot', 'page', 'route', 'layout', 'é'),
  fc.string({ minLength: 1 }),
)

describe('pathTags', () => {
  it('gives a tag per folder, one for the file and one for the path', () => {
    expect(pathTags('/users/7', '/(shop)/users/[id]/route')).toEqual([
      '_N_T_/layout',
      '_N_T_/(shop)/layout',
      '_N_T_/(shop)/users/layout',
      '_N_T_/(shop)/users/[id]/layout',
      '_N_T_/(shop)/users/[id]/route',
      '_N_T_/users/7',
    ])
    expect(pathTags('/', '/route')).toEqual(['_N_T_/layout', '_N_T_/route', '_N_T_/', '_N_T_/index'])
  })

  it("gives Next.js's own for any page and path", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(folder, { maxLength: 5 }), fc.webPath(), async (folders, path) => {
        const page = `/${[...folders.map((text) => text.replaceAll('/', '').replace(/\p{Surrogate}/gu, '') || 'x'), 'route'].join('/')}`
        const pathname = path.startsWith('/') ? path : `/${path}`
        const { tags } = await getImplicitTags(page, pathname, null)
        expect(new Set(pathTags(pathname, page, true))).toEqual(new Set(tags))
      }),
      { numRuns: 500 },
    )
  })
})

describe('revalidatePathTags', () => {
  it.each<[Parameters<typeof revalidatePathTags>, readonly string[]]>([
    [['/users/7'], ['_N_T_/users/7']],
    [['/users/7/'], ['_N_T_/users/7']],
    [['/users/7//'], ['_N_T_/users/7/']],
    [['/'], ['_N_T_/', '_N_T_/index']],
    [['/index'], ['_N_T_/index', '_N_T_/']],
    [['/', 'layout'], ['_N_T_/layout']],
    [['/users/[id]', 'layout'], ['_N_T_/users/[id]/layout']],
    [['/users/[id]/', 'page'], ['_N_T_/users/[id]/page']],
    [['/caf\u00e9'], ['_N_T_/caf%C3%A9']],
    [['/a/c d'], ['_N_T_/a/c d', '_N_T_/a/c%20d']],
    [['/a/c d', undefined, true], ['_N_T_/a/c d']],
    [['/a/%zz'], ['_N_T_/a/%zz']],
    [[`/${'x'.repeat(1024)}`], []],
  ])('%o', (path, tags) => {
    expect(revalidatePathTags(...path)).toEqual(tags)
  })

  it('meets the routes that Next.js lets it meet', () => {
    const tags = pathTags('/users/7', '/(shop)/users/[id]/route')
    const meets = (...path: Parameters<typeof revalidatePathTags>) => revalidatePathTags(...path).some((tag) => tags.includes(tag))
    expect(meets('/users/7')).toBe(true)
    expect(meets('/users/7/')).toBe(true)
    expect(meets('/users')).toBe(false)
    expect(meets('/', 'layout')).toBe(true)
    expect(meets('/(shop)/users', 'layout')).toBe(true)
    expect(meets('/(shop)/users/[id]', 'layout')).toBe(true)
    expect(meets('/(shop)/users/[id]', 'page')).toBe(false)
    expect(meets('/users/[id]')).toBe(false)
  })
})

it('meets a path in every spelling, but in strict mode as it was sent alone', () => {
  const meets = (pathname: string, path: string, strict: boolean): boolean =>
    revalidatePathTags(path, undefined, strict).some((tag) => pathTags(pathname, '/users/[id]/route', strict).includes(tag))
  for (const [pathname, path] of [
    ['/users/%37', '/users/7'],
    ['/users/7', '/users/%37'],
    ['/users/%40me', '/users/@me'],
    ['/users/@me', '/users/%40me'],
    ['/users/caf%c3%a9', '/users/café'],
    ['/users/c%20d', '/users/c d'],
  ] as const) {
    expect([pathname, meets(pathname, path, false), meets(pathname, path, true)]).toEqual([pathname, true, false])
    expect(meets(pathname, pathname, false)).toBe(true)
  }
  expect(meets('/users/a%2Fb', '/users/a/b', false)).toBe(false)
  expect(meets('/users/%zz', '/users/%zz', false)).toBe(true)
})

describe('encodeTag', () => {
  it('leaves printable ASCII and tabs, encodes the rest, and can be applied twice', () => {
    expect(encodeTag('a b\t%,/[x]~')).toBe('a b\t%,/[x]~')
    expect(encodeTag('é😀\n')).toBe('%C3%A9%F0%9F%98%80%0A')
    expect(encodeTag('\ud800')).toBe('%EF%BF%BD')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (tag) => {
        expect(encodeTag(tag)).toMatch(/^[\t\x20-\x7e]*$/)
        expect(encodeTag(encodeTag(tag))).toBe(encodeTag(tag))
      }),
    )
  })
})

describe('checkTags', () => {
  it('keeps 128 strings of at most 256 characters', () => {
    expect(checkTags(['a', 7, 'x'.repeat(256), 'x'.repeat(257), 'b'])).toEqual({
      tags: ['a', 'x'.repeat(256), 'b'],
      dropped: [
        { tag: 7, reason: 'a tag must be a string' },
        { tag: 'x'.repeat(257), reason: 'a tag has at most 256 characters' },
      ],
    })
    const many = checkTags(Array.from({ length: 130 }, (_, i) => `t${i}`))
    expect([many.tags.length, many.dropped.length]).toEqual([128, 2])
  })
})
