import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importsOf, REPOSITORY, readSource } from './imports.ts'
import { execute, type InstalledPackage, installPackage, packageJson } from './installed.ts'

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
})
afterAll(() => installed?.remove())

test('the package holds its code, its types and its documents, and nothing else', () => {
  const paths = installed.files.map(({ path }) => path)
  expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  expect(paths.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts)$/.test(path))).toEqual([])
  for (const target of Object.values(packageJson.exports)) {
    const files = typeof target === 'string' ? [target] : [target.types, target.default]
    expect(paths).toEqual(expect.arrayContaining(files.map((file) => file.slice(2))))
  }
})

test('the command line runs from the package', async () => {
  expect(installed.files.find(({ path }) => path === 'dist/cli/main.js')?.mode).toBe(0o755)
  const { stdout } = await execute(process.execPath, [join(installed.packageDir, 'dist/cli/main.js'), '--version'], installed.dir)
  expect(stdout.trim()).toContain(packageJson.version)
})

test('publint finds nothing', async () => {
  // As it is published: the repository has package.json files of examples besides.
  const { messages } = await publint({ pkgDir: installed.packageDir, strict: true, pack: false })
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))
  expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([])
})

test('the types resolve as the code does (are the types wrong)', async () => {
  const attw = join(REPOSITORY, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  await execute(process.execPath, [attw, installed.tarball, '--profile', 'esm-only', '--no-color', '--format', 'ascii'], installed.dir)
})

/** Everything that a project would import, under the strictest settings that reach into declarations. */
test('the declarations compile in a project that has the declared dependencies alone', async () => {
  const lines = Object.keys(packageJson.exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath, index) => `import * as m${index} from 'everyroute${subpath.slice(1)}'\nexport const n${index}: object = m${index}`)
  await installed.write('consumer.ts', `${lines.join('\n')}\n`)
  const options = '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2022 --lib es2023,dom,dom.iterable'
  const types = ['--typeRoots', join(REPOSITORY, 'node_modules/@types'), '--types', 'node']
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc')
  await installed.write('package.json', '{ "type": "module" }')
  await execute(process.execPath, [tsc, ...options.split(' '), ...types, 'consumer.ts'], installed.dir)
})

test('every package that src imports is a dependency', () => {
  const declared = { ...packageJson.dependencies, ...packageJson.peerDependencies }
  const names = readSource()
    .flatMap(({ file, text }) => importsOf(file, text))
    .filter((specifier) => /^[@a-z]/.test(specifier) && !/^(node|cloudflare):/.test(specifier))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
  expect(names.length).toBeGreaterThan(10)
  expect([...new Set(names)].filter((name) => !(name in declared))).toEqual([])
})
