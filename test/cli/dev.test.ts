import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answering, CLI, createProject, everyroute, type RunningServer, startProcess, writeFiles } from './project.js'

const startDev = (dir: string, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> =>
  startProcess(dir, [CLI, 'dev', '--port', '0', '--host', '127.0.0.1'], { env })

test('prints the route table, the time to ready and the address, and ends on SIGTERM with 0', async () => {
  const dir = await createProject({ 'routes/users/[id]/route.ts': answering('user') })
  const server = await startDev(dir)
  expect(server.output()).toContain('  GET  /users/[id]  users/[id]/route.ts\n')
  expect(server.output()).toMatch(/^ready in [\d.]+ m?s$/m)
  expect(await server.stop()).toBe(0)
})

test('an edited, added, renamed or deleted route file is live on the next request', async () => {
  const dir = await createProject({ 'routes/a/route.ts': answering('one'), 'routes/b/route.ts': answering('b') })
  const server = await startDev(dir)
  expect(await server.get('/a')).toMatchObject({ status: 200, text: '"one"' })

  await writeFiles(dir, { 'routes/a/route.ts': answering('two') })
  expect((await server.get('/a')).text).toBe('"two"')

  expect((await server.get('/c')).status).toBe(404)
  await writeFiles(dir, { 'routes/c/route.ts': answering('c') })
  expect((await server.get('/c')).text).toBe('"c"')

  await rename(join(dir, 'routes/c'), join(dir, 'routes/d'))
  expect((await server.get('/c')).status).toBe(404)
  expect((await server.get('/d')).text).toBe('"c"')

  await rm(join(dir, 'routes/d'), { recursive: true })
  expect((await server.get('/d')).status).toBe(404)
  expect((await server.get('/b')).text).toBe('"b"')
})

test('an edit of a module that a route imports is live too, through tsconfig paths and directory indexes', async () => {
  const dir = await createProject({
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] }, "jsx": "preserve" } }',
    'lib/index.ts': "export * from './deep/value'\n",
    'lib/deep/value.ts': 'export const value: number = 1\n',
    'routes/route.ts': "import { value } from '@/lib'\nexport const GET = () => Response.json(value)\n",
  })
  const server = await startDev(dir)
  expect((await server.get('/')).text).toBe('1')
  await writeFiles(dir, { 'lib/deep/value.ts': 'export const value: number = 22\n' })
  expect((await server.get('/')).text).toBe('22')
})

test('a syntax error is answered with a code frame, is shown in the terminal, leaves other routes alone, and heals', async () => {
  const dir = await createProject({ 'routes/a/route.ts': answering('a'), 'routes/b/route.ts': answering('b') })
  const server = await startDev(dir)
  await writeFiles(dir, { 'routes/a/route.ts': 'export const GET = () => = 1\n' })
  const broken = await server.get('/a')
  expect(broken.status).toBe(500)
  expect(broken.json()).toMatchObject({ file: 'routes/a/route.ts', frame: expect.stringContaining('> 1 | export const GET = () => = 1') })
  expect(server.output()).toContain('ERR_PARSE')
  expect((await server.get('/b')).text).toBe('"b"')

  await writeFiles(dir, { 'routes/a/route.ts': answering('mended') })
  expect(await server.get('/a')).toMatchObject({ status: 200, text: '"mended"' })
})

test('a syntax error in an imported module names that module, and heals', async () => {
  const dir = await createProject({
    'lib.ts': 'export const value = 1\n',
    'routes/route.ts': "import { value } from '../lib'\nexport const GET = () => Response.json(value)\n",
  })
  const server = await startDev(dir)
  expect((await server.get('/')).text).toBe('1')
  await writeFiles(dir, { 'lib.ts': 'export const value = = 2\n' })
  const broken = await server.get('/')
  expect(broken.status).toBe(500)
  expect(broken.json()).toMatchObject({ file: 'lib.ts', frame: expect.stringContaining('lib.ts:1') })
  await writeFiles(dir, { 'lib.ts': 'export const value = 3\n' })
  expect((await server.get('/')).text).toBe('3')
})

test('a module that throws while it loads, or that is not there, heals once it is mended', async () => {
  const dir = await createProject({
    'lib.ts': "throw new Error('no database')\n",
    'routes/a/route.ts': "import '../../lib'\nexport const GET = () => Response.json('up')\n",
    'routes/b/route.ts': "import { later } from '../../later'\nexport const GET = () => Response.json(later)\n",
  })
  const server = await startDev(dir)
  expect(await server.get('/a')).toMatchObject({ status: 500, text: expect.stringContaining('no database') })
  expect(await server.get('/b')).toMatchObject({ status: 500, text: expect.stringContaining('../../later') })
  await writeFiles(dir, { 'lib.ts': '\n', 'later.ts': "export const later = 'here'\n" })
  expect((await server.get('/a')).text).toBe('"up"')
  expect((await server.get('/b')).text).toBe('"here"')
})

test('two files for one path are an error of every request until one of them is gone', async () => {
  const dir = await createProject({ 'routes/a/route.ts': answering('a'), 'routes/b/route.ts': answering('b') })
  const server = await startDev(dir)
  await writeFiles(dir, { 'routes/(g)/a/route.ts': answering('other') })
  const broken = await server.get('/b')
  expect(broken.status).toBe(500)
  expect(broken.json()).toMatchObject({
    code: 'ERR_DUPLICATE_PATH',
    files: ['routes/(g)/a/route.ts', 'routes/a/route.ts'],
  })
  await server.get('/b')
  expect(server.output().match(/ERR_DUPLICATE_PATH/g)).toHaveLength(1)
  await rm(join(dir, 'routes/(g)'), { recursive: true })
  expect((await server.get('/a')).text).toBe('"a"')
})

test('state on globalThis outlives an edit; module state does not', async () => {
  const counter = (mark: string): string => `let own = 0
globalThis.seen ??= 0
export const GET = () => Response.json({ mark: '${mark}', own: ++own, seen: ++globalThis.seen })\n`
  const dir = await createProject({ 'routes/route.js': counter('x') })
  const server = await startDev(dir)
  await server.get('/')
  expect((await server.get('/')).json()).toEqual({ mark: 'x', own: 2, seen: 2 })
  await writeFiles(dir, { 'routes/route.js': counter('yy') })
  expect((await server.get('/')).json()).toEqual({ mark: 'yy', own: 1, seen: 3 })
})

test('loads .env files in the order of Next.js before any module, and again when they change', async () => {
  const dir = await createProject({
    '.env': 'FROM=env\nONLY=env\n',
    '.env.development': 'FROM=development\n',
    '.env.production': 'FROM=production\n',
    '.env.local': 'FROM=local\n',
    'routes/route.ts':
      'const seen = [process.env.FROM, process.env.ONLY, process.env.GIVEN, process.env.NODE_ENV]\nexport const GET = () => Response.json(seen)\n',
  })
  const server = await startDev(dir, { GIVEN: 'shell' })
  expect((await server.get('/')).json()).toEqual(['local', 'env', 'shell', 'development'])
  await writeFiles(dir, { '.env.local': 'FROM=edited\n' })
  expect((await server.get('/')).json()).toEqual(['edited', 'env', 'shell', 'development'])
})

test('takes PORT and HOST of .env files, as a built server does; a flag wins', async () => {
  const dir = await createProject({ '.env': 'PORT=0\nHOST=127.0.0.1\n', 'routes/route.ts': answering('x') })
  const server = await startProcess(dir, [CLI, 'dev'])
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:(?!3000$)\d+$/)

  await writeFiles(dir, { '.env': 'PORT=http\n' })
  await expect(startProcess(dir, [CLI, 'dev'])).rejects.toThrow(/ended with 2[\s\S]*PORT is "http": give a whole number/)
  await startProcess(dir, [CLI, 'dev', '--port', '0', '--host', '127.0.0.1'])
})

test('the generated types follow the route files before any request', async () => {
  const dir = await createProject({ 'routes/a/route.ts': answering('a') })
  await startDev(dir)
  const client = () => readFile(join(dir, '.everyroute/client.d.ts'), 'utf8')
  expect(await client()).toContain("'/a': ClientRoute")
  await writeFiles(dir, { 'routes/deep/er/route.ts': answering('b') })
  await expect.poll(client, { timeout: 10_000 }).toContain("'/deep/er': ClientRoute")
  await rm(join(dir, 'routes/a'), { recursive: true })
  await expect.poll(client, { timeout: 10_000 }).not.toContain("'/a': ClientRoute")
})

test('a changed config file takes effect without a restart', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('root'), 'everyroute.config.mjs': "export default { basePath: '/v1' }\n" })
  const server = await startDev(dir)
  expect((await server.get('/v1')).text).toBe('"root"')
  await writeFiles(dir, { 'everyroute.config.mjs': "export default { basePath: '/version2' }\n" })
  expect((await server.get('/version2')).text).toBe('"root"')
  expect((await server.get('/v1')).status).toBe(404)
})

test('next/* is everyroute, one instance for route files and installed packages, also where next is installed', async () => {
  const dir = await createProject({
    'node_modules/next/package.json': '{ "name": "next", "version": "0.0.0", "exports": { "./*": "./*.js" } }',
    'node_modules/next/server.js': 'export const NextResponse = class Wrong {}',
    'node_modules/helper/package.json': '{ "name": "helper", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'node_modules/helper/index.js': "export { NextResponse } from 'next/server'\n",
    'routes/route.ts': `import { NextResponse } from 'next/server'
import { NextRequest } from 'next/server.js'
import { NextResponse as other } from 'helper'
import 'server-only'
export const GET = (request: NextRequest) =>
  NextResponse.json({ path: request.nextUrl.pathname, same: other === NextResponse, instance: request instanceof NextRequest })\n`,
  })
  const server = await startDev(dir)
  expect((await server.get('/')).json()).toEqual({ path: '/', same: true, instance: true })
})

test('CommonJS gives its default and named exports as in a build, from the project and from packages', async () => {
  const dir = await createProject({
    'node_modules/compiled/package.json': '{ "name": "compiled", "version": "1.0.0" }',
    'node_modules/compiled/index.js':
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => "default"; Object.assign(exports, { named: "named" })\n',
    'lib/plain.js': "const path = require('path')\nmodule.exports = { join: path.join('a', 'b'), dir: __dirname }\n",
    'routes/route.ts': `import compiled, { named } from 'compiled'
import plain, { join } from '../lib/plain'
export const GET = () => Response.json([compiled(), named, join, plain.dir])\n`,
  })
  const server = await startDev(dir)
  expect((await server.get('/')).json()).toEqual(['default', 'named', 'a/b', join(dir, 'lib')])
  await writeFiles(dir, { 'lib/plain.js': "module.exports = { join: 'edited', dir: 1 }\n" })
  expect((await server.get('/')).json()).toEqual(['default', 'named', 'edited', 1])
})

test('route files and files of folders may be CommonJS, and are live as others are', async () => {
  const dir = await createProject({
    'package.json': '{ "type": "commonjs" }',
    'lib.js': 'exports.value = 1\n',
    'routes/_middleware.js': "module.exports = async (c, next) => { await next(); c.res.headers.set('x-mw', 'ran') }\n",
    'routes/route.js': "const { value } = require('../lib')\nmodule.exports = { GET() { return Response.json(value) } }\n",
    'routes/b/route.js': 'exports.GET = () => Response.json(module.children.length)\n',
  })
  const server = await startDev(dir)
  const answer = async (path: string): Promise<unknown[]> => {
    const response = await fetch(server.url + path)
    return [response.status, response.headers.get('x-mw'), await response.text()]
  }
  expect(await answer('/')).toEqual([200, 'ran', '1'])
  expect(await answer('/b')).toEqual([200, 'ran', '0'])
  await writeFiles(dir, { 'lib.js': 'exports.value = 22\n' })
  expect(await answer('/')).toEqual([200, 'ran', '22'])
  await writeFiles(dir, { 'routes/route.js': 'module.exports = { GET: () => Response.json(333) }\n' })
  expect(await answer('/')).toEqual([200, 'ran', '333'])
  await writeFiles(dir, { 'routes/_middleware.js': "module.exports = (c, next) => c.text('stopped', 403)\n" })
  expect((await answer('/')).slice(0, 1)).toEqual([403])
  await writeFiles(dir, { 'routes/_middleware.js': "throw new Error('broken')\nmodule.exports = 1\n" })
  expect((await answer('/')).slice(0, 1)).toEqual([500])
  await writeFiles(dir, { 'routes/_middleware.js': 'module.exports = (c, next) => next()\n' })
  expect(await answer('/')).toEqual([200, null, '333'])
  expect(server.output()).not.toContain('warning')

  // And so they are built.
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  const built = await startProcess(dir, ['.output/server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1' } })
  expect((await built.get('/')).text).toBe('333')
})

test('a file that is still empty is no reason for a warning, one without a handler is', async () => {
  const dir = await createProject({ 'routes/empty/route.ts': '', 'routes/odd/route.ts': 'export {}\n' })
  const server = await startDev(dir)
  expect(server.output().match(/warning .*/g)).toEqual(['warning routes/odd/route.ts: The file exports no handler'])
  await writeFiles(dir, { 'routes/empty/route.ts': answering('written') })
  expect((await server.get('/empty')).text).toBe('"written"')
})

test('parallel requests after an edit all see it', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('0') })
  const server = await startDev(dir)
  for (const round of ['1', '22', '333']) {
    await writeFiles(dir, { 'routes/route.ts': answering(round) })
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.get('/')))
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([`"${round}"`]))
  }
})

test('cached data and the registration of instrumentation.ts outlive an edit of a route; an edited instrumentation.ts registers anew', async () => {
  const route = (text: string): string => `import { unstable_cache } from 'next/cache'
const cached = unstable_cache(async () => Math.random(), ['number'])
export const GET = async () => Response.json({ text: '${text}', number: await cached() })
`
  const instrumentation = (text: string): string => `export const register = () => console.log('${text}')\n`
  const dir = await createProject({ 'routes/route.ts': route('one'), 'instrumentation.ts': instrumentation('registered') })
  const server = await startDev(dir)
  const first = (await server.get('/')).json()
  await writeFiles(dir, { 'routes/route.ts': route('other') })
  expect((await server.get('/')).json()).toEqual({ ...(first as object), text: 'other' })
  expect(server.output().match(/registered/g)).toHaveLength(1)

  await writeFiles(dir, { 'instrumentation.ts': instrumentation('anew') })
  await server.get('/')
  await server.get('/')
  expect(server.output().match(/anew/g)).toHaveLength(1)
})

test('what a handler leaves unhandled is shown and does not end the server', async () => {
  const dir = await createProject({
    'routes/route.ts': `export function GET() {
  void Promise.reject(new Error('floating'))
  setTimeout(() => { throw new Error('thrown later') })
  return new Response('ok')
}
`,
  })
  const server = await startDev(dir)
  expect((await server.get('/')).text).toBe('ok')
  await expect.poll(() => server.output()).toMatch(/error Error: floating[\s\S]*error Error: thrown later/)
  expect((await server.get('/')).text).toBe('ok')
  expect(await server.stop()).toBe(0)
})

/** What the console says of one request that fails. */
async function consoleOf(server: RunningServer, path: string): Promise<string> {
  const before = server.output().length
  expect((await server.get(path)).status).toBe(500)
  return server.output().slice(before)
}

test('the console tells causes and details of errors, and every time that one is thrown', async () => {
  const dir = await createProject({
    'routes/cause/route.ts': "export const GET = () => { throw new Error('outer', { cause: new RangeError('inner') }) }\n",
    'routes/details/route.ts': "export const GET = () => { throw Object.assign(new Error('odd'), { detail: 'forty-two' }) }\n",
    'routes/object/route.ts': "export const GET = () => { throw { status: 400, reason: 'plain' } }\n",
    'routes/again/route.ts': "const kept = new Error('kept')\nexport const GET = () => { throw kept }\n",
  })
  const server = await startDev(dir)
  expect(await consoleOf(server, '/cause')).toMatch(/error Error: outer[\s\S]*\[cause\]: RangeError: inner/)
  expect(await consoleOf(server, '/details')).toContain("detail: 'forty-two'")
  expect(await consoleOf(server, '/object')).toMatch(/status: 400, reason: 'plain'/)
  for (let time = 0; time < 2; time++) expect(await consoleOf(server, '/again')).toContain('error Error: kept')
})

test('the console tells the place of a fault in whatever module is at fault', async () => {
  const middleware = (file: string): string => `import '${file}'\nexport default (c, next) => next()\n`
  const dir = await createProject({
    'lib/syntax.ts': 'export const a = 1\nexport const b = = 2\n',
    'lib/throws.ts': "\nthrow new Error('no database')\n",
    'routes/route.ts': "import '../lib/syntax'\nexport const GET = () => new Response()\n",
    'routes/syntax/route.ts': answering('x'),
    'routes/syntax/_middleware.ts': middleware('../../lib/syntax'),
    'routes/own/route.ts': answering('x'),
    'routes/own/_middleware.ts': 'export default = 1\n',
    'routes/throws/route.ts': answering('x'),
    'routes/throws/_middleware.ts': middleware('../../lib/throws'),
  })
  const server = await startDev(dir)
  const imported =
    /error \w*Error: .*Unexpected token[\s\S]*lib\/syntax\.ts:2:18[\s\S]*export const b = = 2[\s\S]* {2}file {2}lib\/syntax\.ts\n/
  expect(await consoleOf(server, '/')).toMatch(imported)
  expect(await consoleOf(server, '/syntax')).toMatch(imported)
  expect(await consoleOf(server, '/own')).toMatch(/routes\/own\/_middleware\.ts:1:16[\s\S]*export default = 1/)
  expect(await consoleOf(server, '/throws')).toMatch(/\[cause\]: Error: no database\n\s+at .*lib\/throws\.ts:2:7/)

  await writeFiles(dir, { 'proxy.ts': 'export function proxy() { return = 1 }\n' })
  expect(await consoleOf(server, '/')).toMatch(/proxy\.ts:1:34[\s\S]* {2}file {2}proxy\.ts\n/)
})
