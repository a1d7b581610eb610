import { mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { loadProject, type Project, writeGenerated } from '../../src/build/project.js'
import { tempProject } from './temp-project.js'

const GET = 'export const GET = () => new Response()\n'

async function load(files: Record<string, string>): Promise<Project> {
  const root = await tempProject(files)
  return loadProject(await loadConfig({ root, mode: 'production' }))
}

describe('loadProject', () => {
  test('gives routes in match order with what they export, and the files beside them', async () => {
    const project = await load({
      'src/app/[id]/route.ts': `${GET}export const dynamic = 'force-dynamic'`,
      'src/app/users/route.ts': 'export const get = 1',
      'src/app/users/route.cts': '',
      'src/app/page.tsx': '',
      'src/proxy.ts': 'export function proxy() {}',
      'instrumentation.ts': '',
    })
    const { root } = project.config
    expect(project.routes).toEqual([
      expect.objectContaining({ pathname: '/users', methods: [], path: join(root, 'src/app/users/route.ts') }),
      expect.objectContaining({ pathname: '/[id]', file: '[id]/route.ts', methods: ['GET'], config: { dynamic: 'force-dynamic' } }),
    ])
    expect(project).toMatchObject({ proxy: 'src/proxy.ts', instrumentation: 'instrumentation.ts' })
    expect(project.warnings.map(({ file }) => file)).toEqual([
      'src/app/users/route.cts',
      'src/app/users/route.ts',
      'src/app/users/route.ts',
    ])
  })

  test('export * through tsconfig paths and package.json imports is followed, from a package it is not', async () => {
    const project = await load({
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } }, "include": ["**/*.ts"] }',
      'package.json': '{ "imports": { "#handlers": "./lib/handlers.ts" } }',
      'lib/handlers.ts': `${GET}export * from './more'`,
      'lib/more.ts': 'export const POST = 1',
      'node_modules/pkg/index.js': 'export const GET = 1',
      'node_modules/pkg/package.json': '{ "name": "pkg", "main": "index.js", "type": "module" }',
      'routes/a/route.ts': "export * from '@/handlers'",
      'routes/b/route.ts': "export * from '#handlers'",
      'routes/c/route.ts': "export * from 'pkg'",
      'routes/d/route.ts': "export * from 'not-there'",
    })
    expect(project.routes.map(({ methods }) => methods)).toEqual([['GET', 'POST'], ['GET', 'POST'], undefined, undefined])
  })

  test('errors name files from the root', async () => {
    await expect(load({ 'src/app/(a)/x/route.ts': GET, 'src/app/x/route.ts': GET })).rejects.toMatchObject({
      code: 'ERR_DUPLICATE_PATH',
      files: ['src/app/(a)/x/route.ts', 'src/app/x/route.ts'],
      fix: expect.any(String),
    })
    await expect(load({ 'app/[[x]]/route.ts': GET })).rejects.toMatchObject({
      code: 'ERR_SEGMENT_SYNTAX',
      files: ['app/[[x]]/route.ts'],
      frame: '[[x]]\n ^',
    })
    await expect(load({ 'app/x/route.ts': 'export const' })).rejects.toMatchObject({ code: 'ERR_PARSE', files: ['app/x/route.ts'] })
    await expect(load({})).rejects.toMatchObject({ code: 'ERR_ROUTES_DIR_MISSING', files: ['routes'] })
    const looping = await tempProject({ 'app/x/route.ts': GET })
    await symlink('.', join(looping, 'app/x/loop'))
    await expect(loadProject(await loadConfig({ root: looping, mode: 'production' }))).rejects.toMatchObject({
      code: 'ERR_SYMLINK_LOOP',
      files: ['app/x/loop'],
    })
  })

  test.each([[['proxy.ts', 'middleware.ts']], [['proxy.ts', 'src/proxy.js']], [['middleware.ts', 'src/middleware.ts']]])(
    '%s conflict',
    async (files) => {
      const texts = Object.fromEntries(files.map((file) => [file, 'export default () => {}']))
      await expect(load({ 'routes/route.ts': GET, ...texts })).rejects.toMatchObject({
        code: 'ERR_PROXY_CONFLICT',
        files,
        fix: expect.any(String),
      })
    },
  )

  test('a proxy file must export a proxy', async () => {
    const routes = { 'routes/route.ts': GET }
    await expect(load({ ...routes, 'proxy.ts': 'export function middleware() {}' })).rejects.toMatchObject({
      code: 'ERR_PROXY_EXPORT',
      files: ['proxy.ts'],
      message: '"proxy.ts" exports no function "proxy" and no default',
    })
    await expect(load({ ...routes, 'middleware.js': 'export const config = {}' })).rejects.toMatchObject({ code: 'ERR_PROXY_EXPORT' })
    expect(await load({ ...routes, 'middleware.js': "export { x as middleware } from './x'" })).toMatchObject({ proxy: 'middleware.js' })
    expect(await load({ ...routes, 'proxy.mts': 'export default () => {}' })).toMatchObject({ proxy: 'proxy.mts' })
  })
})

describe('files of folders', () => {
  const files = {
    'app/admin/_middleware.ts': 'export default (c, next) => next()',
    'app/admin/_not-found.ts': "export { nothing as default } from './nothing'",
    'app/admin/users/route.ts': GET,
  }

  test('stand at their routes and folders', async () => {
    const { routes, folders, warnings } = await load(files)
    const around = { middleware: ['admin/_middleware.ts'], notFound: 'admin/_not-found.ts' }
    expect(routes).toEqual([expect.objectContaining({ pathname: '/admin/users', ...around })])
    expect(folders).toEqual([expect.objectContaining({ pathname: '/admin', ...around })])
    expect(warnings).toEqual([])
  })

  test('may be CommonJS, whose default is module.exports', async () => {
    const { routes } = await load({ ...files, 'app/admin/_error.js': 'module.exports = (error, c) => c.text(error.message)' })
    expect(routes).toEqual([expect.objectContaining({ error: 'admin/_error.js' })])
  })

  test.each([
    ['_middleware.ts', 'export function middleware() {}', '"app/a/_middleware.ts" has no default export: it exports "middleware"'],
    ['_middleware.ts', '', '"app/a/_middleware.ts" has no default export: it exports nothing'],
    ['_error.ts', "export * from './other'", '"app/a/_error.ts" has no default export: it exports nothing'],
    ['_not-found.mjs', 'module.exports = () => {}', '"app/a/_not-found.mjs" has no default export: it exports nothing'],
    ['_middleware.ts', 'export default interface Nothing {}', '"app/a/_middleware.ts" has no default export: it exports nothing'],
  ])('%s without a default export is an error: %s', async (name, text, message) => {
    const file = `app/a/${name}`
    await expect(load({ ...files, [file]: text })).rejects.toMatchObject({
      code: 'ERR_FOLDER_FILE_EXPORT',
      message,
      files: [file],
      fix: expect.stringContaining('export default'),
    })
  })

  test('errors name the files from the root', async () => {
    await expect(load({ ...files, 'app/admin/_middleware.mjs': '' })).rejects.toMatchObject({
      code: 'ERR_FOLDER_FILE_CONFLICT',
      files: ['app/admin/_middleware.mjs', 'app/admin/_middleware.ts'],
    })
    await expect(load({ ...files, 'app/admin/_Middleware.ts': '' })).rejects.toMatchObject({
      code: 'ERR_FOLDER_FILE_NAME',
      files: ['app/admin/_Middleware.ts'],
    })
    await expect(load({ ...files, 'app/_middleware.ts': 'export default = 1' })).rejects.toMatchObject({
      code: 'ERR_PARSE',
      files: ['app/_middleware.ts'],
    })
  })

  test('in the app folder of a Next.js application a warning says that Next.js does not run middleware', async () => {
    const config = { 'next.config.mjs': 'export default {}' }
    const { warnings } = await load({ ...files, ...config, 'app/_middleware.ts': 'export default []', 'app/middleware.ts': '' })
    expect(warnings.map(({ file }) => file)).toEqual(['app/middleware.ts', 'app/_middleware.ts'])
    expect(warnings[1]?.message).toContain('Next.js does not run _middleware files (this one and 1 more)')
    expect((await load({ ...config, 'app/_error.ts': 'export default 1', 'app/x/route.ts': GET })).warnings).toEqual([])
    const elsewhere = { 'routes/_middleware.ts': 'export default []', 'routes/x/route.ts': GET }
    expect((await load({ ...config, ...elsewhere })).warnings).toEqual([])
    await expect(load({ ...config, ...elsewhere, 'routes/middleware.ts': '' })).rejects.toMatchObject({ code: 'ERR_FOLDER_FILE_NAME' })
  })
})

describe('writeGenerated', () => {
  test('writes the files once, with specifiers from their folder', async () => {
    const project = await load({
      'everyroute.config.mjs': "export default { basePath: '/api', routesDir: 'src/api' }",
      'src/api/users/[id]/route.ts': `${GET}export const generateStaticParams = 1`,
      'src/api/old/route.mjs': GET,
      'src/proxy.ts': 'export default 1',
      'src/api/users/_middleware.ts': 'export default []',
      'instrumentation.js': '',
    })
    const { root } = project.config
    const written = await writeGenerated(project)
    expect(written).toEqual({
      manifest: join(root, '.everyroute/manifest.ts'),
      types: join(root, '.everyroute/routes.d.ts'),
      client: join(root, '.everyroute/client.d.ts'),
      changed: true,
    })
    const client = await readFile(written.client, 'utf8')
    expect(client).toContain("'/api/users/:id': ClientRoute<typeof import('../src/api/users/[id]/route'), 'id'>")
    expect(client).toContain("'/api/old': ClientRoute<UntypedModule<'GET'>>")
    const manifest = await readFile(written.manifest, 'utf8')
    expect(manifest).toContain("basePath: '/api'")
    expect(manifest).toContain("import('../src/api/users/[id]/route')")
    expect(manifest).toContain("import('../src/api/old/route.mjs')")
    expect(manifest).toContain("proxy: { file: 'src/proxy.ts', load: () => import('../src/proxy') }")
    expect(manifest).toContain("instrumentation: { file: 'instrumentation.js', load: () => import('../instrumentation') }")
    expect(manifest).toContain("{ file: 'users/_middleware.ts', load: () => import('../src/api/users/_middleware') }")
    expect(manifest.match(/middleware: \[m0\]/g)).toHaveLength(2)
    expect((await writeGenerated(project)).changed).toBe(false)
  })

  test('declares next/* exactly where next is not installed', async () => {
    const project = await load({ 'routes/route.ts': GET })
    const { types } = await writeGenerated(project)
    for (const name of ['server', 'headers', 'navigation', 'cache']) {
      expect(await readFile(types, 'utf8')).toContain(`declare module 'next/${name}' {\n  export * from 'everyroute/next/${name}'\n}`)
    }
    const { root } = project.config
    await mkdir(join(root, 'node_modules'))
    await symlink(join(import.meta.dirname, '../../node_modules/next'), join(root, 'node_modules/next'))
    expect((await writeGenerated(project)).changed).toBe(true)
    expect(await readFile(types, 'utf8')).not.toContain("declare module 'next/")
  })
})
