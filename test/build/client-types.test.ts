import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { generateClientTypes } from '../../src/build/client-types.js'
import { loadConfig } from '../../src/build/config.js'
import { openDevProject } from '../../src/build/dev-project.js'
import { buildRouteTree } from '../../src/routing/route-tree.js'
import { tempProject } from './temp-project.js'

function generate(files: readonly string[], basePath = '', methods: readonly string[] | undefined = ['GET', 'HEAD', 'POST']): string {
  const { routes } = buildRouteTree(files.map((file) => ({ file, kind: 'route' as const })))
  return generateClientTypes({
    routes: routes.map((route) => ({ ...route, methods })),
    basePath,
    routeSpecifier: (file) => `../routes/${file}`,
  })
}

/** The interfaces' members, without what is around them. */
const members = (text: string): string[] => [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, line]) => line!)

test('is one flat line for each path, and one for the segments after each', () => {
  expect(
    generate(['users/[id]/route.ts', 'route.tsx', '(shop)/files/[...path]/route.mts', 'docs/[[...path]]/route.ts', 'old/route.js']),
  ).toMatchInlineSnapshot(`
    "// Written by everyroute: edits are lost. Run \`everyroute typegen\` after adding or moving a route file.
    /// <reference path="./routes.d.ts" />
    import type { ClientApp, ClientRoute, UntypedModule } from 'everyroute/client'

    /** Every route file by its path. */
    export interface AppRoutes {
      '/': ClientRoute<typeof import('../routes/route')>
      '/docs': ClientRoute<typeof import('../routes/docs/[[...path]]/route')>
      '/docs/:path{.+}': ClientRoute<typeof import('../routes/docs/[[...path]]/route'), 'path'>
      '/files/:path{.+}': ClientRoute<typeof import('../routes/(shop)/files/[...path]/route.mjs'), 'path'>
      '/old': ClientRoute<UntypedModule<'GET' | 'POST'>>
      '/users/:id': ClientRoute<typeof import('../routes/users/[id]/route'), 'id'>
    }

    /** Which segments may follow each path; '' is the path "/" itself. */
    export interface AppSegments {
      '': '' | 'docs' | 'files' | 'old' | 'users'
      '/docs': ':path{.+}'
      '/files': ':path{.+}'
      '/users': ':id'
    }

    /**
     * The routes for a typed client.
     * @example const client = hc<AppType>('https://example.com')
     */
    export type AppType = ClientApp<AppRoutes, AppSegments>
    "
  `)
})

test('paths begin with the base path', () => {
  expect(members(generate(['route.ts', '[a]/[b]/deep/route.ts'], '/api/v1'))).toEqual([
    "'/api/v1': ClientRoute<typeof import('../routes/route')>",
    "'/api/v1/:a/:b/deep': ClientRoute<typeof import('../routes/[a]/[b]/deep/route'), 'a' | 'b'>",
    "'': 'api'",
    "'/api': 'v1'",
    "'/api/v1': ':a'",
    "'/api/v1/:a': ':b'",
    "'/api/v1/:a/:b': 'deep'",
  ])
})

test('names are quoted', () => {
  expect(members(generate(["it's/route.ts"]))).toEqual(["'/it\\'s': ClientRoute<typeof import('../routes/it\\'s/route')>", "'': 'it\\'s'"])
})

test('leaves out what hc cannot send, and says so', () => {
  const files = ['a/index/route.ts', 'index/b/route.ts', 'then/route.ts', '[x+y]/c/route.ts', 'a/what?/route.ts', 'a/index/b/route.ts']
  const text = generate(files)
  expect(
    text
      .match(/^\/\/ Left out, as hc cannot send it: .*$/gm)
      ?.map((line) => line.split(': ')[1])
      .sort(),
  ).toEqual(['/:x+y/c', '/a/index', '/a/what?', '/index/b', '/then'].sort())
  expect(members(text)[0]).toBe("'/a/index/b': ClientRoute<typeof import('../routes/a/index/b/route')>")
})

test('a project without routes has a client without paths', () => {
  expect(members(generate([]))).toEqual([])
  expect(generate([])).toContain("import type { ClientApp } from 'everyroute/client'")
})

test('JavaScript whose methods are hidden may have any that a client calls', () => {
  const { routes } = buildRouteTree([{ file: 'a/route.mjs', kind: 'route' }])
  const text = generateClientTypes({
    routes: routes.map((route) => ({ ...route, methods: undefined })),
    basePath: '',
    routeSpecifier: String,
  })
  expect(members(text)[0]).toBe("'/a': ClientRoute<UntypedModule<'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'>>")
})

test('dev writes the types whenever a route is added or removed, and says where it cannot', async () => {
  const root = await tempProject({ 'routes/a/route.ts': 'export const GET = () => new Response()\n', 'routes/b/route.js': 'syntax error' })
  const project = await openDevProject(await loadConfig({ root, mode: 'development' }))
  onTestFinished(() => project.close())
  const routes = async (): Promise<string[]> => {
    await project.refresh()
    return members(await readFile(join(root, '.everyroute/client.d.ts'), 'utf8')).filter((line) => line.includes('ClientRoute'))
  }
  const [a, b] = [
    "'/a': ClientRoute<typeof import('../routes/a/route')>",
    "'/b': ClientRoute<UntypedModule<'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'>>",
  ]
  expect(await routes()).toEqual([a, b])

  await writeFile(join(root, 'routes/b/route.js'), 'export const PUT = () => new Response()\n')
  expect(await routes()).toEqual([a, "'/b': ClientRoute<UntypedModule<'PUT'>>"])

  await rm(join(root, 'routes/b'), { recursive: true })
  expect(await routes()).toEqual([a])

  await rm(join(root, '.everyroute'), { recursive: true })
  await writeFile(join(root, '.everyroute'), 'a file in the place of the folder')
  await writeFile(join(root, 'routes/a/route.ts'), 'export const POST = () => new Response()\n')
  expect((await project.refresh())?.warnings).toMatchObject([
    { file: '.everyroute', message: expect.stringContaining('could not be written') },
  ])
})
