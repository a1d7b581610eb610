import { expect, test } from 'vitest'
import { type ExplainOptions, explain } from '../../src/cli/explain.js'
import { buildRouteTree } from '../../src/routing/route-tree.js'

const METHODS: Record<string, readonly string[] | undefined> = { 'star/route.ts': undefined, 'post/route.ts': ['POST'] }
const FILES = [
  'route.ts',
  'post/route.ts',
  'star/route.ts',
  'u/[id]/route.ts',
  'u/[id]/posts/route.ts',
  'docs/[[...path]]/route.ts',
  '%5Fx/route.ts',
]
const routes = buildRouteTree(FILES.map((file) => ({ file, kind: 'route' }))).routes.map((route) => ({
  ...route,
  methods: route.file in METHODS ? METHODS[route.file] : ['GET'],
}))
const ask = (method: string, target: string, settings: Partial<ExplainOptions> = {}) =>
  explain(routes, [], { basePath: '', trailingSlash: false, method, target, ...settings })

test.each([
  ['GET', '/', 'route.ts', 'The GET handler of the file answers.'],
  ['HEAD', '/u/1', 'u/[id]/route.ts', 'The GET handler of the file answers, without the body.'],
  ['OPTIONS', '/post', 'post/route.ts', '204 with Allow: OPTIONS, POST: OPTIONS is answered automatically.'],
  ['GET', '/post', 'post/route.ts', '405 with Allow: OPTIONS, POST: the file is chosen before the method, and it does not export GET.'],
  ['GET', '/star', 'star/route.ts', 'The file answers, if it exports GET; an export * hides its methods.'],
  ['GET', '/_x', '%5Fx/route.ts', 'The GET handler of the file answers.'],
  ['GET', '/docs', 'docs/[[...path]]/route.ts', 'The GET handler of the file answers.'],
  ['GET', '/nowhere', undefined, '404: no route file answers this path.'],
  ['GET', '/u/%zz', undefined, '400: a param has malformed percent-encoding.'],
  ['GET', '/docs/../u/x/%2E%2e/1?q=/..', 'u/[id]/route.ts', 'The GET handler of the file answers.'],
  ['GET', '/u/1/..', undefined, '308 to /u: the canonical form of the path.'],
  ['GET', '/u/...', 'u/[id]/route.ts', 'The GET handler of the file answers.'],
  ['GET', '/u//1?q=1', undefined, '308 to /u/1: the canonical form of the path.'],
])('%s %s', (method, target, file, outcome) => {
  expect(ask(method, target)).toMatchObject({ outcome, ...(file === undefined ? {} : { file }) })
  expect(ask(method, target).file).toBe(file)
})

test('each other route has the first segment at which it differs', () => {
  const reasons = Object.fromEntries(ask('GET', '/u/1').others.map(({ pathname, reason }) => [pathname, reason]))
  expect(reasons).toEqual({
    '/': 'the path goes on after segment 0',
    '/_x': 'segment 1 is u, not _x',
    '/docs/[[...path]]': 'segment 1 is u, not docs',
    '/post': 'segment 1 is u, not post',
    '/star': 'segment 1 is u, not star',
    '/u/[id]/posts': 'segment 3 (posts) is missing from the path',
  })
})

test('the base path and the trailing slash are taken into account', () => {
  expect(ask('GET', '/u/1', { basePath: '/api' })).toMatchObject({ status: 404, outcome: expect.stringContaining('base path /api') })
  expect(ask('GET', '/api/u/1', { basePath: '/api' })).toMatchObject({ file: 'u/[id]/route.ts', params: { id: '1' } })
  expect(ask('GET', '/u/1', { trailingSlash: true })).toMatchObject({ status: 308, outcome: expect.stringContaining('/u/1/') })
  expect(ask('GET', '/u/1/', { trailingSlash: true })).toMatchObject({ file: 'u/[id]/route.ts', params: { id: '1' } })
})

const GUARDED = buildRouteTree([
  ...['admin/users/route.ts', '(site)/about/route.ts', '[tenant]/settings/route.ts'].map((file) => ({ file, kind: 'route' as const })),
  ...['_middleware.ts', 'admin/_middleware.ts', '(site)/_middleware.ts', '[tenant]/_middleware.ts'].map((file) => ({
    file,
    kind: 'middleware' as const,
  })),
  { file: '_error.ts', kind: 'error' },
  { file: 'admin/_error.ts', kind: 'error' },
  { file: 'admin/_not-found.ts', kind: 'not-found' },
])
const askGuarded = (method: string, target: string, settings: Partial<ExplainOptions> = {}) =>
  explain(
    GUARDED.routes.map((route) => ({ ...route, methods: ['GET'] })),
    GUARDED.folders,
    { basePath: '', trailingSlash: false, method, target, ...settings },
  )

test.each([
  ['GET', '/admin/users', ['_middleware.ts', 'admin/_middleware.ts'], 'admin/_error.ts', 'admin/_not-found.ts'],
  ['DELETE', '/admin/users', ['_middleware.ts', 'admin/_middleware.ts'], 'admin/_error.ts', 'admin/_not-found.ts'],
  ['GET', '/about', ['_middleware.ts', '(site)/_middleware.ts'], '_error.ts', undefined],
  ['GET', '/nowhere/else', ['_middleware.ts', '[tenant]/_middleware.ts'], '_error.ts', undefined],
  ['GET', '/admin', ['_middleware.ts', 'admin/_middleware.ts'], 'admin/_error.ts', 'admin/_not-found.ts'],
  ['GET', '/admin/users/7', ['_middleware.ts', 'admin/_middleware.ts'], 'admin/_error.ts', 'admin/_not-found.ts'],
  ['GET', '/', ['_middleware.ts'], '_error.ts', undefined],
  ['GET', '/administration', ['_middleware.ts', '[tenant]/_middleware.ts'], '_error.ts', undefined],
  ['GET', '/admin/', [], undefined, undefined],
])('the chain in front of %s %s, and who answers what goes wrong', (method, target, middleware, error, notFound) => {
  const explained = askGuarded(method, target)
  expect([explained.middleware, explained.error, explained.notFound]).toEqual([middleware, error, notFound])
})

test('a path outside the base path has no chain, one inside has', () => {
  expect(askGuarded('GET', '/admin/x', { basePath: '/api' }).middleware).toEqual([])
  expect(askGuarded('GET', '/api/admin/x', { basePath: '/api' })).toMatchObject({
    status: 404,
    middleware: ['_middleware.ts', 'admin/_middleware.ts'],
  })
})
