import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute, findNode, type InstalledPackage, installPackage } from '../package/installed.ts'

const CLI = 'node_modules/everyroute/dist/cli/main.js'

let installed: InstalledPackage
const write = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(join(installed.dir, file)), { recursive: true })
  await installed.write(file, text)
}
beforeAll(async () => {
  installed = await installPackage()
  await write('package.json', '{ "type": "module", "private": true }')
})
afterAll(() => installed?.remove())

/** Serves a manifest, asks for one path and prints the answer. */
const serverText = (manifest: string): string => `import { createRouter } from 'everyroute'
import { serve } from 'everyroute/node'
import manifest from '${manifest}'
const served = await serve(createRouter(manifest, { logError: (error) => console.error(error.message) }), { port: 0, quiet: true, signals: false })
const response = await fetch(served.url + process.argv[2], { redirect: 'manual' })
console.log(JSON.stringify([response.status, response.headers.get('location'), await response.text()]))
await served.close()
`

const ask = async (node: string, server: string, path: string) => {
  const { stdout, stderr } = await execute(node, ['--import', 'everyroute/register', server, path], installed.dir)
  return { answer: JSON.parse(stdout) as [number, string | null, string], stderr }
}

describe('on this Node.js, TypeScript as it is written for bundlers', () => {
  beforeAll(async () => {
    await write(
      'lib/store/index.ts',
      `export interface Named { name: string }\nexport const nameOf = (value: Named): string => value.name\n`,
    )
    await write(
      'lib/greet.ts',
      `import { type Named, nameOf } from './store'\nexport const greet = (value: Named) => 'Hello, ' + nameOf(value)\n`,
    )
    await write(
      'routes/hello/[name]/route.ts',
      `import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { cookies } from 'next/headers.js'
import { greet } from '../../../lib/greet.js'
import legacy from '../../../lib/legacy.cjs'

export async function GET(request: NextRequest, { params }: RouteContext<'/hello/[name]'>) {
  const seen = (await cookies()).get('seen')
  return NextResponse.json({ greeting: greet(await params), legacy, search: request.nextUrl.search, seen: seen ?? null })
}
`,
    )
    await write('routes/old/route.ts', `import { redirect } from 'next/navigation'\nexport const GET = () => redirect('/hello/you')\n`)
    await write('routes/page/route.ts', `import { Page } from '../../lib/page'\nexport const GET = () => Response.json(Page)\n`)
    await write('routes/missing/route.ts', `export const GET = async () => Response.json(await import('../../lib/nowhere'))\n`)
    await write('lib/page.tsx', 'export const Page = <p />\n')
    await write('lib/legacy.cjs', `module.exports = typeof require('next/server').NextResponse.json\n`)
    await write('server.mjs', serverText('./.everyroute/manifest.ts'))
    await execute(process.execPath, [CLI, 'typegen'], installed.dir)
  })

  test('finds next/*, folders, files without extension and `.ts` behind `.js`', async () => {
    const { answer, stderr } = await ask(process.execPath, 'server.mjs', '/hello/you?q=1')
    expect(JSON.parse(answer[2])).toEqual({ greeting: 'Hello, you', legacy: 'function', search: '?q=1', seen: null })
    expect(stderr).toBe('')
  })

  test('has one instance of each module: a redirect is known to the router', async () => {
    expect((await ask(process.execPath, 'server.mjs', '/old')).answer.slice(0, 2)).toEqual([307, '/hello/you'])
  })

  test('says that JSX needs a build', async () => {
    const { answer, stderr } = await ask(process.execPath, 'server.mjs', '/page')
    expect(answer[0]).toBe(500)
    expect(stderr).toContain(`page.tsx: Node.js does not run JSX. Run the project with \`everyroute dev\``)
  })

  test('leaves what is nowhere to Node.js’s own error', async () => {
    const { stderr } = await ask(process.execPath, 'server.mjs', '/missing')
    expect(stderr).toMatch(/Cannot find module .*nowhere/)
  })
})

const oldest = await findNode(20)

describe.skipIf(oldest === undefined)('on Node.js 20', () => {
  beforeAll(async () => {
    await write('js/lib/index.js', `export const greet = (name) => 'Hello, ' + name\n`)
    await write(
      'js/route.js',
      `import { NextResponse } from 'next/server'
import { redirect } from 'next/navigation'
import { greet } from './lib'
export async function GET(request, { params }) {
  const { name } = await params
  return name === 'old' ? redirect('/hello/you') : NextResponse.json(greet(name))
}
`,
    )
    await write('js/typed.ts', 'export const GET = (): Response => new Response()\n')
    const routes = ['route', 'typed'].map((name) => `{ pathname: '/${name}/[name]', file: '${name}', load: () => import('./${name}') }`)
    await write('js/manifest.js', `export default { version: 2, routes: [${routes.join(', ')}] }\n`)
    await write('js/server.mjs', serverText('./manifest'))
  })

  test('finds next/* and files without extension', async () => {
    expect((await ask(oldest!, 'js/server.mjs', '/route/you')).answer).toEqual([200, null, '"Hello, you"'])
    expect((await ask(oldest!, 'js/server.mjs', '/route/old')).answer.slice(0, 2)).toEqual([307, '/hello/you'])
  })

  test('says which Node.js runs TypeScript', async () => {
    const { answer, stderr } = await ask(oldest!, 'js/server.mjs', '/typed/x')
    expect(answer[0]).toBe(500)
    expect(stderr).toMatch(/typed\.ts: Node\.js 20\.[\d.]+ does not run TypeScript\. Use Node\.js 22\.18 or later/)
  })
})
