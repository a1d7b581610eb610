import { mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { REPOSITORY } from '../package/imports.ts'
import { execute, installPackage } from '../package/installed.ts'

const TEST = `import { createRouter } from 'everyroute'
import { NextRequest } from 'next/server'
import { expect, test } from 'vitest'
import manifest from './.everyroute/manifest'
import { GET } from './routes/users/[id]/route'

test('the handler by itself', async () => {
  const response = await GET(new NextRequest('http://localhost/users/7?x=1'), { params: Promise.resolve({ id: '7' }) })
  expect(await response.json()).toEqual({ id: '7', x: '1', isNext: true })
})
test('the whole application', async () => {
  const app = createRouter(manifest)
  const response = await app.request('/users/7?x=1')
  expect([response.headers.get('set-cookie'), await response.json()]).toEqual(['seen=7; Path=/', { id: '7', x: '1', isNext: true }])
  expect((await app.request('/users/0')).status).toBe(404)
})
`
const ROUTE = `import { cookies } from 'next/headers'
import { notFound } from 'next/navigation'
import { NextRequest, NextResponse } from 'next/server'
import { idOf } from '@/lib/id'

export async function GET(request: NextRequest, { params }: RouteContext<'/users/[id]'>) {
  const id = idOf(await params)
  if (id === '0') notFound()
  await cookies().then((jar) => jar.set('seen', id), () => undefined)
  return NextResponse.json({ id, x: request.nextUrl.searchParams.get('x'), isNext: request instanceof NextRequest })
}
`

test('a Vitest project needs one line', async () => {
  const installed = await installPackage()
  onTestFinished(() => installed.remove())
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(installed.dir, file)), { recursive: true })
    await installed.write(file, text)
  }
  await symlink(join(REPOSITORY, 'node_modules/vitest'), join(installed.dir, 'node_modules/vitest'))
  await write('package.json', '{ "type": "module", "private": true }')
  await write('tsconfig.json', '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }')
  await write('lib/id.ts', 'export const idOf = (params: { id: string }): string => params.id\n')
  await write('routes/users/[id]/route.ts', ROUTE)
  await write('users.test.ts', TEST)
  await write('vitest.config.ts', `import everyroute from 'everyroute/vite'\n\nexport default { plugins: [everyroute()] }\n`)
  await execute(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--outputFile=result.json'], installed.dir)
  expect(JSON.parse(await readFile(join(installed.dir, 'result.json'), 'utf8'))).toMatchObject({ success: true, numPassedTests: 2 })
})
