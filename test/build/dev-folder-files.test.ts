import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { createDevSession } from '../../src/build/dev-session.js'
import { createRouter } from '../../src/runtime/router.js'
import { tempProject } from './temp-project.js'

type App = ReturnType<typeof createRouter>

interface Dev {
  /** The status of a path, with the names that middleware has put into the header `x-ran`, innermost first. */
  get(path: string): Promise<string>
  write(file: string, text: string): Promise<void>
  remove(file: string): Promise<void>
}

async function startDev(files: Record<string, string>): Promise<Dev> {
  const root = await tempProject(files)
  const session = createDevSession<Pick<App, 'request'>>({
    root,
    loadConfig: () => loadConfig({ root, mode: 'development' }),
    createApp: ({ manifest }) => createRouter(manifest, { development: true, logError() {} }),
    createFailure: (error) => ({ request: () => new Response(String((error as { code?: string }).code), { status: 500 }) }),
  })
  onTestFinished(() => session.close())
  return {
    async get(path) {
      const { status, headers } = await (await session.current()).request(path)
      return [status, headers.get('x-ran')].filter(Boolean).join(' ')
    },
    write: (file, text) => writeFile(join(root, file), text),
    remove: (file) => rm(join(root, file)),
  }
}

const GET = 'export const GET = () => new Response()\n'

/** Middleware that says its name in the answer. */
const naming = (name: string): string =>
  `export default async (c, next) => {\n  await next()\n  c.header('x-ran', '${name}', { append: true })\n}\n`

test('an added, edited or removed file of a folder is live on the next request', async () => {
  const dev = await startDev({ 'routes/a/route.ts': GET, 'routes/a/b/route.ts': GET })
  expect(await dev.get('/a/b')).toBe('200')

  await dev.write('routes/a/_middleware.ts', naming('one'))
  expect(await dev.get('/a/b')).toBe('200 one')
  expect(await dev.get('/a/nowhere')).toBe('404 one')
  expect(await dev.get('/elsewhere')).toBe('404')

  await dev.write('routes/a/_middleware.ts', naming('another'))
  expect(await dev.get('/a')).toBe('200 another')

  await dev.write('routes/a/b/_middleware.js', naming('inner'))
  expect(await dev.get('/a/b')).toBe('200 inner, another')

  await dev.remove('routes/a/_middleware.ts')
  expect(await dev.get('/a/b')).toBe('200 inner')
  expect(await dev.get('/a/nowhere')).toBe('404')

  await dev.write('routes/_not-found.ts', 'export default () => new Response(null, { status: 410 })\n')
  expect(await dev.get('/elsewhere')).toBe('410')
  await dev.remove('routes/_not-found.ts')
  expect(await dev.get('/elsewhere')).toBe('404')

  await dev.write('routes/a/route.ts', "export const GET = () => {\n  throw new Error('no')\n}\n")
  await dev.write('routes/a/_error.ts', 'export default () => new Response(null, { status: 503 })\n')
  expect(await dev.get('/a')).toBe('503')
  await dev.write('routes/a/_error.ts', 'export default () => new Response(null, { status: 502 })\n')
  expect(await dev.get('/a')).toBe('502')
})

test('middleware that is broken lets nothing through until it is mended', async () => {
  const dev = await startDev({ 'routes/a/route.ts': GET, 'routes/b/route.ts': GET, 'routes/a/_middleware.ts': naming('one') })
  expect(await dev.get('/a')).toBe('200 one')
  for (const text of [
    'export default (c, next) => = 1\n',
    "throw new Error('no')\n",
    'export const middleware = 1\n',
    'export default [1]\n',
  ]) {
    await dev.write('routes/a/_middleware.ts', text)
    expect(await dev.get('/a')).toBe('500')
    expect(await dev.get('/b')).toBe('200')
  }
  await dev.write('routes/a/_middleware.ts', naming('two'))
  expect(await dev.get('/a')).toBe('200 two')
})

test('a module that middleware imports is live too', async () => {
  const dev = await startDev({
    'lib/name.ts': "export const name = 'one'\n",
    'routes/a/route.ts': GET,
    'routes/_middleware.ts': "import { name } from '../lib/name'\nexport default [(c, next) => (c.header('x-ran', name), next())]\n",
  })
  expect(await dev.get('/a')).toBe('200 one')
  await dev.write('lib/name.ts', "export const name = 'another'\n")
  expect(await dev.get('/a')).toBe('200 another')
})

test('a name that looks like middleware stops everything', async () => {
  const dev = await startDev({ 'routes/a/route.ts': GET })
  await dev.write('routes/a/_Middleware.ts', naming('one'))
  expect(await dev.get('/a')).toBe('500')
  await dev.remove('routes/a/_Middleware.ts')
  expect(await dev.get('/a')).toBe('200')
})
