import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, everyroute, type Run, type RunningServer, startProcess, writeFiles } from './project.js'

/** Every answer says who made it, and no two answers are alike. */
const MADE = `import { randomUUID } from 'node:crypto'
const made = (init?: ResponseInit) => new Response((process.env.NEXT_PHASE ?? 'server') + ' ' + randomUUID(), init)
`
const route = (text: string): string => MADE + text
const listing = (list: string): string => `export const generateStaticParams = () => ${list}\n`
const GET = 'export const GET = () => made()\n'
/** Answers an error for `bad`, reads the request for `reads`. */
const GET_PICKY = `import { headers } from 'next/headers'
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  if (id === 'reads') await headers()
  return made({ status: id === 'bad' ? 500 : 200 })
}
`

const run = (dir: string, env: NodeJS.ProcessEnv = {}): Promise<RunningServer> =>
  startProcess(dir, ['.output/server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1', ...env } })

async function build(dir: string): Promise<Run> {
  const result = await everyroute(dir, ['build'])
  expect(result.code, result.stderr).toBe(0)
  return result
}

/** Builds what must fail; gives what it says on stderr. */
async function failToBuild(dir: string): Promise<string> {
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ERR_PRERENDER') })
  return stderr
}

type Making = 'at build' | 'at first' | 'each time'

/** When the answer of a path is made, found out by asking twice. */
async function makingOf(server: RunningServer, path: string): Promise<Making> {
  const [first, second] = [await server.get(path), await server.get(path)]
  expect(first.text, path).toMatch(/^(phase-production-build|server) \S{36}$/)
  if (first.text !== second.text) return 'each time'
  return first.text.startsWith('server') ? 'at first' : 'at build'
}

/** What Next.js 16.4.6 makes of the same files, shown by its build's table and by asking its server. */
const NEXT: Readonly<Record<string, { file: string; text: string; paths: Readonly<Record<string, Making>> }>> = {
  'a static path': { file: 'static', text: `export const dynamic = 'force-static'\n${GET}`, paths: { '/static': 'at build' } },
  'revalidate on a static path': { file: 'hourly', text: `export const revalidate = 3600\n${GET}`, paths: { '/hourly': 'at build' } },
  'a static path with generateStaticParams': { file: 'odd', text: listing('[{}]') + GET, paths: { '/odd': 'at build' } },
  'no configuration': { file: 'plain', text: GET, paths: { '/plain': 'each time' } },
  'a 404': {
    file: 'missing',
    text: "export const dynamic = 'force-static'\nexport const GET = () => made({ status: 404 })\n",
    paths: { '/missing': 'at build' },
  },
  'a 403': {
    file: 'locked',
    text: "export const dynamic = 'force-static'\nexport const GET = () => made({ status: 403 })\n",
    paths: { '/locked': 'each time' },
  },
  'a 500': {
    file: 'broken',
    text: 'export const revalidate = 60\nexport const GET = () => made({ status: 500 })\n',
    paths: { '/broken': 'each time' },
  },
  'generated params': {
    file: 'g/[id]',
    text: listing("[{ id: 'a' }, { id: 'a' }]") + GET,
    paths: { '/g/a': 'at build', '/g/b': 'at first' },
  },
  'generated params, one of which answers an error': {
    file: 'e/[id]',
    text: listing("['a', 'bad', 'c'].map((id) => ({ id }))") + GET_PICKY,
    paths: { '/e/a': 'at build', '/e/bad': 'each time', '/e/c': 'at build', '/e/new': 'each time' },
  },
  'generated params, one of which reads the request': {
    file: 'h/[id]',
    text: listing("['reads', 'c'].map((id) => ({ id }))") + GET_PICKY,
    paths: { '/h/reads': 'each time', '/h/c': 'at build', '/h/new': 'each time' },
  },
  'dynamicParams = false where one reads the request': {
    file: 'k/[id]',
    text: `export const dynamicParams = false\n${listing("['a', 'reads'].map((id) => ({ id }))")}${GET_PICKY}`,
    paths: { '/k/a': 'at build', '/k/reads': 'each time', '/k/new': 'each time' },
  },
  'an empty segment': { file: 'v/[id]', text: listing("[{ id: '' }, { id: 'a' }]") + GET, paths: { '/v/a': 'at build' } },
  'two params': {
    file: 'm/[a]/[b]',
    text: listing("[{ a: '1', b: '2' }, { a: 'x y', b: 'é' }]") + GET,
    paths: { '/m/1/2': 'at build', '/m/x%20y/%C3%A9': 'at build', '/m/1/3': 'at first' },
  },
  'params of which one is missing': {
    file: 'n/[a]/[b]',
    text: listing("[{ a: '1' }, { a: '2', b: '3' }]") + GET,
    paths: { '/n/2/3': 'at first' },
  },
  'a catch-all': {
    file: 'c/[...x]',
    text: listing("[{ x: ['a', 'b'] }, { x: ['é x', '/'] }]") + GET,
    paths: { '/c/a/b': 'at build', '/c/%C3%A9%20x/%2F': 'at build', '/c/a': 'at first' },
  },
  'an optional catch-all': {
    file: 'o/[[...x]]',
    text: listing("[{ x: [] }, { x: ['a'] }]") + GET,
    paths: { '/o': 'at build', '/o/a': 'at build', '/o/b': 'at first' },
  },
  'an optional catch-all without its param': { file: 'p/[[...x]]', text: listing('[{}]') + GET, paths: { '/p': 'at first' } },
  'force-static params': { file: 'f/[id]', text: `export const dynamic = 'force-static'\n${GET}`, paths: { '/f/1': 'at first' } },
  'revalidate on params': { file: 'r/[id]', text: `export const revalidate = 60\n${GET}`, paths: { '/r/1': 'each time' } },
  'force-dynamic with generated params': {
    file: 'd/[id]',
    text: `export const dynamic = 'force-dynamic'\n${listing("[{ id: 'a' }]")}${GET}`,
    paths: { '/d/a': 'each time' },
  },
  'generated params beside a POST': {
    file: 'post/[id]',
    text: `${listing("[{ id: 'a' }]")}${GET}export const POST = GET\n`,
    paths: { '/post/a': 'each time' },
  },
  'a read of the query': {
    file: 'query',
    text: "import type { NextRequest } from 'next/server'\nexport const revalidate = 60\nexport const GET = (request: NextRequest) => made({ headers: { q: String(request.nextUrl.searchParams) } })\n",
    paths: { '/query': 'each time' },
  },
  'a cookie that is set': {
    file: 'cookie',
    text: "import { cookies } from 'next/headers'\nexport const revalidate = 60\nexport const GET = async () => ((await cookies()).set('a', 'b'), made())\n",
    paths: { '/cookie': 'each time' },
  },
  revalidatePath: {
    file: 'invalidates',
    text: "import { revalidatePath } from 'next/cache'\nexport const revalidate = 60\nexport const GET = () => (revalidatePath('/x'), made())\n",
    paths: { '/invalidates': 'each time' },
  },
  'a rejection that nobody handles': {
    file: 'floating',
    text: "export const revalidate = 60\nexport const GET = () => (Promise.reject(new Error('floating')), made())\n",
    paths: { '/floating': 'at build' },
  },
  'data that a kept answer shares with others': {
    file: 'data',
    text: "import { shared } from '../../shared'\nexport const revalidate = 3600\nexport const GET = async () => new Response(await shared())\n",
    paths: { '/data': 'at build' },
  },
  'the same data elsewhere': {
    file: 'data-reader',
    text: "import { shared } from '../../shared'\nexport const GET = async () => new Response(await shared())\n",
    paths: { '/data-reader': 'at build' },
  },
}
const SHARED = route("import { unstable_cache } from 'next/cache'\nexport const shared = unstable_cache(() => made().text(), ['shared'])\n")

test('build makes the answers that Next.js makes, and keeps them over a restart', async () => {
  const files = Object.values(NEXT).map(({ file, text }) => [`routes/${file}/route.ts`, route(text)] as const)
  const dir = await createProject({ ...Object.fromEntries(files), 'shared.ts': SHARED })
  await build(dir)
  const expected = Object.fromEntries(Object.values(NEXT).flatMap(({ paths }) => Object.entries(paths)))
  const made: Record<string, string>[] = []
  for (let start = 0; start < 2; start++) {
    const server = await run(dir)
    const found: Record<string, Making> = {}
    // The first request of all is for data that the build has kept.
    for (const path of ['/data-reader', ...Object.keys(expected)]) found[path] = await makingOf(server, path)
    expect(found).toEqual({ '/data-reader': 'at build', ...expected })
    const built = Object.keys(expected).filter((path) => expected[path] === 'at build')
    made.push(Object.fromEntries(await Promise.all(built.map(async (path) => [path, (await server.get(path)).text]))))
    expect((await server.get('/data')).text).toBe((await server.get('/data-reader')).text)
    expect(await server.stop()).toBe(0)
  }
  expect(made[0]).toEqual(made[1])
})

test('redirects and notFound() are kept by the build', async () => {
  const dir = await createProject({
    'routes/go/route.ts':
      "import { redirect } from 'next/navigation'\nexport const dynamic = 'force-static'\nexport const GET = () => redirect('/' + process.env.NEXT_PHASE)\n",
    'routes/none/route.ts':
      "import { notFound } from 'next/navigation'\nexport const dynamic = 'force-static'\nexport const GET = () => (process.env.NEXT_PHASE ? notFound() : new Response('found'))\n",
  })
  await build(dir)
  const server = await run(dir)
  const response = await fetch(`${server.url}/go`, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([307, '/phase-production-build'])
  expect((await server.get('/none')).status).toBe(404)
})

test('revalidate: 1 refreshes what the build made, behind a stale answer; revalidatePath drops it', async () => {
  const dir = await createProject({
    'routes/second/route.ts': route(`export const revalidate = 1\n${GET}`),
    'routes/kept/route.ts': route(`export const dynamic = 'force-static'\n${GET}`),
    'routes/drop/route.ts':
      "import { revalidatePath } from 'next/cache'\nexport const POST = () => (revalidatePath('/kept'), new Response())\n",
  })
  await build(dir)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const server = await run(dir)
  expect((await server.get('/second')).text).toMatch(/^phase-production-build /)
  await expect.poll(async () => (await server.get('/second')).text).toMatch(/^server /)

  expect((await server.get('/kept')).text).toMatch(/^phase-production-build /)
  await server.get('/drop', { method: 'POST' })
  const anew = (await server.get('/kept')).text
  expect(anew).toMatch(/^server /)
  expect((await server.get('/kept')).text).toBe(anew)
})

test('with a cacheHandler that keeps files, what the server made outlives a restart, and a later build is newer', async () => {
  const dir = await createProject({
    'everyroute.config.mjs': "export default { cacheHandler: './cache-handler.ts' }\n",
    'cache-handler.ts': "import { fileStore } from 'everyroute/cache/file'\nexport default fileStore({ dir: '.cache' })\n",
    'routes/page/route.ts': route(`export const dynamic = 'force-static'\n${GET}`),
    'routes/drop/route.ts':
      "import { revalidatePath } from 'next/cache'\nexport const POST = () => (revalidatePath('/page'), new Response())\n",
  })
  await build(dir)
  const first = await run(dir)
  expect((await first.get('/page')).text).toMatch(/^phase-production-build /)
  await first.get('/drop', { method: 'POST' })
  const anew = (await first.get('/page')).text
  expect(anew).toMatch(/^server /)
  expect(await first.stop()).toBe(0)

  const second = await run(dir)
  expect((await second.get('/page')).text).toBe(anew)
  expect(await second.stop()).toBe(0)
  await build(dir)
  expect((await (await run(dir)).get('/page')).text).toMatch(/^phase-production-build /)
})

test('a handler that fails fails the build, which leaves the last output as it was', async () => {
  const dir = await createProject({ 'routes/page/route.ts': route(`export const dynamic = 'force-static'\n${GET}`) })
  await build(dir)
  const before = readdirSync(join(dir, '.output'), { recursive: true })
  await writeFiles(dir, {
    'routes/broken/[id]/route.ts': `${listing("[{ id: 'a' }, { id: 'b c' }]")}export async function GET(_: Request, { params }: { params: Promise<{ id: string }> }) {
  if ((await params).id === 'b c') throw new Error('no such database')
  return new Response()
}\n`,
  })
  const stderr = await failToBuild(dir)
  expect(stderr).toContain('GET /broken/b%20c failed while the build made its answer: no such database')
  expect(stderr).toMatch(/Error: no such database\n\s+at .*GET.*\n.*processTicksAndRejections.*\n\n/)
  expect(stderr).toContain('  file  routes/broken/[id]/route.ts\n')
  expect(stderr).toContain("  fix   Mend the handler, or export `dynamic = 'force-dynamic'`")
  expect(readdirSync(join(dir, '.output'), { recursive: true })).toEqual(before)
  expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect((await (await run(dir)).get('/page')).text).toMatch(/^phase-production-build /)
})

const FAILING: Readonly<Record<string, { text: string; says: string }>> = {
  'what after() is given': {
    text: "import { after } from 'next/server'\nexport const GET = () => (after(() => { throw new Error('too late') }), new Response())\n",
    says: 'GET /x failed while the build made its answer: too late',
  },
  'a value that is no Error': {
    text: "export const GET = () => { throw 'just words' }\n",
    says: 'GET /x failed while the build made its answer: just words',
  },
  'a module that does not load': {
    text: "throw new Error('no configuration')\nexport const GET = () => new Response()\n",
    says: 'GET /x failed while the build made its answer: no configuration',
  },
  'a handler that ends the process': {
    text: 'export const GET = () => process.exit(0)\n',
    says: 'GET /x ended the process that prerenders (exit code 0).',
  },
  'a handler that sends messages of its own and ends the process': {
    text: "export const GET = () => (process.send?.('ready'), process.exit(3))\n",
    says: 'GET /x ended the process that prerenders (exit code 3).',
  },
  'an error that nobody can catch': {
    text: "export const GET = () => new Promise(() => setTimeout(() => { throw new Error('from a timer') }))\n",
    says: 'GET /x ended the process that prerenders (exit code 1).',
  },
  'a handler that never answers': {
    text: 'export const GET = () => new Promise(() => {})\n',
    says: 'GET /x took more than 0.7 seconds while the build made its answer.',
  },
  'a handler that never lets go': {
    text: 'export function GET() { for (;;); }\n',
    says: 'GET /x took more than 0.7 seconds while the build made its answer.',
  },
  'a body that never ends': {
    text: 'export const GET = () => new Response(new ReadableStream())\n',
    says: 'GET /x took more than 0.7 seconds while the build made its answer.',
  },
}

test.each(Object.entries(FAILING))('%s fails the build', async (_, { text, says }) => {
  const dir = await createProject({
    'everyroute.config.mjs': 'export default { staticPageGenerationTimeout: 0.7 }\n',
    'routes/fine/route.ts': route(`export const dynamic = 'force-static'\n${GET}`),
    'routes/x/route.ts': `export const dynamic = 'force-static'\n${text}`,
  })
  const stderr = await failToBuild(dir)
  expect(stderr).toContain(says)
  expect(stderr).toContain('  file  routes/x/route.ts\n')
  expect(existsSync(join(dir, '.output'))).toBe(false)
})

test.each([
  ['[{ id: 1 }]', '[id]', 'gives 1 for [id]; give a string.'],
  ["[{ id: 'a' }]", '[...id]', 'gives "a" for [...id]; give an array of strings.'],
  ["'a'", '[id]', 'must return an array of params objects'],
])('generateStaticParams that gives %s for %s fails the build', async (list, segment, says) => {
  const dir = await createProject({ [`routes/${segment}/route.ts`]: route(listing(list) + GET) })
  expect(await failToBuild(dir)).toContain(`generateStaticParams of ${segment}/route.ts ${says}`)
})

test('next.config gives the time that an answer may take', async () => {
  const dir = await createProject({
    'next.config.mjs': 'export default { staticPageGenerationTimeout: 0.5 }\n',
    'routes/route.ts': "export const dynamic = 'force-static'\nexport const GET = () => new Promise(() => {})\n",
  })
  expect(await failToBuild(dir)).toContain('GET / took more than 0.5 seconds')
})

test('shows what handlers write while they are prerendered, and waits for nothing that they leave open', async () => {
  const dir = await createProject({
    'routes/route.ts': `import { createServer } from 'node:net'
setInterval(() => {}, 1000)
createServer().listen(0)
export const dynamic = 'force-static'
export const GET = () => {
  console.log('to stdout {"')
  console.error('to stderr {"')
  return new Response()
}\n`,
  })
  const { stdout, stderr } = await build(dir)
  expect(stdout).toContain('to stdout {"\n')
  expect(stderr).toBe('to stderr {"\n')
  await writeFiles(dir, {
    'routes/b/route.ts':
      "export const dynamic = 'force-static'\nexport const GET = () => { console.error('just before'); throw new Error('boom') }\n",
  })
  expect(await failToBuild(dir)).toMatch(/just before\n[\s\S]*GET \/b failed[\s\S]*boom/)
})

const DRAFTS = {
  'routes/page/route.ts': route(
    "import { draftMode } from 'next/headers'\nexport const dynamic = 'force-static'\nexport const GET = async () => made({ headers: { draft: String((await draftMode()).isEnabled) } })\n",
  ),
  'routes/on/route.ts':
    "import { draftMode } from 'next/headers'\nexport const POST = async () => ((await draftMode()).enable(), new Response())\n",
}

async function enableDrafts(server: RunningServer): Promise<string> {
  const response = await fetch(`${server.url}/on`, { method: 'POST' })
  return response.headers.get('set-cookie')!.split(';', 1)[0]!
}

const isDraft = async (server: RunningServer, cookie: string): Promise<boolean> => {
  const response = await fetch(`${server.url}/page`, { headers: { cookie } })
  expect((await response.text()).startsWith('server')).toBe(response.headers.get('draft') === 'true')
  return response.headers.get('draft') === 'true'
}

test('draft mode is shared by the processes of one build, by DRAFT_MODE_SECRET with others, and passes by what is kept', async () => {
  const dir = await createProject(DRAFTS)
  await build(dir)
  const secret = 'of 16 characters or more'
  const [a, b, c] = await Promise.all([run(dir), run(dir), run(dir, { DRAFT_MODE_SECRET: secret })])
  const cookie = await enableDrafts(a)
  expect(cookie).toMatch(/^__prerender_bypass=[\da-f]{32}$/)
  expect(await Promise.all([a, b, c].map((server) => isDraft(server, cookie)))).toEqual([true, true, false])
  expect(await Promise.all([a, b, c].map((server) => isDraft(server, '')))).toEqual([false, false, false])

  await build(dir)
  const d = await run(dir, { DRAFT_MODE_SECRET: secret })
  const own = await enableDrafts(c)
  expect(await Promise.all([c, d, a].map((server) => isDraft(server, own)))).toEqual([true, true, false])
  expect(await isDraft(await run(dir), cookie)).toBe(false)
  expect(readFileSync(join(dir, '.output/prerendered.json'), 'utf8')).not.toContain('draft: true')
})
