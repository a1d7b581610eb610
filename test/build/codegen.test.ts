import { describe, expect, test } from 'vitest'
import { generateManifest, generateTypes, type ManifestInput } from '../../src/build/codegen.js'
import { buildRouteTree } from '../../src/routing/route-tree.js'

const FILES = ['users/[id]/route.ts', 'route.tsx', 'it\'s "odd"\\/route.mts', 'blog/[...path]/route.js']

function routes(...files: string[]): ManifestInput['routes'] {
  return buildRouteTree(files.map((file) => ({ file, kind: 'route' as const }))).routes.map((route) => ({
    ...route,
    methods: ['GET', 'POST'],
    config: {},
    hasStaticParams: false,
  }))
}

const INPUT: ManifestInput = {
  routes: [],
  settings: { basePath: '', trailingSlash: false, authInterrupts: false },
  routeSpecifier: (file) => `../routes/${file}`,
  rootSpecifier: (file) => `../${file}`,
}

describe('generateManifest', () => {
  test('is readable TypeScript in match order', () => {
    const [root, blog, odd, user] = routes(...FILES)
    const text = generateManifest({
      ...INPUT,
      routes: [
        root!,
        { ...odd!, methods: undefined },
        { ...blog!, config: { dynamic: 'force-static', revalidate: false, preferredRegion: ['fra1', "o'k"], maxDuration: 5 } },
        { ...user!, hasStaticParams: true, methods: [] },
      ],
      settings: { basePath: '/api', trailingSlash: true, authInterrupts: true },
      proxy: 'src/proxy.ts',
      instrumentation: 'instrumentation.mts',
    })
    expect(text).toMatchInlineSnapshot(`
      "// Written by everyroute: edits are lost. Run \`everyroute typegen\` after adding or moving a route file.
      import type { RouteManifest } from 'everyroute'

      const manifest: RouteManifest = {
        version: 2,
        basePath: '/api',
        trailingSlash: true,
        authInterrupts: true,
        proxy: { file: 'src/proxy.ts', load: () => import('../src/proxy') },
        instrumentation: { file: 'instrumentation.mts', load: () => import('../instrumentation.mjs') },
        routes: [
          {
            pathname: '/',
            file: 'route.tsx',
            methods: ['GET', 'POST'],
            load: () => import('../routes/route'),
          },
          {
            pathname: '/it\\'s "odd"\\\\',
            file: 'it\\'s "odd"\\\\/route.mts',
            load: () => import('../routes/it\\'s "odd"\\\\/route.mjs'),
          },
          {
            pathname: '/blog/[...path]',
            file: 'blog/[...path]/route.js',
            methods: ['GET', 'POST'],
            config: { dynamic: 'force-static', revalidate: false, preferredRegion: ['fra1', 'o\\'k'], maxDuration: 5 },
            load: () => import('../routes/blog/[...path]/route'),
          },
          {
            pathname: '/users/[id]',
            file: 'users/[id]/route.ts',
            methods: [],
            hasStaticParams: true,
            load: () => import('../routes/users/[id]/route'),
          },
        ],
      }

      export default manifest
      "
    `)
  })

  test('files of folders are constants that routes and folders share', () => {
    const tree = buildRouteTree([
      { file: '_middleware.ts', kind: 'middleware' },
      { file: '_error.mts', kind: 'error' },
      { file: '(staff)/admin/_middleware.js', kind: 'middleware' },
      { file: '(staff)/admin/_not-found.tsx', kind: 'not-found' },
      { file: '(staff)/admin/users/route.ts', kind: 'route' },
      { file: 'about/route.ts', kind: 'route' },
    ])
    const known = tree.routes.map((route) => ({ ...route, methods: ['GET'], config: {}, hasStaticParams: false }))
    const text = generateManifest({ ...INPUT, routes: known, folders: tree.folders })
    expect(text.replace(/^[\s\S]*?\n\n/, '').replace(/ {2}version[\s\S]*?(?= {2}routes)/, '')).toMatchInlineSnapshot(`
      "const m0: ManifestFile = { file: '_middleware.ts', load: () => import('../routes/_middleware') }
      const m1: ManifestFile = { file: '(staff)/admin/_middleware.js', load: () => import('../routes/(staff)/admin/_middleware') }
      const e0: ManifestFile = { file: '_error.mts', load: () => import('../routes/_error.mjs') }
      const n0: ManifestFile = { file: '(staff)/admin/_not-found.tsx', load: () => import('../routes/(staff)/admin/_not-found') }

      const manifest: RouteManifest = {
        routes: [
          {
            pathname: '/about',
            file: 'about/route.ts',
            methods: ['GET'],
            middleware: [m0],
            error: e0,
            load: () => import('../routes/about/route'),
          },
          {
            pathname: '/admin/users',
            file: '(staff)/admin/users/route.ts',
            methods: ['GET'],
            middleware: [m0, m1],
            error: e0,
            notFound: n0,
            load: () => import('../routes/(staff)/admin/users/route'),
          },
        ],
        folders: [
          {
            pathname: '/',
            middleware: [m0],
            error: e0,
          },
          {
            pathname: '/admin',
            middleware: [m0, m1],
            error: e0,
            notFound: n0,
          },
        ],
      }

      export default manifest
      "
    `)
    expect(text).toContain("import type { ManifestFile, RouteManifest } from 'everyroute'\n")
  })

  test('is the same for the same input and empty for none', () => {
    expect(generateManifest({ ...INPUT, routes: routes(...FILES) })).toBe(
      generateManifest({ ...INPUT, routes: routes(...[...FILES].reverse()) }),
    )
    expect(generateManifest(INPUT)).toContain('routes: [\n  ],')
  })

  test('any name is quoted so that it reads back as it is', () => {
    const name = '\'"\\`$\n\u2028</script>*/\u{1F600}'
    const text = generateManifest({ ...INPUT, settings: { ...INPUT.settings, basePath: name } })
    const literal = /basePath: ('.*?'),\n/s.exec(text)?.[1]
    expect(new Function(`return ${literal}`)()).toBe(name)
  })
})

describe('generateTypes', () => {
  test('maps each pathname to its params, flat', () => {
    const tree = routes('route.ts', '(g)/users/[id]/[user-id]/route.ts', 'blog/[...path]/route.ts', 'docs/[[...path]]/route.ts')
    expect(generateTypes({ routes: tree, nextModules: ['next/server'] })).toMatchInlineSnapshot(`
      "// Written by everyroute: edits are lost. Run \`everyroute typegen\` after adding or moving a route file.

      /** The params of every route file, by its pathname. */
      interface RouteParamsMap {
        "/": {}
        "/blog/[...path]": { "path": string[] }
        "/docs/[[...path]]": { "path"?: string[] }
        "/users/[id]/[user-id]": { "id": string; "user-id": string }
      }

      /**
       * The second argument of a route handler.
       * @example export async function GET(request: NextRequest, { params }: RouteContext<'/users/[id]'>) {}
       */
      interface RouteContext<Route extends keyof RouteParamsMap> {
        params: Promise<RouteParamsMap[Route]>
      }

      /** The app that \`everyroute build\` makes of the routes, for an entry module of one's own. */
      declare module 'everyroute:app' {
        const app: import('hono').Hono
        export default app
      }

      /** What \`fetch\` in a route handler takes beside the standard's options. */
      interface NextFetchRequestConfig {
        revalidate?: number | false
        tags?: string[]
      }

      interface RequestInit {
        next?: NextFetchRequestConfig | undefined
      }

      declare module 'next/server' {
        export * from 'everyroute/next/server'
      }
      "
    `)
    const withNext = generateTypes({ routes: tree, nextModules: [] })
    for (const left of ["declare module 'next/", 'interface RouteContext', 'interface RequestInit']) expect(withNext).not.toContain(left)
    expect(withNext).toContain('interface RouteParamsMap {\n  "/": {}\n')
  })
})
