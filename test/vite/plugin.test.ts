import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { build, createLogger, createServer, type Rolldown, type ViteDevServer } from 'vite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { everyroute } from '../../src/vite.ts'

const APP = `import { createRouter } from 'everyroute'
import manifest from './.everyroute/manifest'
export default createRouter(manifest)
`
const HELLO = `import { NextResponse } from 'next/server'
import { greeting } from '@/lib/greeting'
export const GET = () => NextResponse.json(greeting)
`

interface Project {
  readonly root: string
  write(file: string, text: string): Promise<void>
}

async function makeProject(files: Record<string, string> = {}): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-vite-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  const all = {
    'app.ts': APP,
    'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
    'lib/greeting.ts': `export const greeting = 'hello'\n`,
    'routes/hello/route.ts': HELLO,
    ...files,
  }
  for (const [file, text] of Object.entries(all)) await write(file, text)
  return { root, write }
}

interface DevServer {
  readonly server: ViteDevServer
  readonly errors: string[]
  readonly warnings: string[]
  get(path: string): Promise<[status: number, body: string]>
}

async function serve({ root }: Project): Promise<DevServer> {
  const errors: string[] = []
  const warnings: string[] = []
  const customLogger = {
    ...createLogger('silent'),
    error: (text: string) => void errors.push(text),
    warn: (text: string) => void warnings.push(text),
  }
  const server = await createServer({
    root,
    configFile: false,
    customLogger,
    plugins: [everyroute()],
    appType: 'custom',
    server: { middlewareMode: true, ws: false },
    optimizeDeps: { noDiscovery: true },
  })
  onTestFinished(() => server.close())
  const get: DevServer['get'] = async (path) => {
    const { default: app } = (await server.ssrLoadModule('/app.ts')) as { default: Hono }
    const response = await app.request(path)
    return [response.status, await response.text()]
  }
  return { server, errors, warnings, get }
}

const manifestOf = ({ root }: Project): Promise<string> => readFile(join(root, '.everyroute/manifest.ts'), 'utf8')

describe('in development', () => {
  test('routes run as soon as the server is there, with next/* and tsconfig paths', async () => {
    const { errors, get, warnings } = await serve(await makeProject())
    expect(await get('/hello')).toEqual([200, '"hello"'])
    expect([errors, warnings]).toEqual([[], []])
  })

  test('an edited route, and what it imports, counts with the next request', async () => {
    const project = await makeProject()
    const { get } = await serve(project)
    await get('/hello')
    await project.write('lib/greeting.ts', `export const greeting = 'ahoy'\n`)
    await expect.poll(() => get('/hello'), { timeout: 5000 }).toEqual([200, '"ahoy"'])
    await project.write('routes/hello/route.ts', `export const GET = () => new Response('edited')\n`)
    await expect.poll(() => get('/hello'), { timeout: 5000 }).toEqual([200, 'edited'])
  })

  test('an added, a moved and a removed route are in the manifest', async () => {
    const project = await makeProject()
    const { get } = await serve(project)
    expect((await get('/added'))[0]).toBe(404)
    await project.write('routes/added/route.ts', `export const GET = () => new Response('added')\n`)
    await expect.poll(() => get('/added'), { timeout: 5000 }).toEqual([200, 'added'])
    await rename(join(project.root, 'routes/added'), join(project.root, 'routes/moved'))
    await expect.poll(() => get('/moved'), { timeout: 5000 }).toEqual([200, 'added'])
    expect((await get('/added'))[0]).toBe(404)
    await rm(join(project.root, 'routes/moved'), { recursive: true })
    await expect.poll(async () => (await get('/moved'))[0], { timeout: 5000 }).toBe(404)
  })

  test('a file of a folder that is added, edited or removed is live', async () => {
    const project = await makeProject()
    const { get } = await serve(project)
    expect((await get('/hello'))[0]).toBe(200)
    await project.write('routes/_middleware.ts', "export default (c) => c.text('no', 403)\n")
    await expect.poll(() => get('/hello'), { timeout: 5000 }).toEqual([403, 'no'])
    await project.write('routes/_middleware.ts', "export default (c) => c.text('never', 403)\n")
    await expect.poll(() => get('/hello'), { timeout: 5000 }).toEqual([403, 'never'])
    await rm(join(project.root, 'routes/_middleware.ts'))
    await expect.poll(() => get('/hello'), { timeout: 5000 }).toEqual([200, '"hello"'])
  })

  test('a project that is broken for the moment keeps its manifest, and says what is wrong', async () => {
    const project = await makeProject()
    const { errors, get } = await serve(project)
    const before = await manifestOf(project)
    await project.write('routes/(copy)/hello/route.ts', HELLO)
    await expect.poll(() => errors.join('\n'), { timeout: 5000 }).toMatch(/"\(copy\)\/hello\/route\.ts".*\nKeep one of the two/)
    expect(await manifestOf(project)).toBe(before)
    expect(await get('/hello')).toEqual([200, '"hello"'])
    await rm(join(project.root, 'routes/(copy)'), { recursive: true })
    await project.write('routes/mended/route.ts', `export const GET = () => new Response('mended')\n`)
    await expect.poll(() => get('/mended'), { timeout: 5000 }).toEqual([200, 'mended'])
  })

  test('a project that is broken at start is served with the last manifest, until it is mended', async () => {
    const project = await makeProject()
    await (await serve(project)).server.close()
    await project.write('routes/(copy)/hello/route.ts', HELLO)
    const { get, warnings } = await serve(project)
    expect(warnings.join('\n')).toContain('(copy)/hello/route.ts')
    expect(await get('/hello')).toEqual([200, '"hello"'])
    await rm(join(project.root, 'routes/(copy)'), { recursive: true })
    await project.write('routes/mended/route.ts', `export const GET = () => new Response('mended')\n`)
    await expect.poll(() => get('/mended'), { timeout: 5000 }).toEqual([200, 'mended'])
  })

  test('settings that are wrong at start are read again once they are mended', async () => {
    const project = await makeProject()
    await (await serve(project)).server.close()
    await project.write('everyroute.config.mjs', `export default { basePath: 'api' }\n`)
    const { get, warnings } = await serve(project)
    expect(warnings.join('\n')).toContain('"basePath" is wrong')
    await project.write('everyroute.config.mjs', `export default { basePath: '/api' }\n`)
    await expect.poll(() => get('/api/hello'), { timeout: 5000 }).toEqual([200, '"hello"'])
    await project.write('routes/added/route.ts', `export const GET = () => new Response('added')\n`)
    await expect.poll(() => get('/api/added'), { timeout: 5000 }).toEqual([200, 'added'])
  })

  test('nothing is written once the server is closed', async () => {
    const project = await makeProject()
    const { get, server } = await serve(project)
    await get('/hello')
    const seen = new Promise((resolve) => server.watcher.once('all', resolve))
    await project.write('routes/added/route.ts', `export const GET = () => new Response('added')\n`)
    await seen
    await server.close()
    await rm(join(project.root, '.everyroute'), { recursive: true })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(existsSync(join(project.root, '.everyroute'))).toBe(false)
  })

  test('a restarted server goes on', async () => {
    const project = await makeProject()
    const { get, server } = await serve(project)
    await server.restart()
    await project.write('routes/added/route.ts', `export const GET = () => new Response('added')\n`)
    await expect.poll(() => get('/added'), { timeout: 5000 }).toEqual([200, 'added'])
  })

  test('a project that never had a manifest does not start broken', async () => {
    await expect(serve(await makeProject({ 'routes/(copy)/hello/route.ts': HELLO }))).rejects.toThrow('Keep one of the two')
  })

  test('settings are read again when they change', async () => {
    const project = await makeProject()
    const { get } = await serve(project)
    await project.write('everyroute.config.mjs', `export default { basePath: '/api' }\n`)
    await expect.poll(() => get('/api/hello'), { timeout: 5000 }).toEqual([200, '"hello"'])
  })
})

describe('in a build', () => {
  const bundle = async ({ root }: Project): Promise<Rolldown.OutputChunk[]> => {
    const plugins = [everyroute()]
    const built = await build({ root, configFile: false, logLevel: 'silent', plugins, build: { ssr: 'app.ts', write: false } })
    return (built as Rolldown.RolldownOutput).output.filter((one) => one.type === 'chunk')
  }

  test('the manifest is written first, and next/* is bundled with the rest', async () => {
    const project = await makeProject()
    const chunks = await bundle(project)
    expect(await manifestOf(project)).toContain(`pathname: '/hello'`)
    expect(chunks.find(({ isEntry }) => isEntry)?.exports).toContain('default')
    expect(
      chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]).filter((name) => /^(next|everyroute)\b/.test(name)),
    ).toEqual([])
    expect(chunks.map(({ code }) => code).join('\n')).toContain('NextResponse')
  })

  test('a broken project fails it, with the mend', async () => {
    const project = await makeProject({ 'routes/(copy)/hello/route.ts': HELLO })
    await expect(bundle(project)).rejects.toThrow(/\(copy\)\/hello\/route\.ts/)
  })
})
