import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answering, CLI, createProject, everyroute, temporaryFolder, writeFiles } from './project.js'

const VERBS = ['dev', 'build', 'start', 'routes', 'typegen']

test('--version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(await everyroute(await temporaryFolder(), ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

test('--help lists every command; without a command it goes to stderr with exit code 2', async () => {
  const dir = await temporaryFolder()
  const help = await everyroute(dir, ['--help'])
  expect(help.code).toBe(0)
  for (const verb of VERBS) expect(help.stdout).toContain(`  ${verb} `)
  const bare = await everyroute(dir, [])
  expect(bare).toEqual({ code: 2, stdout: '', stderr: help.stdout })
})

test.each(VERBS)('%s --help shows its options and runs nothing', async (verb) => {
  const { code, stdout, stderr } = await everyroute(await temporaryFolder(), [verb, '--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`Usage: everyroute ${verb}`)
  expect(stdout).toContain('--root DIR')
})

test.each([
  [['serve'], 'Unknown command "serve": give one of dev, build, start, routes, typegen.'],
  [['build', '--outt', 'x'], 'Unknown option --outt: did you mean --out?'],
  [['dev', '--prot', '3000'], 'Unknown option --prot: did you mean --port?'],
  [['typegen', '--verbose'], 'Unknown option --verbose: give one of --root, --routes, --help.'],
  [['build', '-p', '1'], 'Unknown option -p: give one of'],
  [['dev', '-p', '70000'], '--port is "70000"'],
  [['build', 'routes'], 'Unexpected argument "routes".'],
  [['build', '--out='], '--out is empty'],
  [['build', '--target', 'toaster'], '--target is "toaster": this version builds for node'],
  [['dev', '--port', '70000'], '--port is "70000": give a whole number from 0 to 65535'],
  [['start', '--port', '3e3'], '--port is "3e3": give a whole number from 0 to 65535'],
  [['routes', 'GET', '/x'], 'Unexpected argument "GET": METHOD and PATH belong to --explain.'],
  [['routes', '--explain', 'GET'], '--explain needs a method and a path'],
  [['routes', '--explain', 'GET', 'users'], 'The path "users" does not start with a slash.'],
])('%j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await everyroute(await temporaryFolder(), args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
  expect(stderr).toContain('--help shows what can be given.')
})

test('a build error is shown as code, title, message, files and mend, with exit code 1', async () => {
  const dir = await createProject({ 'routes/a/route.ts': answering('a'), 'routes/(g)/a/route.ts': answering('b') })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^error ERR_DUPLICATE_PATH {2}Two files answer one path\n/)
  expect(stderr).toMatch(/^ {2}file {2}\S*a\/route\.ts$/m)
  expect(stderr).toMatch(/^ {2}fix {3}\S/m)
})

test('a syntax error is shown with its code frame', async () => {
  const dir = await createProject({ 'routes/route.ts': 'export const GET = () => = 1\n' })
  const { code, stderr } = await everyroute(dir, ['routes'])
  expect(code).toBe(1)
  expect(stderr).toContain('ERR_PARSE')
  expect(stderr).toContain('> 1 | export const GET = () => = 1')
})

test('output that is no terminal has no colours', async () => {
  const dir = await createProject({ 'routes/route.ts': 'export const get = 1\n' })
  const { stdout, stderr } = await everyroute(dir, ['routes'])
  expect(stderr).toContain('warning')
  expect(stdout + stderr).not.toContain('\u001b')
})

test('a reader that goes early is no failure', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('x') })
  const child = spawn(process.execPath, [CLI, 'routes'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
})

test('--root and --routes choose the project and the routes folder', async () => {
  const dir = await temporaryFolder()
  await writeFiles(dir, { 'project/api/x/route.ts': answering('x') })
  const { code, stdout } = await everyroute(dir, ['routes', '--root', 'project', '--routes', 'api'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '  GET  /x  x/route.ts\n' })
  const missing = await everyroute(dir, ['routes', '--root', 'nowhere'])
  expect(missing.code).toBe(1)
  expect(missing.stderr).toContain('nowhere is not a folder')
})

test('a project without a routes folder is told how to make one', async () => {
  const { code, stderr } = await everyroute(await temporaryFolder(), ['routes'])
  expect(code).toBe(1)
  expect(stderr).toContain('ERR_ROUTES_DIR_MISSING')
  expect(stderr).toContain('--routes')
})

test('a build without a route file is warned of', async () => {
  const dir = await createProject({ 'routes/users/users.ts': answering('x') })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('warning routes: There is no route file\n  fix  Add one') })
})

test.each([
  [
    'everyroute.config.ts',
    "import './lib'\n\nthrow new Error('no settings')\n",
    'no settings (everyroute.config.ts:3:7)',
    'everyroute.config.ts',
  ],
  ['everyroute.config.mjs', "\nthrow new Error('no settings')\n", 'no settings (everyroute.config.mjs:2:7)', 'everyroute.config.mjs'],
  ['next.config.mjs', 'export default () => {\n  null.x\n}\n', '(next.config.mjs:2:8)', 'next.config.mjs'],
  ['everyroute.config.ts', "import './broken'\nexport default {}\n", 'broken.ts:2:18', 'broken.ts'],
])('a config that fails tells where: %s', async (name, text, place, file) => {
  const dir = await createProject({
    'routes/route.ts': answering('x'),
    'lib.ts': 'export {}\n',
    'broken.ts': '\nexport const x = = 1\n',
    [name]: text,
  })
  const { code, stderr } = await everyroute(dir, ['routes'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(place) })
  expect(stderr).toContain(`  file  ${file}\n`)
  expect(stderr).not.toContain('\u001b')
})

test('a cache handler that is not there is told by its name, before anything is bundled', async () => {
  const config = "export default { cacheHandler: './nowhere' }\n"
  const dir = await createProject({ 'routes/route.ts': answering('x'), 'everyroute.config.mjs': config })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('"cacheHandler" of the config names nowhere, which is no file.'),
  })
  await writeFiles(dir, { 'nowhere.ts': "import { memoryStore } from 'everyroute/cache'\nexport default () => memoryStore()\n" })
  expect((await everyroute(dir, ['build'])).code).toBe(0)
})

test('an address that the machine does not have is told with the mend, by dev and start', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('x') })
  expect((await everyroute(dir, ['build'])).code).toBe(0)
  for (const verb of ['dev', 'start']) {
    // Of the range for documentation.
    const { code, stderr } = await everyroute(dir, [verb, '-p', '0', '-H', '192.0.2.1'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/EADDRNOTAVAIL[\s\S]* {2}fix {2}(?:Give --host|Set HOST)/) })
    expect(stderr).not.toContain('    at ')
  }
})

test('start without a build names the mend', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('x') })
  const { code, stderr } = await everyroute(dir, ['start'])
  expect(code).toBe(1)
  expect(stderr).toContain('ERR_OUTPUT_MISSING')
  expect(stderr).toContain('Run everyroute build first.')
})

test.each(['{', 'null', '{ "target": "toaster" }'])('start of a folder whose marker is %s says to build it anew', async (marker) => {
  const dir = await createProject({ 'routes/route.ts': answering('x'), '.output/.everyroute-build.json': marker })
  const { code, stderr } = await everyroute(dir, ['start'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Run everyroute build first.') })
})

test.each(['ts', 'mjs'])('everyroute.config.%s finds everyroute in a project that has no node_modules', async (extension) => {
  const dir = await createProject({
    [`everyroute.config.${extension}`]:
      "import { defineConfig } from 'everyroute/config'\nexport default defineConfig({ basePath: '/v1' })\n",
    'routes/route.ts': answering('x'),
  })
  const { code, stdout } = await everyroute(dir, ['routes', '--explain', 'GET', '/v1'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('The GET handler of the file answers.') })
})
