import { readdirSync, readFileSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answering, CLI, createProject, everyroute, type RunningServer, startProcess, temporaryFolder, writeFiles } from './project.js'

/** Middleware that lets pass who says the word. */
const guard = (word: string): string => `import { forbidden } from '@/lib/answers'
export default [async (c, next) => (c.req.header('x-word') === '${word}' ? next() : forbidden())]
`

const FILES = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } }',
  'lib/answers.ts': "export const forbidden = () => Response.json({ error: 'Say the word' }, { status: 403 })\n",
  'routes/_not-found.ts': "export default (c) => c.json({ error: 'Nothing here' }, 404)\n",
  'routes/open/route.ts': answering('open'),
  'routes/admin/_middleware.ts': guard('please'),
  'routes/admin/_error.ts': "export default (error, c) => c.json({ error: 'Admin: ' + error.message }, 500)\n",
  'routes/admin/x/route.ts': `${answering('x')}export const POST = () => { throw new Error('no') }\n`,
}

const word = { headers: { 'x-word': 'please' } }

async function expectGuarded(server: RunningServer): Promise<void> {
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const { status, text } = await server.get(path, init)
    return `${status} ${text}`
  }
  expect(await ask('/open')).toBe('200 "open"')
  expect(await ask('/admin/x', word)).toBe('200 "x"')
  expect(await ask('/admin/x', { ...word, method: 'POST' })).toBe('500 {"error":"Admin: no"}')
  expect(await ask('/admin/y', word)).toBe('404 {"error":"Nothing here"}')
  expect(await ask('/elsewhere')).toBe('404 {"error":"Nothing here"}')
  for (const path of ['/admin', '/admin/x', '/admin/y', '/admin/%78']) expect(await ask(path)).toBe('403 {"error":"Say the word"}')
  for (const method of ['DELETE', 'OPTIONS', 'POST']) expect(await ask('/admin/x', { method })).toBe('403 {"error":"Say the word"}')
}

test('the output of a build runs the files of folders, away from the project', async () => {
  const dir = await createProject(FILES)
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  const elsewhere = await temporaryFolder()
  await cp(join(dir, '.output'), elsewhere, { recursive: true })
  await rm(dir, { recursive: true })
  await expectGuarded(await startProcess(elsewhere, ['server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1' } }))
})

test.each(['workers', 'bun', 'deno'])('a build for %s holds them', async (target) => {
  const dir = await createProject(FILES)
  expect(await everyroute(dir, ['build', '--target', target])).toMatchObject({ code: 0 })
  const modules = readdirSync(join(dir, '.output'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.m?js$/.test(file))
  const text = modules.map((file) => readFileSync(join(dir, '.output', file), 'utf8')).join('\n')
  for (const mark of ['Say the word', 'Nothing here', 'Admin: ']) expect(text).toContain(mark)
})

test('dev runs them, and an edit is live on the next request', async () => {
  const dir = await createProject(FILES)
  const server = await startProcess(dir, [CLI, 'dev', '--port', '0', '--host', '127.0.0.1'])
  await expectGuarded(server)
  await writeFiles(dir, { 'routes/admin/_middleware.ts': guard('now') })
  expect((await server.get('/admin/x', word)).status).toBe(403)
  expect((await server.get('/admin/x', { headers: { 'x-word': 'now' } })).status).toBe(200)

  await writeFiles(dir, { 'routes/admin/_middleware.ts': "throw new Error('broken guard')\n" })
  expect((await server.get('/admin/x', word)).status).toBe(500)
  expect(server.output()).toContain('broken guard')
  await rm(join(dir, 'routes/admin/_middleware.ts'))
  expect((await server.get('/admin/x')).status).toBe(200)
})

test('a build stops at middleware that would guard nothing, with the file and the mend', async () => {
  const dir = await createProject({ ...FILES, 'routes/admin/_middleware.ts': 'export const middleware = () => {}\n' })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect(code).toBe(1)
  expect(stderr).toContain(`error ERR_FOLDER_FILE_EXPORT  A file of a folder has no default export

  "routes/admin/_middleware.ts" has no default export: it exports "middleware"

  file  routes/admin/_middleware.ts
  fix   Export Hono middleware`)
  await rm(join(dir, 'routes/admin/_middleware.ts'))
  await writeFiles(dir, { 'routes/admin/_Middleware.ts': guard('please') })
  expect((await everyroute(dir, ['typegen'])).stderr).toContain('error ERR_FOLDER_FILE_NAME')
})
