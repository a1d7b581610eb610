import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNextExample, type NextProject, type RunningProcess } from './next-project.ts'

/** What Next.js's own modules give to a handler behind the mount. */
const PROBE = `import { cookies, headers } from 'next/headers'
import { after, type NextRequest } from 'next/server'

export async function GET(request: NextRequest) {
  ;(await cookies()).set('seen', '1')
  after(() => console.log('after', request.nextUrl.pathname))
  return Response.json({ made: request.constructor.name, search: request.nextUrl.search, probe: (await headers()).get('x-probe') })
}
`

/** Middleware around the mounted routes, which leaves work behind. */
const MOUNT = `import { createRouter } from 'everyroute'
import { handle } from 'everyroute/next'
import manifest from '../../../.everyroute/manifest'

const app = createRouter(manifest)
app.use(async (c, next) => {
  await next()
  if (c.req.path === '/nothing') c.header('x-middleware-was', 'here')
  c.executionCtx.waitUntil(new Promise((resolve) => setTimeout(resolve, 50)).then(() => console.log('waited for', c.req.path)))
})
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(app)
`

let project: NextProject | undefined
let server: RunningProcess | undefined
beforeAll(async () => {
  project = await createNextExample('dev')
  await project.write('app/api/[[...route]]/route.ts', MOUNT)
  await project.everyroute('typegen')
  server = await project.start('dev')
})
afterAll(async () => {
  await server?.stop()
  await project?.remove()
})

const get = async (path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: string }> => {
  const response = await fetch(server!.origin + path, init)
  return { status: response.status, headers: response.headers, body: await response.text() }
}
const patiently = { timeout: 30_000, interval: 200 }

test('next dev serves the mounted routes, and an edited one', async () => {
  expect(await get('/api/users')).toMatchObject({ status: 200, body: expect.stringContaining('Ada Lovelace') })
  await project!.write('routes/users/route.ts', `export const GET = () => new Response('edited')\n`)
  await expect.poll(() => get('/api/users'), patiently).toMatchObject({ status: 200, body: 'edited' })
})

test('an added route is there after typegen, and has Next.js’s own next/*', async () => {
  await project!.write('routes/probe/route.ts', PROBE)
  await project!.everyroute('typegen')
  await expect.poll(async () => (await get('/api/probe')).status, patiently).toBe(200)
  const { headers, body } = await get('/api/probe?q=1', { headers: { 'x-probe': 'p' } })
  expect([headers.get('set-cookie'), JSON.parse(body)]).toEqual([
    'seen=1; Path=/',
    { made: expect.stringContaining('NextRequest'), search: '?q=1', probe: 'p' },
  ])
  await expect.poll(() => server!.output(), patiently).toContain('after /api/probe')
})

test('middleware runs around the routes, and may leave work behind', async () => {
  expect((await get('/api/nothing')).headers.get('x-middleware-was')).toBe('here')
  await expect.poll(() => server!.output(), patiently).toContain('waited for /nothing')
})

test('an error is shown by Next.js, at the line of the route file', async () => {
  await project!.write('routes/broken/route.ts', `export function GET() {\n  throw new Error('boom')\n}\n`)
  await project!.everyroute('typegen')
  await expect.poll(async () => (await get('/api/broken')).status, patiently).toBe(500)
  expect(server!.output()).toMatch(/⨯ Error: boom\s+at GET \(routes\/broken\/route\.ts:2/)
})
