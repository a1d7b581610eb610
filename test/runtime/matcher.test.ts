import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildRouteTree, type RouteEntry } from '../../src/routing/route-tree.js'
import { createMatcher, type RouteParamValues } from '../../src/runtime/matcher.js'

const match = (pathnames: string[], path: string): [string, RouteParamValues] | undefined => {
  const found = createMatcher(pathnames.map((pathname) => ({ pathname }))).match(path)
  return found && [found.route.pathname, found.params]
}

describe('one lookup', () => {
  test.each<[string[], string, [string, RouteParamValues] | undefined]>([
    [['/'], '/', ['/', {}]],
    [['/'], '/a', undefined],
    [['/a', '/[x]'], '/a', ['/a', {}]],
    [['/a', '/[x]'], '/b', ['/[x]', { x: 'b' }]],
    [['/[x]'], '/', undefined],
    [['/[x]/b', '/[...r]'], '/a/c', ['/[...r]', { r: ['a', 'c'] }]],
    [['/a/[x]/c', '/[y]/b/d'], '/a/b/d', ['/[y]/b/d', { y: 'a' }]],
    [['/[...r]'], '/', undefined],
    [['/[[...o]]'], '/', ['/[[...o]]', {}]],
    [['/[[...o]]'], '/a/b', ['/[[...o]]', { o: ['a', 'b'] }]],
    [['/d/[[...o]]', '/[x]'], '/d', ['/d/[[...o]]', {}]],
    [['/blog'], '/blogger', undefined],
    [['/A'], '/a', undefined],
    [['/a-b', '/[x]'], '/a%2Db', ['/[x]', { x: 'a-b' }]],
    [['/[x]'], '/a%2Fb', ['/[x]', { x: 'a/b' }]],
    [['/[x]'], '/a+b', ['/[x]', { x: 'a+b' }]],
    [['/[x]'], '/%252F', ['/[x]', { x: '%2F' }]],
    [['/[...r]'], '/a%2Fb/c', ['/[...r]', { r: ['a/b', 'c'] }]],
    [['/[x]'], '/__proto__', ['/[x]', { x: '__proto__' }]],
    [['/constructor'], '/toString', undefined],
    [['/a/[[...x]]', '/a/[[...y]]'], '/a', ['/a/[[...y]]', {}]],
    [['/[x]b', '/[y'], '/[x]b', ['/[x]b', {}]],
    [['/a/[x]b/[id]', '/[y]/c'], '/a/[x]b/7', ['/a/[x]b/[id]', { id: '7' }]],
    [['/v[x]', '/[...y'], '/v1', undefined],
    [['/[[...x/[id]'], '/[[...x/7', ['/[[...x/[id]', { id: '7' }]],
    [['/[[...x/[id]', '/[[...a]b/c'], '/[[...a]b', undefined],
    [['/[[...x'], '/[[..', undefined],
  ])('%j %s', (pathnames, path, expected) => {
    expect(match(pathnames, path)).toEqual(expected)
  })

  test.each<[string, string, boolean]>([
    ['/a/[x]', '/a/b', false],
    ['/a/[x]', '/a/b%5Cc', false],
    ['/a/[x]', '/a/b\\c', true],
    ['/[x]/[y]', '/a\\b/c', true],
    ['/[...r]', '/a', true],
    ['/a/[[...o]]', '/a', false],
    ['/a', '/a', false],
  ])('%s tells of %j whether a value may have slashes', (pathname, path, expected) => {
    expect(createMatcher([{ pathname }]).match(path)?.hasSlashes).toBe(expected)
  })

  test('a table of no routes finds nothing', () => {
    expect(match([], '/')).toBeUndefined()
    expect(match([], '/a')).toBeUndefined()
  })

  test('malformed percent-encoding in a param throws, elsewhere it is only a text', () => {
    expect(() => match(['/[x]'], '/%E0%A4%A')).toThrow(URIError)
    expect(match(['/[x]', '/%E0%A4%A'], '/%E0%A4%A')).toEqual(['/%E0%A4%A', {}])
    expect(match(['/a'], '/%')).toBeUndefined()
  })
})

/** Next.js's rule in its plainest form: equal static pathnames, then the first of the sorted patterns that matches. */
function matchNaively(
  routes: readonly RouteEntry[],
  path: string,
): { pathname: string; params: RouteParamValues; isStatic: boolean; hasSlashes: boolean } | undefined {
  const exact = routes.find(({ pathname, segments }) => pathname === path && segments.every(({ kind }) => kind === 'static'))
  if (exact) return { pathname: path, params: {}, isStatic: true, hasSlashes: false }
  for (const { pathname, segments } of routes) {
    const pattern = segments.map(({ kind, text }) => {
      if (kind === 'dynamic') return '/([^/]+)'
      if (kind === 'catch-all') return '/(.+)'
      return kind === 'optional-catch-all' ? '(?:/(.+))?' : `/${text.replace(/[^\w]/g, '\\$&')}`
    })
    const found = new RegExp(`^${pattern.join('') || '/'}$`).exec(path === '/' && segments.length > 0 ? '' : path)
    if (!found) continue
    const named = segments.filter(({ kind }) => kind !== 'static')
    const params: RouteParamValues = {}
    let hasSlashes = false
    for (const [i, { kind, name }] of named.entries()) {
      const value = found[i + 1]
      if (value === undefined) continue
      params[name] = kind === 'dynamic' ? decodeURIComponent(value) : value.split('/').map(decodeURIComponent)
      if (kind !== 'dynamic' || value.includes('\\')) hasSlashes = true
    }
    return { pathname, params, isStatic: false, hasSlashes }
  }
  return undefined
}

const SEGMENTS = ['a', 'b', 'ab', 'a.b', 'á', '[x]b', '[[...x', '[p]', '[p]', '[...r]', '[[...o]]']

/** A route file; params are named by their depth, so that few sets are refused for names that differ. */
const routeFile = fc
  .array(fc.constantFrom(...SEGMENTS), { maxLength: 4 })
  .map((segments) => [...segments.map((text, depth) => text.replace(/[pro](?=\])/, `$&${depth}`)), 'route.ts'].join('/'))

const pathOf = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'a.b', 'á', 'c', 'a\\b', '%61', '%2F', '[p0]', 'x+y', '[x]b', '[[...x'), { maxLength: 5 })
  .map((parts) => `/${parts.join('/')}`)

describe('any route table', () => {
  test('gives what a list of patterns in match order gives, and is not changed by lookups', () => {
    let checked = 0
    fc.assert(
      fc.property(
        fc.uniqueArray(routeFile, { minLength: 1, maxLength: 12 }),
        fc.array(pathOf, { minLength: 5, maxLength: 20 }),
        (files, paths) => {
          let routes: readonly RouteEntry[]
          try {
            routes = buildRouteTree(files.map((file) => ({ file, kind: 'route' as const }))).routes
          } catch {
            return // refused at build
          }
          const matcher = createMatcher(routes)
          const lookUp = (path: string): unknown => {
            const found = matcher.match(path)
            return found && { ...found, route: undefined, pathname: found.route.pathname }
          }
          const first = paths.map(lookUp)
          expect(first).toEqual(paths.map((path) => matchNaively(routes, path)))
          expect(paths.map(lookUp)).toEqual(first)
          checked += paths.length
        },
      ),
      { numRuns: 1500 },
    )
    expect(checked).toBeGreaterThan(2000)
  })

  const tableOf = (count: number): { pathname: string }[] =>
    Array.from({ length: count }, (_, i) => ({ pathname: `/area${i % 50}/item${i}/[id]${i % 3 === 0 ? '/[...rest]' : '/edit'}` }))

  test.each([1, 1777, 4999])('finds each of 5,000 routes, in steps of %i', (step) => {
    const table = tableOf(5000)
    const matcher = createMatcher(table)
    for (let n = 0; n < 5000; n++) {
      const i = (n * step) % 5000
      const found = matcher.match(`/area${i % 50}/item${i}/7/edit`)
      expect(found?.route).toBe(table[i])
      expect(found?.params).toEqual(i % 3 === 0 ? { id: '7', rest: ['edit'] } : { id: '7' })
    }
    expect(matcher.match('/area1/item5001/7/edit')).toBeUndefined()
  })

  test('opens a route when it is found, once for both of the paths of an optional catch-all', () => {
    const opened: string[] = []
    const open = ({ pathname }: { pathname: string }): { pathname: string } => {
      opened.push(pathname)
      return { pathname }
    }
    const matcher = createMatcher([{ pathname: '/a' }, { pathname: '/b/[[...c]]' }], open)
    expect(opened).toEqual([])
    const [empty, full] = [matcher.match('/b'), matcher.match('/b/d')]
    expect(full?.route).toBe(empty?.route)
    expect(full?.params).toEqual({ c: ['d'] })
    expect(opened).toEqual(['/b/[[...c]]'])
  })

  test('5,000 routes are ready within 100 ms, and a lookup does not grow with their number', () => {
    const timed = (run: () => void): number => {
      const start = performance.now()
      run()
      return performance.now() - start
    }
    const best = (run: () => void): number => Math.min(...Array.from({ length: 5 }, () => timed(run)))
    const [few, many] = [tableOf(50), tableOf(5000)]
    expect(best(() => createMatcher(many))).toBeLessThan(100)
    const lookUps = (table: { pathname: string }[]): (() => void) => {
      const matcher = createMatcher(table)
      return () => {
        for (let i = 0; i < 20_000; i++) matcher.match(`/area${i % 50}/item${i % 50}/7/edit`)
      }
    }
    // A list would take 100 times as long.
    expect(best(lookUps(many))).toBeLessThan(best(lookUps(few)) * 10)
  })
})
