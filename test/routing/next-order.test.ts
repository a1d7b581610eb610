import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EveryrouteError } from '../../src/routing/errors.js'
import { buildRouteTree } from '../../src/routing/route-tree.js'

const require = createRequire(import.meta.url)
const { getSortedRoutes }: { getSortedRoutes(pathnames: string[]): string[] } = require('next/dist/shared/lib/router/utils/sorted-routes')
const { normalizeAppPath }: { normalizeAppPath(page: string): string } = require('next/dist/shared/lib/router/utils/app-paths')
const { validateAppPaths }: { validateAppPaths(pathnames: string[]): unknown } = require('next/dist/build/validate-app-paths')

/** What Next.js's build makes of route files, with its own functions: the order, or the error. */
function nextOrder(files: readonly string[]): string[] {
  const pages = files
    .filter((file) => !file.split('/').some((part) => part.startsWith('_')))
    .map((file) => `/${file.replace(/\.ts$/, '')}`.replace(/%5F/g, '_'))
  const pathnames = pages.map(normalizeAppPath)
  // Turbopack refuses two files for one path before the functions below run.
  if (new Set(pathnames).size < pathnames.length) throw new Error('Two files for one path')
  validateAppPaths(pathnames)
  return getSortedRoutes(pathnames)
}

/** Our order, or our error. */
function ourOrder(files: readonly string[]): string[] | EveryrouteError {
  try {
    return buildRouteTree(files.map((file) => ({ file, kind: 'route' as const }))).routes.map(({ pathname }) => pathname)
  } catch (error) {
    if (error instanceof EveryrouteError) return error
    throw error
  }
}

const statics = fc.constantFrom(
  ...['a', 'b', 'A', 'a-b', 'a.b', 'a b', '.well-known', 'é', '~', '0', '10', '2', '%2D', '%5Fz', '_z', 'a%5Fb', '%5fz'],
  ...['route', 'page', 'index', '*', '[', ']', 'a[id]', '[id]a', 'a[[...x]]', '(x)y', 'y(x)', ':id', '$', '\u{1F600}', '\uFFFD'],
)
const params = fc.constantFrom('[id]', '[id]', '[id]', '[slug]', '[i-d]', '[i_d]', '[é]', '[a%5Fb]', '[a b]', '[*]', '[ID]')
const tails = fc.constantFrom('[...id]', '[...rest]', '[...rest]', '[[...rest]]', '[[...rest]]', '[[...id]]', '[...i-d]')
const transparent = fc.constantFrom('(g)', '(h)', '()')
const broken = fc.constantFrom(
  '[]',
  '[...]',
  '[[...]]',
  '[[id]]',
  '[[[id]]]',
  '[.id]',
  '[..id]',
  '[…id]',
  '[id…]',
  '[id]]',
  '[[id]',
  '[...id]]',
  '[[...id]',
)

const folder = fc.oneof({ weight: 60, arbitrary: statics }, { weight: 30, arbitrary: params }, { weight: 10, arbitrary: transparent })
const rareFolder = fc.oneof({ weight: 1, arbitrary: broken }, { weight: 4, arbitrary: tails })
const file = fc
  .tuple(
    fc.array(fc.oneof({ weight: 97, arbitrary: folder }, { weight: 3, arbitrary: rareFolder }), { maxLength: 4 }),
    fc.option(tails, { freq: 4 }),
  )
  .map(([folders, tail]) => [...folders, ...(tail === null ? [] : [tail]), 'route.ts'].join('/'))

const RUNS = 6000

test(`${RUNS} random sets of route files: Next.js's order, and an error exactly where Next.js refuses`, () => {
  const seen = { accepted: 0, refused: 0, codes: new Set<string>() }
  fc.assert(
    fc.property(fc.uniqueArray(file, { minLength: 1, maxLength: 7 }), (files) => {
      const ours = ourOrder(files)
      if (!(ours instanceof EveryrouteError)) {
        seen.accepted++
        expect(ours).toEqual(nextOrder(files))
        return
      }
      seen.refused++
      seen.codes.add(ours.code)
      expect(() => nextOrder(files)).toThrow()
      // The files named are the conflict: Next.js refuses them alone.
      expect(ours.files.length).toBeGreaterThan(0)
      expect(() => nextOrder(ours.files)).toThrow()
    }),
    { numRuns: RUNS },
  )
  // The sets reach both outcomes and every error that route files alone can make.
  expect(seen.accepted).toBeGreaterThan(2000)
  expect(seen.refused).toBeGreaterThan(1000)
  expect([...seen.codes].sort()).toEqual([
    'ERR_CATCH_ALL_CONFLICT',
    'ERR_CATCH_ALL_NOT_LAST',
    'ERR_DUPLICATE_PATH',
    'ERR_OPTIONAL_CATCH_ALL_CONFLICT',
    'ERR_PARAM_NAMES_DIFFER',
    'ERR_PARAM_REPEATED',
    'ERR_PARAM_TOO_SIMILAR',
    'ERR_SEGMENT_SYNTAX',
  ])
})
