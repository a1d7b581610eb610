import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answering, CLI, createProject, everyroute, type RunningServer, startProcess, temporaryFolder, writeFiles } from './project.js'

/** Builds a project and moves its output to an empty folder elsewhere, the project being deleted. */
async function buildElsewhere(
  files: Readonly<Record<string, string>>,
  options: { packages?: boolean; args?: readonly string[] } = {},
): Promise<string> {
  const dir = await createProject(files, options)
  const { code, stdout, stderr } = await everyroute(dir, ['build', ...(options.args ?? [])])
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
  const elsewhere = await temporaryFolder()
  await cp(join(dir, '.output'), elsewhere, { recursive: true })
  await rm(dir, { recursive: true })
  return elsewhere
}

const startOutput = (dir: string, env: NodeJS.ProcessEnv = {}, node?: string): Promise<RunningServer> =>
  startProcess(dir, ['server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1', ...env }, ...(node === undefined ? {} : { node }) })

/** A `node` of the machine that is another version than the one that runs the tests. */
function otherNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((dir) => !dir.includes('node_modules'))
  const found = folders.map((dir) => join(dir, 'node')).filter((file) => existsSync(file))
  return found.find((file) => execFileSync(file, ['--version'], { encoding: 'utf8' }).trim() !== process.version)
}

const API = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] }, "jsx": "preserve" } }',
  'lib/index.ts':
    "export * from './names'\nnamespace Names { export const first = 'Ada' }\nimport First = Names.first\nexport const first: string = First\n",
  'lib/names.ts': "export const all: readonly string[] = ['Ada', 'Grace']\n",
  'app/users/[id]/route.tsx': `import { NextResponse, type NextRequest } from 'next/server'
import { all, first } from '@/lib'
import 'server-only'
export async function GET(request: NextRequest, { params }: { params: Promise<{ id: string }> }) {
  return NextResponse.json({ id: (await params).id, q: request.nextUrl.searchParams.get('q'), all, first, env: process.env.NODE_ENV })
}
export const POST = async (request: Request) => Response.json({ got: await request.json(), name: POST.name }, { status: 201 })
`,
}

test('the output runs in an empty folder elsewhere, without node_modules', async () => {
  const dir = await buildElsewhere(API)
  expect(existsSync(join(dir, 'node_modules'))).toBe(false)
  const server = await startOutput(dir)
  const user = { id: 'a b', q: '1', all: ['Ada', 'Grace'], first: 'Ada', env: 'production' }
  expect((await server.get('/users/a%20b?q=1')).json()).toEqual(user)
  const posted = await server.get('/users/1', { method: 'POST', body: '{"x":1}' })
  expect({ status: posted.status, body: posted.json() }).toEqual({ status: 201, body: { got: { x: 1 }, name: 'POST' } })
  expect(await server.stop()).toBe(0)
})

const other = otherNode()
test.skipIf(other === undefined)('the output runs on the other Node.js of the machine', async () => {
  const server = await startOutput(await buildElsewhere(API), {}, other)
  expect((await server.get('/users/7')).json()).toMatchObject({ id: '7', first: 'Ada' })
  expect(await server.stop()).toBe(0)
})

test('a large table is bundled in the form that starts fast, and answers as a small one', async () => {
  const many = Array.from({ length: 120 }, (_, i) => [`routes/many${i}/[id]/route.ts`, answering(`many${i}`)])
  const dir = await createProject({
    ...Object.fromEntries(many),
    'proxy.ts': "export const proxy = (request: Request) => (request.url.endsWith('/stop') ? new Response('stopped') : undefined)\n",
    'routes/many7/_middleware.ts': `export default async (c, next) => {\n  await next()\n  c.res.headers.set('x-folder', 'seven')\n}\n`,
    "routes/it's/route.tsx": answering('odd'),
    'routes/built/route.ts':
      "export const dynamic = 'force-static'\nexport const GET = () => Response.json(process.env.WHERE ?? 'built')\n",
  })
  // What an absolute specifier that is taken for one below the root would find.
  await writeFiles(dir, { [`${dir}/routes/many0/[id]/route.ts`.slice(1)]: answering('mirrored') })
  for (const target of ['node', 'workers']) {
    const { code, stderr } = await everyroute(dir, ['build', '--target', target, '--out', `out-${target}`])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const names = readdirSync(join(dir, `out-${target}`), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'))
    const texts = names.map((name) => readFileSync(join(dir, `out-${target}`, name), 'utf8')).join('')
    expect(texts).toContain('many119/[id]/route.ts')
    expect(texts).not.toContain('methods: ["GET"]')
    expect(texts).not.toContain(dir)
  }
  const server = await startOutput(join(dir, 'out-node'), { WHERE: 'running' })
  for (let i = 0; i < 120; i++) expect((await server.get(`/many${i}/1`)).json()).toBe(`many${i}`)
  const folder = async (path: string): Promise<string | null> => (await fetch(server.url + path)).headers.get('x-folder')
  expect([await folder('/many7/1'), await folder('/many8/1')]).toEqual(['seven', null])
  expect((await server.get("/it's")).json()).toBe('odd')
  expect((await server.get('/built')).json()).toBe('built')
  expect((await server.get('/many1/stop')).text).toBe('stopped')
  expect((await server.get('/many120/1')).status).toBe(404)
  expect(await server.stop()).toBe(0)
})

test('a project folder that is the routes folder is called .', async () => {
  const dir = await createProject({ 'project/route.ts': answering('x') })
  const { code, stdout } = await everyroute(dir, ['build', '--root', 'project', '--routes', '.', '--out', '../out'])
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1 route in ., manifest in .everyroute/manifest.ts\n') })
})

test('prints the routes, the sizes and how to run it; the output names no folder of the machine', async () => {
  const dir = await createProject(API)
  const { stdout } = await everyroute(dir, ['build'])
  expect(stdout).toContain('1 route in app, manifest in .everyroute/manifest.ts\n')
  expect(stdout).toMatch(/^ {2}\.output\/server\.mjs {2}[\d.]+ kB$/m)
  expect(stdout).toMatch(/Built in [\d.]+ m?s\. Run it: node \.output\/server\.mjs\n$/)
  for (const name of readdirSync(join(dir, '.output'), { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.mjs')) expect(readFileSync(join(dir, '.output', name), 'utf8'), name).not.toContain(dir)
  }
})

test('packages keep the side effects that they rely on: zod has its messages', async () => {
  const route =
    "import { object, string } from 'zod'\nexport const GET = () => Response.json(object({ name: string() }).safeParse({ name: 1 }).error!.issues[0].message)\n"
  const server = await startOutput(await buildElsewhere({ 'routes/route.ts': route }, { packages: true }))
  expect((await server.get('/')).json()).toBe('Invalid input: expected string, received number')
})

test('a package that says sideEffects: false is run whole, as Node.js runs it', async () => {
  const server = await startOutput(
    await buildElsewhere({
      'node_modules/quiet/package.json':
        '{ "name": "quiet", "version": "1.0.0", "type": "module", "sideEffects": false, "exports": "./index.js" }',
      'node_modules/quiet/index.js': "import './register.js'\nexport const value = () => globalThis.registered\n",
      'node_modules/quiet/register.js': "globalThis.registered = 'yes'\n",
      'routes/route.ts': "import { value } from 'quiet'\nexport const GET = () => Response.json(value())\n",
    }),
  )
  expect((await server.get('/')).json()).toBe('yes')
})

test('CommonJS packages work through default and named imports, with __dirname and require', async () => {
  const server = await startOutput(
    await buildElsewhere({
      'node_modules/plain/package.json': '{ "name": "plain", "version": "1.0.0", "main": "./main.js", "module": "./wrong.mjs" }',
      'node_modules/plain/main.js':
        "const path = require('path')\nmodule.exports = function plain() { return path.basename(__dirname) }\nmodule.exports.named = typeof __filename\n",
      'node_modules/plain/wrong.mjs': "export default 'wrong'\n",
      'node_modules/compiled/package.json': '{ "name": "compiled", "version": "1.0.0" }',
      'node_modules/compiled/index.js':
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => "default"; exports.other = 2\n',
      'routes/route.ts': `import plain, { named } from 'plain'
import compiled, { other } from 'compiled'
import * as all from 'compiled'
export const GET = () => Response.json([plain(), named, compiled(), other, all.other])\n`,
    }),
  )
  expect((await server.get('/')).json()).toEqual(['chunks', 'string', 'default', 2, 2])
})

test('a package may be called like a member of every object', async () => {
  const dir = await buildElsewhere({
    'node_modules/constructor/package.json': '{ "name": "constructor", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'node_modules/constructor/index.js': "export const built = 'built'\n",
    'routes/route.ts': "import { built } from 'constructor'\nexport const GET = () => Response.json(built)\n",
  })
  expect((await (await startOutput(dir)).get('/')).json()).toBe('built')
})

test('a file named by import.meta.url goes along', async () => {
  const dir = await buildElsewhere({
    'routes/font.bin': 'glyphs',
    'routes/route.ts':
      "import { readFileSync } from 'node:fs'\nexport const GET = () => new Response(readFileSync(new URL('./font.bin', import.meta.url)))\n",
  })
  expect((await (await startOutput(dir)).get('/')).text).toBe('glyphs')
})

test('native packages stay outside, are named and listed with their versions', async () => {
  const dir = await createProject({
    'node_modules/addon/package.json': '{ "name": "addon", "version": "3.2.1", "dependencies": { "node-gyp-build": "1" } }',
    'node_modules/addon/index.js': "module.exports = { native: 'called' }\n",
    'node_modules/chosen/package.json': '{ "name": "chosen", "version": "0.1.0", "type": "module", "exports": { "./sub": "./sub.js" } }',
    'node_modules/chosen/sub.js': "export const sub = 'sub'\n",
    'everyroute.config.mjs': "export default { external: ['chosen'] }\n",
    'routes/route.ts':
      "import { native } from 'addon'\nimport { sub } from 'chosen/sub'\nexport const GET = () => Response.json([native, sub])\n",
  })
  const { code, stdout } = await everyroute(dir, ['build'])
  expect(code).toBe(0)
  expect(stdout).toContain('  addon   3.2.1\n  chosen  0.1.0\n')
  expect(JSON.parse(readFileSync(join(dir, '.output/package.json'), 'utf8')).dependencies).toEqual({ addon: '3.2.1', chosen: '0.1.0' })
  const server = await startOutput(join(dir, '.output'))
  expect((await server.get('/')).json()).toEqual(['called', 'sub'])
})

test('an import of a name that next/* does not have fails the build with the file and the name', async () => {
  const route = await createProject({ 'routes/route.ts': "import { zork } from 'next/server'\nexport const GET = zork\n" })
  const direct = await everyroute(route, ['build'])
  expect(direct.code).toBe(1)
  expect(direct.stderr).toMatch(/ERR_UNKNOWN_NEXT_EXPORT[\s\S]*zork[\s\S]*routes\/route\.ts/)

  const library = await createProject({
    'lib.ts': "import { zork } from 'next/headers'\nexport const value = zork\n",
    'routes/route.ts': "import { value } from '../lib'\nexport const GET = () => value\n",
  })
  const indirect = await everyroute(library, ['build'])
  expect(indirect.code).toBe(1)
  expect(indirect.stderr).toMatch(/ERR_UNKNOWN_NEXT_EXPORT[\s\S]*zork is not exported by next\/headers[\s\S]*file {2}lib\.ts/)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a build that %s ends leaves the last output, no folder of its own and no process', async (signal, expected) => {
  const dir = await createProject({ 'routes/route.ts': answering('first') })
  expect((await everyroute(dir, ['build'])).code).toBe(0)
  const endless = `import { writeFileSync } from 'node:fs'
export const dynamic = 'force-static'
export function GET() { for (let beat = 1; ; beat++) writeFileSync('beats', String(beat)) }
`
  await writeFiles(dir, { 'routes/route.ts': endless })
  const child = spawn(process.execPath, [CLI, 'build'], { cwd: dir, stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const beats = (): string => readFileSync(join(dir, 'beats'), 'utf8')
  await expect.poll(() => Number(beats()), { timeout: 20_000 }).toBeGreaterThan(0)
  child.kill(signal)
  const [code] = await once(child, 'exit')
  expect(code).toBe(expected)
  expect(readdirSync(dir).sort()).toEqual(['.everyroute', '.output', 'beats', 'routes'])
  const beatsLater = async (): Promise<boolean> => {
    const before = beats()
    await new Promise((resolve) => setTimeout(resolve, 200))
    return beats() !== before
  }
  await expect.poll(beatsLater).toBe(false)
  expect((await (await startOutput(join(dir, '.output'))).get('/')).text).toBe('"first"')
})

test.each([
  ['.', 'is the project root or holds it'],
  ['..', 'is the project root or holds it'],
  ['routes', 'is, holds or lies in the routes folder'],
  ['routes/out', 'is, holds or lies in the routes folder'],
  ['docs', 'has files in it that no earlier build wrote'],
])('refuses to write to %s', async (out, why) => {
  const dir = await createProject({ 'routes/route.ts': answering('x'), 'docs/readme.md': 'mine' })
  const { code, stderr } = await everyroute(dir, ['build', '--out', out])
  expect(code).toBe(1)
  expect(stderr).toContain(why)
  expect(stderr).toContain('Name another folder with --out')
  expect(readFileSync(join(dir, 'docs/readme.md'), 'utf8')).toBe('mine')
})

test('--strict answers as Next.js does', async () => {
  const files = { 'routes/route.ts': answering('x') }
  const plain = await fetch((await startOutput(await buildElsewhere(files))).url, { method: 'DELETE' })
  expect([plain.status, plain.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  const strict = await fetch((await startOutput(await buildElsewhere(files, { args: ['--strict'] }))).url, { method: 'DELETE' })
  expect([strict.status, strict.headers.get('allow'), await strict.text()]).toEqual([405, null, ''])
})

test('start runs the output in the project folder, with .env files, and drains on SIGTERM', async () => {
  const dir = await createProject({
    '.env': 'FROM=env\n',
    '.env.production': 'FROM=production\n',
    'routes/route.ts': `export const GET = () => Response.json([process.env.FROM, process.cwd(), process.env.NODE_ENV])\n`,
    'routes/slow/route.ts': `export const GET = async () => { await new Promise((done) => setTimeout(done, 500)); return new Response('finished') }\n`,
  })
  await mkdir(join(dir, 'elsewhere'))
  expect((await everyroute(dir, ['build', '--out', 'build/server'])).code).toBe(0)
  const server = await startProcess(join(dir, 'elsewhere'), [
    CLI,
    'start',
    '--root',
    '..',
    '--out',
    'build/server',
    '--port',
    '0',
    '--host',
    '127.0.0.1',
  ])
  expect((await server.get('/')).json()).toEqual(['production', dir, 'production'])
  const slow = server.get('/slow')
  await new Promise((done) => setTimeout(done, 100))
  const code = server.stop()
  expect((await slow).text).toBe('finished')
  expect(await code).toBe(0)
})

test('start takes port and hostname of the config, also for another output folder', async () => {
  const dir = await createProject({
    'everyroute.config.mjs': "export default { port: 0, hostname: '127.0.0.1' }\n",
    'routes/route.ts': answering('x'),
  })
  expect((await everyroute(dir, ['build', '--out', 'elsewhere'])).code).toBe(0)
  const server = await startProcess(dir, [CLI, 'start', '--out', 'elsewhere'])
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:(?!3000$)\d+$/)
})

test('a wrong PORT and a port in use are told with the mend', async () => {
  const dir = await buildElsewhere({ 'routes/route.ts': answering('x') })
  await expect(startOutput(dir, { PORT: 'http' })).rejects.toThrow(/ended with 1[\s\S]*PORT is "http"/)
  const first = await startOutput(dir)
  await expect(startOutput(dir, { PORT: new URL(first.url).port })).rejects.toThrow(/ended with 1[\s\S]*ERR_PORT_IN_USE[\s\S]*fix/)
})

test('what a handler leaves unhandled is logged and does not end the server', async () => {
  const dir = await createProject({
    'routes/route.ts': `export function GET() {
  void Promise.reject(new Error('floating'))
  setTimeout(() => { throw new Error('thrown later') })
  return new Response('ok')
}
`,
  })
  await everyroute(dir, ['build'])
  const server = await startOutput(join(dir, '.output'))
  expect((await server.get('/')).text).toBe('ok')
  await expect
    .poll(() => server.output())
    .toMatch(/everyroute: unhandledRejection: Error: floating[\s\S]*everyroute: uncaughtException: Error: thrown later/)
  expect((await server.get('/')).text).toBe('ok')
  expect(await server.stop()).toBe(0)
})

test('a route module that fails to load is logged once per request, and leaves the others alone', async () => {
  const dir = await createProject({
    'routes/broken/route.ts': "throw new Error('no settings')\nexport const GET = () => new Response()\n",
    'routes/route.ts': answering('fine'),
  })
  await everyroute(dir, ['build'])
  const server = await startOutput(join(dir, '.output'))
  expect((await server.get('/broken')).text).toBe('{"error":"Internal Server Error"}')
  expect((await server.get('/')).text).toBe('"fine"')
  expect(server.output().match(/no settings/g)).toHaveLength(1)
  expect(server.output()).toContain('everyroute: load GET /broken (broken/route.ts): Error: no settings\n')
})

test.each([
  ["export const config = { matcher: 'api' }", 'config.matcher holds "api"; a source is a path that starts with a slash'],
  ["export const config = { matcher: ['/a', { source: '/b/(', has: [] }] } as const", 'config.matcher holds "/b/("'],
  ["const config = { ['matcher' as string]: '/b/:' }\nexport { config }", undefined],
  ["export const config = { matcher: [`/a/:path*`, { source: '/((?!x).*)', missing: [{ type: 'header', key: 'a' }] }] }", undefined],
])('the build checks the matcher of the proxy: %s', async (config, message) => {
  const dir = await createProject({
    'routes/route.ts': answering('hello'),
    'src/proxy.ts': `export const proxy = () => undefined\n${config}\n`,
  })
  const { code, stderr } = await everyroute(dir, ['build'])
  if (message === undefined) return expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(code).toBe(1)
  for (const part of ['ERR_PROXY_MATCHER', `src/proxy.ts: ${message}`, 'path-to-regexp pattern', '/api/:path*'])
    expect(stderr).toContain(part)
})
