import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasRedis, redisTitle, startRedis } from '../cache/redis-server.js'
import { createProject, everyroute, type RunningServer, startProcess } from './project.js'

/** Answers say which process made them, and no two are alike. */
const PROJECT = {
  'everyroute.config.ts':
    "import { defineConfig } from 'everyroute/config'\nexport default defineConfig({ cacheHandler: './cache-handler.ts' })\n",
  'cache-handler.ts':
    "import { redisStore } from 'everyroute/cache/redis'\nexport default () => redisStore({ url: process.env.REDIS_URL ?? '' })\n",
  'data.ts': `import { randomUUID } from 'node:crypto'
import { unstable_cache } from 'next/cache'
export const made = () => (process.env.NAME ?? 'build') + ' ' + randomUUID()
export const data = unstable_cache(async () => made(), ['data'], { tags: ['data'] })
`,
  'routes/page/route.ts':
    "import { made } from '../../data'\nexport const dynamic = 'force-static'\nexport const GET = () => new Response(made())\n",
  'routes/items/[id]/route.ts':
    "import { made } from '../../../data'\nexport const generateStaticParams = () => []\nexport const GET = () => new Response(made())\n",
  'routes/report/route.ts':
    "import { data, made } from '../../data'\nexport const revalidate = 3600\nexport const GET = async () => new Response((await data()) + ', ' + made())\n",
  'routes/data/route.ts': "import { data } from '../../data'\nexport const GET = async () => new Response(await data())\n",
  'routes/fetched/route.ts': `export const GET = async () => {
  const response = await fetch(process.env.SOURCE!, { next: { revalidate: 3600, tags: ['source'] } })
  return new Response(await response.text())
}
`,
  'routes/invalidate/route.ts': `import { revalidatePath, revalidateTag } from 'next/cache'
export async function POST(request: Request) {
  const { path, type, tag, profile } = await request.json()
  if (path) revalidatePath(path, type)
  if (tag) revalidateTag(tag, profile)
  return new Response()
}
`,
}

/** A server that answers how often it was asked. */
async function startSource(): Promise<string> {
  let asked = 0
  const server = createServer((_, response) => response.end(String(++asked)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Builds the project and starts it twice on one Redis. */
async function startTwo(): Promise<{ a: RunningServer; b: RunningServer; start: (name: string) => Promise<RunningServer> }> {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const source = await startSource()
  const dir = await createProject(PROJECT)
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const start = (name: string): Promise<RunningServer> =>
    startProcess(dir, ['.output/server.mjs'], {
      env: { NAME: name, PORT: '0', HOST: '127.0.0.1', REDIS_URL: redis.url, SOURCE: source },
    })
  const [a, b] = await Promise.all([start('a'), start('b')])
  return { a, b, start }
}

const text = async (server: RunningServer, path: string): Promise<string> => (await server.get(path)).text
const maker = async (server: RunningServer, path: string): Promise<string> => (await text(server, path)).split(' ', 1)[0]!

async function invalidate(server: RunningServer, what: Record<string, unknown>): Promise<void> {
  expect((await server.get('/invalidate', { method: 'POST', body: JSON.stringify(what) })).status).toBe(200)
}

describe.skipIf(!hasRedis)(`two servers on one ${redisTitle}`, () => {
  test('see each other’s revalidatePath, and keep one answer', async () => {
    const { a, b, start } = await startTwo()
    expect(await maker(a, '/page')).toBe('build')
    expect(await text(b, '/page')).toBe(await text(a, '/page'))
    await invalidate(a, { path: '/page' })
    expect(await maker(b, '/page')).toBe('b')
    expect(await text(a, '/page')).toBe(await text(b, '/page'))

    expect(await maker(a, '/items/1')).toBe('a')
    expect(await maker(b, '/items/1')).toBe('a')
    expect(await maker(b, '/items/2')).toBe('b')
    await invalidate(b, { path: '/items/[id]', type: 'layout' })
    expect(await maker(a, '/items/1')).toBe('a')
    expect(await maker(a, '/items/2')).toBe('a')
    expect(await text(b, '/items/2')).toBe(await text(a, '/items/2'))

    // What the servers have made counts for one that starts later, not what the build has made.
    const c = await start('c')
    expect(await text(c, '/page')).toBe(await text(a, '/page'))
    expect(await c.stop()).toBe(0)
  })

  test('see each other’s revalidateTag in static answers, unstable_cache and fetch', async () => {
    const { a, b } = await startTwo()
    const paths = ['/report', '/data']
    for (const path of paths) {
      expect(await maker(a, path)).toBe('build')
      expect(await text(b, path)).toBe(await text(a, path))
    }
    expect((await text(a, '/report')).split(', ')[0]).toBe(await text(a, '/data'))
    expect([await text(a, '/fetched'), await text(b, '/fetched')]).toEqual(['1', '1'])

    await invalidate(a, { tag: 'data', profile: { expire: 0 } })
    await invalidate(b, { tag: 'source' })
    for (const path of paths) {
      expect(await maker(b, path)).toBe('b')
      expect(await text(a, path)).toBe(await text(b, path))
    }
    expect([await text(a, '/fetched'), await text(b, '/fetched')]).toEqual(['2', '2'])
  })

  test("answer once more what the other made stale with 'max', and refresh it for both", async () => {
    const { a, b } = await startTwo()
    await invalidate(a, { tag: 'data' })
    expect(await maker(a, '/data')).toBe('a')
    expect(await maker(a, '/report')).toBe('a')
    const before = { data: await text(a, '/data'), report: await text(a, '/report') }

    await invalidate(a, { tag: 'data', profile: 'max' })
    // The stale value, not a new one, and not an error; the new one is b's, for a too.
    expect(await text(b, '/data')).toBe(before.data)
    await expect.poll(() => maker(b, '/data')).toBe('b')
    expect(await text(a, '/data')).toBe(await text(b, '/data'))

    expect(await text(b, '/report')).toBe(before.report)
    await expect.poll(() => text(b, '/report')).not.toBe(before.report)
    expect(await text(a, '/report')).toBe(await text(b, '/report'))
    expect((await text(a, '/report')).split(', ')).toEqual([await text(a, '/data'), expect.stringMatching(/^b /)])
  })
})
