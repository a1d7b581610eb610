import { describe, expect, test } from 'vitest'
import { buildRouteTree, type RouteFile } from '../../src/routing/route-tree.js'
import { caught } from './caught.js'

function files(...names: string[]): RouteFile[] {
  return names.map((file) => ({ file, kind: /(^|\/)page\./.test(file) ? 'page' : 'route' }))
}

function pathnames(...names: string[]): string[] {
  return buildRouteTree(files(...names)).routes.map((route) => route.pathname)
}

describe('buildRouteTree', () => {
  test('orders as Next.js matches: the node itself, statics by code unit, [x], [...x], [[...x]], depth first', () => {
    const names = [
      '[[...rest]]/route.ts',
      '[id]/route.ts',
      '[id]/b/route.ts',
      'b/[...path]/route.ts',
      'b/route.ts',
      'b/[id]/route.ts',
      'b/[id]/z/route.ts',
      'b/a/route.ts',
      'Z/route.ts',
      'a-b/route.ts',
      'a/b/route.ts',
      'a/[[...x]]/route.ts',
    ]
    const expected = [
      '/Z',
      '/a/b',
      '/a/[[...x]]',
      '/a-b',
      '/b',
      '/b/a',
      '/b/[id]',
      '/b/[id]/z',
      '/b/[...path]',
      '/[id]',
      '/[id]/b',
      '/[[...rest]]',
    ]
    expect(pathnames(...names)).toEqual(expected)
    expect(pathnames(...names.reverse())).toEqual(expected)
  })

  test('drops groups and slots, leaves private folders out, decodes %5F', () => {
    const tree = buildRouteTree(
      files('route.ts', '(a)/(b)/users/route.ts', '@modal/x/route.ts', '_lib/route.ts', 'y/_lib/[[z]]/route.ts', '%5Fv/route.ts'),
    )
    expect(tree.routes.map(({ pathname, file }) => [pathname, file])).toEqual([
      ['/', 'route.ts'],
      ['/_v', '%5Fv/route.ts'],
      ['/users', '(a)/(b)/users/route.ts'],
      ['/x', '@modal/x/route.ts'],
    ])
    expect(tree.routes[2]?.segments).toEqual([{ kind: 'static', text: 'users', name: 'users' }])
  })

  test('pages are no routes, and neither pages in slots nor intercepting pages conflict', () => {
    expect(
      pathnames(
        'page.tsx',
        '@modal/page.tsx',
        'api/route.ts',
        '(a)/about/page.tsx',
        'photo/[id]/page.tsx',
        '@modal/(.)photo/[slug]/page.tsx',
      ),
    ).toEqual(['/api'])
  })

  test.each<[string, string, string[], string[]]>([
    ['two route files in one folder', 'ERR_DUPLICATE_PATH', ['a/route.js', 'a/route.ts'], ['a/route.js', 'a/route.ts']],
    ['one path through two groups', 'ERR_DUPLICATE_PATH', ['(x)/a/route.ts', '(y)/a/route.ts'], ['(x)/a/route.ts', '(y)/a/route.ts']],
    ['one path through a slot', 'ERR_DUPLICATE_PATH', ['@s/a/route.ts', 'a/route.ts'], ['@s/a/route.ts', 'a/route.ts']],
    ['one path through %5F', 'ERR_DUPLICATE_PATH', ['a%5Fb/route.ts', 'a_b/route.ts'], ['a%5Fb/route.ts', 'a_b/route.ts']],
    ['a route and a page', 'ERR_ROUTE_AND_PAGE', ['(x)/a/page.tsx', 'a/route.ts'], ['a/route.ts', '(x)/a/page.tsx']],
    [
      'names differ at the leaf',
      'ERR_PARAM_NAMES_DIFFER',
      ['a/[id]/route.ts', 'a/[slug]/route.ts'],
      ['a/[id]/route.ts', 'a/[slug]/route.ts'],
    ],
    [
      'names differ at the level',
      'ERR_PARAM_NAMES_DIFFER',
      ['[id]/a/route.ts', '[slug]/b/route.ts'],
      ['[id]/a/route.ts', '[slug]/b/route.ts'],
    ],
    ['names differ from a page', 'ERR_PARAM_NAMES_DIFFER', ['[id]/page.tsx', '[slug]/b/route.ts'], ['[id]/page.tsx', '[slug]/b/route.ts']],
    [
      'catch-all names differ',
      'ERR_PARAM_NAMES_DIFFER',
      ['(x)/[...a]/route.ts', '(y)/[...b]/route.ts'],
      ['(x)/[...a]/route.ts', '(y)/[...b]/route.ts'],
    ],
    [
      'optional catch-all names differ',
      'ERR_PARAM_NAMES_DIFFER',
      ['[[...a]]/route.ts', '[[...b]]/route.ts'],
      ['[[...a]]/route.ts', '[[...b]]/route.ts'],
    ],
    [
      'an optional catch-all beside its own static',
      'ERR_OPTIONAL_CATCH_ALL_CONFLICT',
      ['a/[[...x]]/route.ts', 'a/route.ts'],
      ['a/route.ts', 'a/[[...x]]/route.ts'],
    ],
    [
      'an optional catch-all beside the root',
      'ERR_OPTIONAL_CATCH_ALL_CONFLICT',
      ['[[...x]]/route.ts', 'page.tsx'],
      ['page.tsx', '[[...x]]/route.ts'],
    ],
    [
      'an optional catch-all below a parameter',
      'ERR_OPTIONAL_CATCH_ALL_CONFLICT',
      ['[a]/[[...x]]/route.ts', '[a]/route.ts'],
      ['[a]/route.ts', '[a]/[[...x]]/route.ts'],
    ],
    [
      'required and optional catch-all',
      'ERR_CATCH_ALL_CONFLICT',
      ['a/[...x]/route.ts', 'a/[[...x]]/route.ts'],
      ['a/[...x]/route.ts', 'a/[[...x]]/route.ts'],
    ],
    ['a parameter repeated', 'ERR_PARAM_REPEATED', ['[id]/x/[id]/route.ts'], ['[id]/x/[id]/route.ts']],
    ['a parameter repeated as catch-all', 'ERR_PARAM_REPEATED', ['[id]/[...id]/route.ts'], ['[id]/[...id]/route.ts']],
    [
      'parameters that differ by non-word characters',
      'ERR_PARAM_TOO_SIMILAR',
      ['[user-id]/[userid]/route.ts'],
      ['[user-id]/[userid]/route.ts'],
    ],
    ['parameters without word characters', 'ERR_PARAM_TOO_SIMILAR', ['[é]/[ö]/route.ts'], ['[é]/[ö]/route.ts']],
    ['a catch-all that is not last', 'ERR_CATCH_ALL_NOT_LAST', ['[...x]/a/route.ts'], ['[...x]/a/route.ts']],
    ['an optional catch-all that is not last', 'ERR_CATCH_ALL_NOT_LAST', ['[[...x]]/[a]/route.ts'], ['[[...x]]/[a]/route.ts']],
    ['a segment with bad syntax', 'ERR_SEGMENT_SYNTAX', ['users/[[id]]/route.ts'], ['users/[[id]]/route.ts']],
  ])('%s: %s', (_, code, names, involved) => {
    const error = caught(() => buildRouteTree(files(...names)))
    expect(error.code).toBe(code)
    expect(error.files).toEqual(involved)
    expect(error.fix).toMatch(/\.$/)
    if (code !== 'ERR_SEGMENT_SYNTAX') for (const file of involved) expect(error.message).toContain(`"${file}"`)
  })

  test('what only looks like a conflict is none', () => {
    expect(
      pathnames('[a]/x/route.ts', 'b/[c]/route.ts', '(g)/[a]/y/route.ts', 'a/[[...x]]/route.ts', 'd/[id]/route.ts', 'd/[...id]/route.ts'),
    ).toEqual(['/a/[[...x]]', '/b/[c]', '/d/[id]', '/d/[...id]', '/[a]/x', '/[a]/y'])
  })
})
