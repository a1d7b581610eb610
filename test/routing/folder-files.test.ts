import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EveryrouteError } from '../../src/routing/errors.js'
import { buildRouteTree, type RouteFile, type RouteTree } from '../../src/routing/route-tree.js'
import { caught } from './caught.js'

function kindOf(file: string): RouteFile['kind'] {
  const basename = file.slice(file.lastIndexOf('/') + 1)
  return basename.replace(/^_|\.ts$/g, '') as RouteFile['kind']
}

function tree(...files: string[]): RouteTree {
  return buildRouteTree(files.map((file) => ({ file, kind: kindOf(file) })))
}

/** The pathname of each entry with its middleware. */
const entries = (...files: string[]): [string, readonly string[]][] =>
  tree(...files).folders.map(({ pathname, middleware }) => [pathname, middleware])

describe('the chain of a route', () => {
  test('has the middleware of all folders above it, outermost first, and the nearest error and not-found file', () => {
    const { routes } = tree(
      '_middleware.ts',
      '_error.ts',
      '_not-found.ts',
      '(staff)/_middleware.ts',
      '(staff)/_error.ts',
      '(staff)/@side/admin/_middleware.ts',
      '(staff)/@side/admin/[id]/route.ts',
      'administration/route.ts',
    )
    expect(routes.map(({ pathname, middleware, error, notFound }) => ({ pathname, middleware, error, notFound }))).toEqual([
      {
        pathname: '/admin/[id]',
        middleware: ['_middleware.ts', '(staff)/_middleware.ts', '(staff)/@side/admin/_middleware.ts'],
        error: '(staff)/_error.ts',
        notFound: '_not-found.ts',
      },
      { pathname: '/administration', middleware: ['_middleware.ts'], error: '_error.ts', notFound: '_not-found.ts' },
    ])
  })

  test('of 2000 random trees, is exactly the files of its ancestor folders', () => {
    const name = fc.constantFrom('a', 'b', 'ab', '(a)', '(g)', '@s', '[id]', 'a%5Fb', '.a')
    const folder = fc.array(name, { maxLength: 4 }).map((names) => names.map((one) => `${one}/`).join(''))
    const files = fc.uniqueArray(
      fc.tuple(folder, fc.constantFrom('_middleware.ts', '_error.ts', '_not-found.ts', 'route.ts')).map((parts) => parts.join('')),
      { maxLength: 20 },
    )
    let routesSeen = 0
    fc.assert(
      fc.property(files, (names) => {
        let built: RouteTree
        try {
          built = tree(...names)
        } catch (error) {
          if (error instanceof EveryrouteError) return
          throw error
        }
        for (const { file, middleware, error, notFound } of built.routes) {
          const around = (basename: string): string[] =>
            names
              .filter((one) => one.endsWith(`/${basename}`) || one === basename)
              .filter((one) => file.startsWith(one.slice(0, -basename.length)))
              .sort((a, b) => a.length - b.length)
          expect(middleware).toEqual(around('_middleware.ts'))
          expect(error).toBe(around('_error.ts').at(-1))
          expect(notFound).toBe(around('_not-found.ts').at(-1))
          routesSeen++
        }
      }),
      { numRuns: 2000 },
    )
    expect(routesSeen).toBeGreaterThan(1000)
  })
})

describe('what holds where no route answers', () => {
  test('has an entry per folder with a file of its own, in match order, the chain of those above included', () => {
    const files = ['b/[id]/_middleware.ts', 'b/c/_middleware.ts', 'b/_middleware.ts', 'a/x/_middleware.ts', 'z/route.ts', '_middleware.ts']
    expect(entries(...files)).toEqual([
      ['/', ['_middleware.ts']],
      ['/a/x', ['_middleware.ts', 'a/x/_middleware.ts']],
      ['/b', ['_middleware.ts', 'b/_middleware.ts']],
      ['/b/c', ['_middleware.ts', 'b/_middleware.ts', 'b/c/_middleware.ts']],
      ['/b/[id]', ['_middleware.ts', 'b/_middleware.ts', 'b/[id]/_middleware.ts']],
    ])
  })

  test('is nothing where there are no such files', () => {
    expect(tree('a/route.ts', 'b/route.ts').folders).toEqual([])
  })

  test('error and not-found files make entries too', () => {
    const { folders } = tree('_not-found.ts', 'a/_error.ts', 'a/b/route.ts')
    expect(folders.map(({ segments: _, ...folder }) => folder)).toEqual([
      { pathname: '/', middleware: [], notFound: '_not-found.ts' },
      { pathname: '/a', middleware: [], error: 'a/_error.ts', notFound: '_not-found.ts' },
    ])
  })

  test.each<[string, string[], [string, string[]][]]>([
    ['the folder without a group counts', ['(x)/a/_middleware.ts', 'a/_middleware.ts'], [['/a', ['a/_middleware.ts']]]],
    ['also where it has no file of its own', ['(x)/_middleware.ts', '(x)/a/_middleware.ts', 'a/b/route.ts'], []],
    ['a group is not the whole site', ['(staff)/_middleware.ts', 'about/route.ts'], []],
    ['the only folder with a group counts', ['(x)/a/_middleware.ts'], [['/a', ['(x)/a/_middleware.ts']]]],
    [
      'with what the group around it has',
      ['(x)/_middleware.ts', '(x)/a/route.ts', '_middleware.ts'],
      [
        ['/', ['_middleware.ts']],
        ['/a', ['_middleware.ts', '(x)/_middleware.ts']],
      ],
    ],
    ['of two with groups none counts', ['(x)/a/_middleware.ts', '(y)/a/b/route.ts', '_middleware.ts'], [['/', ['_middleware.ts']]]],
    ['but those below them do', ['(x)/a/_middleware.ts', '(y)/a/_middleware.ts', '(x)/a/b/route.ts'], [['/a/b', ['(x)/a/_middleware.ts']]]],
    ['slots are as groups', ['@s/a/_middleware.ts', 'a/_middleware.ts'], [['/a', ['a/_middleware.ts']]]],
    ['a catch-all answers all that is below', ['a/[...x]/_middleware.ts', 'a/[...x]/route.ts'], []],
  ])('%s', (_, files, expected) => {
    expect(entries(...files)).toEqual(expected)
  })
})

test.each<[string, string, string[]]>([
  ['two of one kind in a folder', 'ERR_FOLDER_FILE_CONFLICT', ['a/_middleware.ts', 'a/_middleware.js']],
  ['another name for a dynamic segment', 'ERR_PARAM_NAMES_DIFFER', ['[id]/route.ts', '[slug]/_middleware.ts']],
  ['below a catch-all', 'ERR_CATCH_ALL_NOT_LAST', ['[...x]/a/_middleware.ts']],
  ['in a folder with bad syntax', 'ERR_SEGMENT_SYNTAX', ['[[x]]/_middleware.ts']],
])('an error names the files: %s', (_, code, names) => {
  const files = names.map((file): RouteFile => ({ file, kind: file.endsWith('route.ts') ? 'route' : 'middleware' }))
  const error = caught(() => buildRouteTree(files))
  expect(error.code).toBe(code)
  expect([...error.files].sort()).toEqual([...names].sort())
  expect(error.fix).toMatch(/\.$/)
})

test('files below a private folder are left out', () => {
  const { folders, folderFiles } = tree('_lib/_middleware.ts', 'a/_lib/_error.ts', 'a/route.ts')
  expect([folders, folderFiles]).toEqual([[], []])
})
