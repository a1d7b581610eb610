import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type RunningWorker, repository, runEveryroute, runWrangler, startWrangler } from './wrangler.ts'

const fixture = fileURLToPath(new URL('fixtures/worker', import.meta.url))

async function temporary(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `everyroute-${name}-`))
}

/** Writes a project of one route into a new folder, removed with the test. */
async function project(files: Record<string, string>): Promise<string> {
  const root = await temporary('worker')
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

async function start(options: Parameters<typeof startWrangler>[0]): Promise<RunningWorker> {
  const worker = await startWrangler(options)
  onTestFinished(() => worker.stop())
  return worker
}

const readConfig = async (root: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(root, '.output/wrangler.json'), 'utf8'))

describe('a Worker with an entry module of its own', () => {
  let root: string
  let worker: RunningWorker

  beforeAll(async () => {
    root = await temporary('worker')
    await cp(fixture, root, { recursive: true })
    await runEveryroute(['build', '--target', 'workers'], root)
    worker = await startWrangler({ cwd: root, config: '.output/wrangler.json' })
  })
  afterAll(async () => {
    await worker?.stop()
    await rm(root, { recursive: true, force: true })
  })

  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(worker.origin + path, init)
  const json = async (path: string, init?: RequestInit): Promise<unknown> => (await get(path, init)).json()
  const done = async (): Promise<string> => (await get('/jobs')).text()

  test('bindings reach handlers, modules that load and process.env', async () => {
    expect(await json('/env')).toEqual(['hello', 42, 'hello', 'production'])
  })

  test('a handler may change the headers of its request, which has those of Next.js', async () => {
    const { host } = new URL(worker.origin)
    expect(await json('/headers')).toEqual(['by the handler', expect.stringMatching(/^(127\.0\.0\.1|::1)$/), host, 'http'])
    const forwarded = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'example.com', 'x-forwarded-proto': 'https' }
    expect(await json('/headers', { headers: forwarded })).toEqual(['by the handler', '203.0.113.7', 'example.com', 'https'])
  })

  test('a request can be logged, without its members that throw', async () => {
    await get('/logged')
    await expect.poll(worker.output).toMatch(/Request \{[\s\S]*url: 'http:\/\/localhost:\d+\/logged'[\s\S]*bodyUsed: false\n\}/)
    expect(worker.output()).not.toContain('Formatting threw')
  })

  test('the cache handler keeps data in KV, and tags expire it', async () => {
    const first = await json('/kept')
    expect(await json('/kept')).toBe(first)
    expect((await get('/kept', { method: 'DELETE' })).status).toBe(204)
    expect(await json('/kept')).not.toBe(first)
  })

  test('answers of the build go along; others are made by the Worker', async () => {
    expect(await json('/made/built')).toEqual({ id: 'built', in: expect.stringMatching(/^Node\.js/) })
    const late = await get('/made/late')
    expect(late.headers.get('cache-control')).toContain('s-maxage=3600')
    expect(await late.json()).toEqual({ id: 'late', in: 'Cloudflare-Workers' })
  })

  test('two requests at once share one module and one making of data, also where the first client goes', async () => {
    const impatient = get('/slow', { signal: AbortSignal.timeout(100) }).catch(() => undefined)
    const both = await Promise.all([json('/slow'), json('/slow'), impatient])
    expect(both.slice(0, 2)).toEqual([
      { id: expect.any(String), made: 1 },
      { id: (both[0] as { id: string }).id, made: 1 },
    ])
  })

  test('a file that a route names beside itself goes along', async () => {
    expect(await (await get('/asset')).text()).toBe('beside the route')
  })

  test('files of a form without a media type are text, and names have no escapes left', async () => {
    const part = (name: string, text: string, more = ''): string =>
      `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`
    const body = `${part('%22f%0d%0A', 'ab', '; filename="%22a%20"')}${part('t', '%22')}--x--\r\n`
    const init = { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body }
    expect(await json('/forms', init)).toEqual([
      ['"f\r\n', '"a%20', 'text/plain', 2],
      ['t', '%22'],
    ])
    expect(await json('/forms', { method: 'POST', body: new URLSearchParams({ '%22': '%22' }) })).toEqual([['%22', '%22']])
  })

  test('after() runs once the answer is out, on HEAD too', async () => {
    expect(await (await get('/after?name=get')).text()).toBe('answered')
    expect(await done()).not.toContain('after get')
    await get('/after?name=head', { method: 'HEAD' })
    await expect.poll(done, { timeout: 5_000 }).toMatch(/after get\n[\s\S]*after head\n/)
  })

  test.each(['none', 'locked', 'used', 'copied', 'length', 'values', 'cookies'])(
    'Response.json is answered as any other: %s',
    async (kind) => {
      const seen = async (response: Response) => [response.status, await response.text(), [...response.headers]]
      expect(await seen(await get(`/answers/${kind}?plain`))).toEqual(await seen(await get(`/answers/${kind}`)))
    },
  )

  test('scheduled and queue run beside fetch', async () => {
    const cron = '*/5 * * * *'
    expect((await get(`/cdn-cgi/handler/scheduled?cron=${encodeURIComponent(cron)}`)).status).toBe(200)
    expect((await get('/jobs', { method: 'POST', body: 'letters' })).status).toBe(202)
    await expect.poll(done, { timeout: 15_000 }).toMatch(/scheduled \*\/5 \* \* \* \* hello\n[\s\S]*queued letters\n/)
  })

  test('the output has the configuration of the project, but for bundling', async () => {
    expect(await readConfig(root)).toEqual({
      name: 'everyroute-fixture',
      main: 'worker.mjs',
      no_bundle: true,
      compatibility_date: '2024-09-01',
      compatibility_flags: ['nodejs_als', 'enable_request_signal'],
      vars: { GREETING: 'hello', SETTINGS: { answer: 42 } },
      kv_namespaces: [
        { binding: 'CACHE', id: 'cache' },
        { binding: 'JOBS', id: 'jobs' },
      ],
      queues: {
        producers: [{ binding: 'QUEUE', queue: 'jobs' }],
        consumers: [{ queue: 'jobs', max_batch_size: 2, max_batch_timeout: 1 }],
      },
      triggers: { crons: ['*/5 * * * *'] },
    })
    expect(await runWrangler(['deploy', '--dry-run', '--config', '.output/wrangler.json'], root)).toContain('env.QUEUE')
  })

  test('nothing was logged as an error meanwhile', () => {
    expect(worker.output().replaceAll(/GET \/answers\/(?:locked|used) 500 .*/g, '')).not.toMatch(/error/i)
  })
})

const ENV_ROUTE = `import { env } from 'everyroute'
import { after } from 'next/server'
export function GET(request) {
  after(() => console.log('afterwards'))
  return Response.json({ ...env(), colo: request.cf?.colo })
}
`
/** What `request.cf.colo` is, always, under `wrangler dev` without the network. */
const COLO = expect.stringMatching(/^[A-Z]{3}$/)

test('an app is a Worker by itself', async () => {
  const root = await project({
    'wrangler.toml': 'name = "plain"\nmain = "src/index.ts"\ncompatibility_date = "2025-01-01"\n[vars]\nONE = "1"\n',
    'src/index.ts': "export { default } from 'everyroute:app'\n",
    'everyroute.config.ts': "export default { basePath: '/base' }\n",
    'routes/route.ts': ENV_ROUTE,
  })
  await runEveryroute(['build', '--target', 'workers'], root)
  const worker = await start({ cwd: root, config: '.output/wrangler.json' })
  expect(await (await fetch(`${worker.origin}/base`)).json()).toMatchObject({ ONE: '1', colo: COLO })
  await expect.poll(worker.output).toContain('afterwards')
})

test('wrangler alone bundles a Worker, with aliases for next/*', async () => {
  const root = await project({
    'wrangler.toml': `name = "alone"
main = "src/index.ts"
compatibility_date = "2025-01-01"
compatibility_flags = ["nodejs_als"]
[alias]
"next/server" = "everyroute/next/server"
"next/headers" = "everyroute/next/headers"
"next/navigation" = "everyroute/next/navigation"
"next/cache" = "everyroute/next/cache"
[vars]
ONE = "1"
`,
    'src/index.ts': `import { createRouter } from 'everyroute'
import { createWorker } from 'everyroute/workers'
import manifest from '../.everyroute/manifest'
export default createWorker(createRouter(manifest))
`,
    'routes/route.ts': ENV_ROUTE,
  })
  await mkdir(join(root, 'node_modules'))
  await symlink(repository, join(root, 'node_modules/everyroute'), 'junction')
  await runEveryroute(['typegen'], root)
  const worker = await start({ cwd: root, config: 'wrangler.toml' })
  expect(await (await fetch(worker.origin)).json()).toMatchObject({ ONE: '1', colo: COLO })
  await expect.poll(worker.output).toContain('afterwards')
})

const FETCH_ROUTE = `export async function GET(request) {
  const source = request.nextUrl.searchParams.get('source')
  const ask = async (init) => {
    try {
      return await (await fetch(source, init)).text()
    } catch (error) {
      return String(error)
    }
  }
  const inits = ['default', 'no-store', 'reload', 'force-cache'].map((cache) => ({ cache }))
  inits.push({ cache: 'default', method: 'POST', body: 'sent' }, { cache: 'default', next: { tags: ['t'] } }, { cache: 'reload', next: {} })
  return Response.json(await Promise.all(inits.map(ask)))
}
`

test('fetch takes the cache modes that Workers refuse', async () => {
  const source = createServer((request, response) => void request.pipe(response.writeHead(200, { 'x-method': request.method })))
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void source.close())
  const root = await project({
    'wrangler.json': '{ "name": "fetches", "compatibility_date": "2025-01-01" }',
    'routes/route.ts': FETCH_ROUTE,
  })
  for (const flags of [[], ['--strict']]) {
    await runEveryroute(['build', '--target', 'workers', ...flags], root)
    const worker = await start({ cwd: root, config: '.output/wrangler.json' })
    const { port } = source.address() as AddressInfo
    expect(await (await fetch(`${worker.origin}/?source=http://127.0.0.1:${port}/`)).json()).toEqual(['', '', '', '', 'sent', '', ''])
    await worker.stop()
  }
})

test('without a wrangler configuration the output has one all the same; modules of Node.js are asked for by a flag', async () => {
  const root = await project({
    'routes/route.ts': "import { basename } from 'path'\nexport const GET = () => new Response(basename('/a/b'))\n",
  })
  await runEveryroute(['build', '--target', 'workers'], root)
  expect(await readConfig(root)).toEqual({
    name: expect.stringMatching(/^everyroute-worker-[a-z0-9-]+$/),
    main: 'worker.mjs',
    no_bundle: true,
    compatibility_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    compatibility_flags: ['nodejs_compat', 'enable_request_signal'],
  })
  const worker = await start({ cwd: root, config: '.output/wrangler.json', args: ['--compatibility-date', '2024-01-01'] })
  expect(await (await fetch(worker.origin)).text()).toBe('b')
})

describe('a wrangler configuration that can not be used fails the build, by its name', () => {
  const ROUTE = { 'routes/route.ts': 'export const GET = () => new Response()\n' }

  test.each([
    ['wrangler.toml', 'name = \n', /wrangler\.toml can't be read/],
    ['wrangler.json', '{ "name": "x",, }', /wrangler\.json can't be read: .* in line 1/],
    ['wrangler.toml', 'main = "src/nothing.ts"\n', /wrangler\.toml has "main": "src\/nothing\.ts", which is no file/],
  ])('%s: %j', async (file, text, message) => {
    const root = await project({ ...ROUTE, [file]: text })
    await expect(runEveryroute(['build', '--target', 'workers'], root)).rejects.toThrow(message)
  })
})

test('examples/workers builds, is taken for a deployment, and serves its one route', async () => {
  const root = await temporary('worker-smallest')
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const isSource = (path: string): boolean => !/[\\/](?:node_modules|\.output|\.everyroute|\.wrangler)(?:[\\/]|$)/.test(path)
  await cp(join(repository, 'examples/workers'), root, { recursive: true, filter: isSource })
  await runEveryroute(['build', '--target', 'workers'], root)
  expect(await runWrangler(['deploy', '--dry-run', '--config', '.output/wrangler.json'], root)).toContain('env.GREETING ("Hello")')
  expect(await runWrangler(['deploy', '--dry-run'], root)).toContain('env.GREETING ("Hello")')
  const { origin } = await start({ cwd: root, config: '.output/wrangler.json' })
  expect(await (await fetch(`${origin}/hello/Ada`)).json()).toEqual({ message: 'Hello, Ada!' })
})
