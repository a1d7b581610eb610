import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, everyroute, startProcess, writeFiles } from './project.ts'

/** Routes that nothing but the router itself is needed for. */
const FILES = {
  'routes/route.ts': "export const GET = () => new Response('root')\n",
  'routes/users/[id]/route.ts': `export const GET = async (request, { params }) =>
  Response.json({ ...(await params), now: params.id, url: request.nextUrl.search, cookie: request.cookies.get('a')?.value })
export const POST = async (request) => new Response(await request.text(), { status: 201, headers: { 'set-cookie': 'b=2' } })
export const DELETE = () => null
`,
  'routes/files/[...path]/route.ts': `export const GET = async (_, { params }) => Response.json(await params)
export const HEAD = () => new Response(null, { headers: { 'x-head': 'own' } })
`,
  'routes/throws/route.ts': `class Teapot extends Error {
  status = 418
  getResponse() { return new Response('short and stout', { status: 418, headers: { 'x-pot': 'tea' } }) }
}
class Broken extends Error { getResponse() { throw new Error('no answer') } }
export const GET = () => { throw new Error('secret') }
export const PUT = () => { throw 'just words' }
export const PATCH = () => { throw new Teapot() }
export const DELETE = () => { throw new Broken() }
`,
  'routes/stream/route.ts': `export const GET = () => new Response(new ReadableStream({
  pull(controller) { controller.enqueue(new TextEncoder().encode('part')); controller.close() },
}))
export const POST = () => Response.redirect('http://localhost/elsewhere', 303)
export const PUT = () => new Response('x', { headers: { 'content-length': '5', 'x-middleware-next': '1' } })
`,
}

/** In a module that spells this, a build takes anything to be possible, and leaves out nothing. */
const UNKNOWN = 'export const POST = () => new Response(typeof globalThis[Symbol.for("everyroute.unknown")])\n'

const REQUESTS: readonly [method: string, path: string, init?: RequestInit][] = [
  ...['GET', 'HEAD', 'OPTIONS', 'POST', 'PROPFIND'].map((method) => [method, '/'] as [string, string]),
  ['GET', '/users/7?q=1', { headers: { cookie: 'a=1; __prerender_bypass=forged' } }],
  ['GET', '/users/%E4%B8%96'],
  ['GET', '/users/%zz'],
  ['POST', '/users/7', { body: 'text' }],
  ['DELETE', '/users/7'],
  ['GET', '/users/7/'],
  ['GET', '//users//7?x'],
  ['GET', '/files/a/b%2Fc'],
  ['HEAD', '/files/a'],
  ['GET', '/nothing'],
  ['HEAD', '/nothing'],
  ['GET', '/throws'],
  ['PUT', '/throws'],
  ['PATCH', '/throws'],
  ['DELETE', '/throws'],
  ['HEAD', '/throws'],
  ['GET', '/stream'],
  ['HEAD', '/stream'],
  ['POST', '/stream'],
  ['PUT', '/stream'],
]

async function answersOf(dir: string): Promise<unknown[]> {
  const server = await startProcess(dir, ['.output/server.mjs'], { env: { PORT: '0', DRAFT_MODE_SECRET: 'sixteen characters' } })
  const answers: unknown[] = []
  for (const [method, path, init] of REQUESTS) {
    const response = await fetch(server.url + path, { ...init, method, redirect: 'manual' })
    const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'date'))
    answers.push([method, path, response.status, response.statusText, headers, await response.text()])
  }
  await server.stop()
  return answers
}

const GUARDED = {
  ...FILES,
  'routes/guarded/_middleware.ts': "export default async (c, next) => { await next(); c.header('x-guard', 'yes') }\n",
  'routes/guarded/route.ts': "export const GET = () => new Response('guarded')\n",
}

const STATIC = Object.fromEntries(Object.entries(FILES).filter(([file]) => !file.includes('[')))

test.each([
  ['by default', [], FILES],
  ['in strict mode', ['--strict'], FILES],
  ['of static pathnames alone', [], STATIC],
  ["with a folder's middleware", [], GUARDED],
] as const)('what a build leaves out changes no answer %s', async (_, flags, files) => {
  const dir = await createProject(files)
  const build = async (): Promise<string> => {
    expect((await everyroute(dir, ['build', ...flags])).stderr).toBe('')
    const { stdout } = await everyroute(dir, ['build', '--target', 'workers', '--out', '.worker', ...flags])
    expect(stdout).toContain('worker.mjs')
    return readFile(join(dir, '.worker/worker.mjs'), 'utf8')
  }
  const lean = await build()
  const answers = await answersOf(dir)
  await writeFiles(dir, { 'routes/unknown/route.ts': UNKNOWN })
  const full = await build()
  // Else the two are compared with themselves.
  expect([lean, full].map((text) => text.includes('node_modules/hono/'))).toEqual([files === GUARDED, true])
  expect(lean.length).toBeLessThan(full.length * 0.8)
  expect(await answersOf(dir)).toEqual(answers)
  expect(answers[0]).toEqual(['GET', '/', 200, 'OK', expect.anything(), 'root'])
})
