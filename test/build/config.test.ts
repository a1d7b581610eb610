import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { tempProject } from './temp-project.js'

describe('loadConfig', () => {
  test('defaults', async () => {
    const root = await tempProject({})
    expect(await loadConfig({ root, mode: 'production' })).toEqual({
      root,
      routesDir: join(root, 'routes'),
      outDir: join(root, '.output'),
      generatedDir: join(root, '.everyroute'),
      basePath: '',
      trailingSlash: false,
      authInterrupts: false,
      external: [],
    })
  })

  test('every setting, from TypeScript that imports its own file', async () => {
    const root = await tempProject({
      'everyroute.config.ts': `
        import { port } from './port'
        interface X { y: string }
        export default { routesDir: 'api', outDir: 'out', basePath: '/v1/x', trailingSlash: true, authInterrupts: true, port, hostname: '::1', external: ['pg'] }`,
      'port.ts': 'export const port: number = 8080',
      'next.config.js': 'throw new Error("not read")',
    })
    expect(await loadConfig({ root, mode: 'production' })).toEqual({
      root,
      routesDir: join(root, 'api'),
      outDir: join(root, 'out'),
      generatedDir: join(root, '.everyroute'),
      basePath: '/v1/x',
      trailingSlash: true,
      authInterrupts: true,
      port: 8080,
      hostname: '::1',
      external: ['pg'],
      configFile: join(root, 'everyroute.config.ts'),
    })
  })

  test.each([
    'everyroute.config.ts',
    'everyroute.config.mts',
    'everyroute.config.js',
    'everyroute.config.mjs',
    '.config/everyroute.ts',
    '.config/everyroute.mjs',
  ])('%s is found', async (file) => {
    const root = await tempProject({ [file]: "export default { basePath: '/x' }", 'package.json': '{"type":"module"}' })
    expect(await loadConfig({ root, mode: 'development' })).toMatchObject({ basePath: '/x', configFile: join(root, file) })
  })

  test('the routes folder: flag, config, routes, app, src/routes, src/app', async () => {
    const root = await tempProject({
      'everyroute.config.mjs': "export default { routesDir: 'mine' }",
      'src/app/x': '',
      app: '',
    })
    const routesDir = async (routes?: string) => (await loadConfig({ root, mode: 'production', ...(routes && { routes }) })).routesDir
    expect(await routesDir('flag')).toBe(join(root, 'flag'))
    expect(await routesDir()).toBe(join(root, 'mine'))
    await writeFile(join(root, 'everyroute.config.mjs'), 'export default {}')
    expect(await routesDir()).toBe(join(root, 'src/app'))
    const all = await tempProject({ 'routes/x': '', 'app/x': '', 'src/routes/x': '' })
    expect((await loadConfig({ root: all, mode: 'production' })).routesDir).toBe(join(all, 'routes'))
    const src = await tempProject({ 'src/app/x': '', 'src/routes/x': '' })
    expect((await loadConfig({ root: src, mode: 'production' })).routesDir).toBe(join(src, 'src/routes'))
  })

  test.each([
    ['{ basepath: "/x" }', 'unknown setting "basepath"', 'Write "basePath" in its place.'],
    ['{ traillingSlash: true }', 'unknown setting "traillingSlash"', 'Write "trailingSlash" in its place.'],
    ['{ nonsense: true }', 'unknown setting "nonsense"', 'Remove it; the settings are routesDir, '],
    [
      '{ basePath: "api" }',
      `"basePath" is wrong: must be '' or start with '/' and not end with '/', such as '/api' (it is "api")`,
      'Correct "basePath"',
    ],
    ['{ basePath: "/api/" }', '(it is "/api/")', 'Correct "basePath"'],
    ['{ basePath: "/" }', '(it is "/")', 'Correct "basePath"'],
    ['{ basePath: "/a//b" }', '(it is "/a//b")', 'Correct "basePath"'],
    ['{ port: 70000 }', '"port" is wrong', 'Correct "port"'],
    ['{ port: "80" }', '(it is "80")', 'Correct "port"'],
    ['{ external: ["a", 1] }', '"external.1" is wrong', 'Correct "external.1"'],
    ['{ trailingSlash: "yes" }', '(it is "yes")', 'Correct "trailingSlash"'],
    ['null', '"the default export" is wrong', 'everyroute.config.mjs'],
    ['() => ({})', '(it is a function)', 'everyroute.config.mjs'],
  ])('%s is refused', async (text, message, fix) => {
    const root = await tempProject({ 'everyroute.config.mjs': `export default ${text}` })
    await expect(loadConfig({ root, mode: 'production' })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      files: ['everyroute.config.mjs'],
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    })
  })

  test.each([
    ['everyroute.config.ts', 'export default {', 'failed to load'],
    ['everyroute.config.ts', "import './nothing'\nexport default {}", 'failed to load'],
    ['everyroute.config.mjs', 'throw new Error("boom")', 'failed to load: boom'],
    ['everyroute.config.mjs', 'export const basePath = "/x"', 'failed to load: It has no default export'],
    ['next.config.mjs', 'export default () => { throw new Error("boom") }', 'The function that next.config.mjs exports failed: boom'],
  ])('%s with %s does not load', async (file, text, message) => {
    const root = await tempProject({ [file]: text })
    await expect(loadConfig({ root, mode: 'production' })).rejects.toMatchObject({
      code: 'ERR_CONFIG_LOAD',
      files: [file],
      message: expect.stringContaining(message),
      fix: expect.any(String),
      cause: expect.any(Error),
    })
  })
})

describe('next.config', () => {
  test('warns of settings that change answers in Next.js and are not read here', async () => {
    const root = await tempProject({
      'next.config.mjs': 'export default { rewrites: async () => [], i18n: { locales: ["en"] }, poweredByHeader: false }',
    })
    expect((await loadConfig({ root, mode: 'production' })).warnings).toEqual([
      expect.objectContaining({ file: 'next.config.mjs', message: 'i18n, rewrites of next.config.mjs are not read' }),
    ])
  })

  const settings = {
    basePath: '/docs',
    trailingSlash: true,
    authInterrupts: true,
    external: [],
    outDir: expect.stringMatching(/\.output$/),
  }
  const object =
    "{ basePath: '/docs', trailingSlash: true, output: 'standalone', images: {}, experimental: { authInterrupts: true, x: 1 } }"

  test.each([
    ['next.config.js', `module.exports = ${object}`],
    ['next.config.mjs', `export default ${object}`],
    ['next.config.ts', `import type { NextConfig } from 'next'\nconst config: NextConfig = ${object}\nexport default config`],
    ['next.config.js', `module.exports = () => (${object})`],
    ['next.config.mjs', `export default async (phase, { defaultConfig }) => ({ ...defaultConfig, ...${object} })`],
    [
      'next.config.ts',
      `export default async (phase: string, { defaultConfig }: { defaultConfig: object }) => ({ ...defaultConfig, ...${object} })`,
    ],
  ])('%s: %s', async (file, text) => {
    const root = await tempProject({ [file]: text })
    expect(await loadConfig({ root, mode: 'production' })).toMatchObject({ ...settings, configFile: join(root, file) })
  })

  test('a function is called with the phase', async () => {
    const root = await tempProject({ 'next.config.mjs': 'export default (phase) => ({ basePath: "/" + phase })' })
    expect((await loadConfig({ root, mode: 'development' })).basePath).toBe('/phase-development-server')
    expect((await loadConfig({ root, mode: 'production' })).basePath).toBe('/phase-production-build')
  })

  test('a wrong base path is refused, an edited file read again', async () => {
    const root = await tempProject({ 'next.config.mjs': "export default { basePath: 'docs' }" })
    await expect(loadConfig({ root, mode: 'production' })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID', files: ['next.config.mjs'] })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await writeFile(join(root, 'next.config.mjs'), "export default { basePath: '/docs' }")
    expect((await loadConfig({ root, mode: 'production' })).basePath).toBe('/docs')
  })
})
