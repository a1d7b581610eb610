import { afterAll, beforeAll, expect, test } from 'vitest'
import { execute, findNode, type InstalledPackage, installPackage, packageJson } from './installed.ts'

/** The oldest Node.js that package.json admits; what runs the tests is newer. */
const OLDEST = 20
const node = await findNode(OLDEST)

const SERVER = `
import { createRouter } from 'everyroute'
import { serve } from 'everyroute/node'
import { cookies } from 'everyroute/next/headers'
import { redirect } from 'everyroute/next/navigation'
import { NextRequest, NextResponse } from 'everyroute/next/server'

const routes = [
  {
    pathname: '/hello/[name]',
    file: 'hello/[name]/route.ts',
    load: async () => ({
      async GET(request, { params }) {
        ;(await cookies()).set('seen', 'yes')
        const { name } = await params
        return NextResponse.json({ name, query: request.nextUrl.searchParams.get('q'), known: request instanceof NextRequest })
      },
      POST: async (request) => new Response(await request.text(), { status: 201 }),
    }),
  },
  { pathname: '/old', file: 'old/route.ts', load: async () => ({ GET: () => redirect('/hello/you') }) },
]
const served = await serve(createRouter({ version: 2, routes }), { port: 0, quiet: true })
const get = await fetch(served.url + '/hello/you?q=1')
const post = await fetch(served.url + '/hello/you', { method: 'POST', body: 'text' })
const old = await fetch(served.url + '/old', { redirect: 'manual' })
const missing = await fetch(served.url + '/missing')
console.log(JSON.stringify({
  node: process.version,
  get: [get.status, get.headers.get('set-cookie'), await get.json()],
  post: [post.status, await post.text()],
  old: [old.status, old.headers.get('location')],
  missing: [missing.status, await missing.json()],
}))
await served.close()
`

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
})
afterAll(() => installed?.remove())

test(`package.json admits Node.js ${OLDEST}`, () => {
  expect(packageJson.engines.node).toMatch(new RegExp(`^>=${OLDEST}\\.`))
})

test.skipIf(node === undefined)(`the built package serves on Node.js ${OLDEST}${node ? '' : ' (skipped: none in PATH)'}`, async () => {
  const script = await installed.write('server.mjs', SERVER)
  const { stdout, stderr } = await execute(node!, [script], installed.dir)
  expect(JSON.parse(stdout)).toEqual({
    node: expect.stringMatching(new RegExp(`^v${OLDEST}\\.`)),
    get: [200, 'seen=yes; Path=/', { name: 'you', query: '1', known: true }],
    post: [201, 'text'],
    old: [307, '/hello/you'],
    missing: [404, { error: 'Not Found' }],
  })
  expect(stderr).toBe('')
})
