import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLI, createProject, everyroute, type RunningServer, startProcess, writeFiles } from './project.js'

const config = (env: string): string => `export default { env: ${env} }\n`
const READ = 'Response.json([process.env.NAME, process.env.COUNT ?? null, process.env.UNSET ?? null, process.env.OWN ?? null])'

const PROJECT = {
  'next.config.mjs': config("{ NAME: 'it\\'s \"me\"', COUNT: 2, UNSET: undefined }"),
  'lib.ts': `export const read = () => ${READ}\n`,
  'app/a/route.ts': "import { read } from '../../lib'\nexport const GET = () => read()\n",
  'app/kept/route.ts': `export const dynamic = 'force-static'\nexport const GET = () => ${READ}\n`,
}
const ENV = { PORT: '0', HOST: '127.0.0.1', NAME: 'of the process', OWN: 'own' }

const read = async (server: RunningServer, path = '/a'): Promise<unknown> => (await server.get(path)).json()

test('env of next.config stands in place of process.env.NAME: build', async () => {
  const dir = await createProject(PROJECT)
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  const server = await startProcess(join(dir, '.output'), ['server.mjs'], { env: ENV })
  expect(await read(server)).toEqual(['it\'s "me"', 2, null, 'own'])
  expect(await read(server, '/kept')).toEqual(['it\'s "me"', 2, null, null])
})

test('a build for Workers has it in what it prerenders too', async () => {
  const dir = await createProject(PROJECT)
  expect(await everyroute(dir, ['build', '--target', 'workers'])).toMatchObject({ code: 0, stderr: '' })
  const worker = await readFile(join(dir, '.output/worker.mjs'), 'utf8')
  expect(worker).not.toContain('process.env.NAME')
  expect(worker.match(/it's \\*"me/g)?.length).toBeGreaterThanOrEqual(2)
})

test('env of next.config stands in place of process.env.NAME: dev, also once it is edited', async () => {
  const dir = await createProject(PROJECT)
  const server = await startProcess(dir, [CLI, 'dev', '--port', '0', '--host', '127.0.0.1'], { env: ENV })
  expect(await read(server)).toEqual(['it\'s "me"', 2, null, 'own'])
  await writeFiles(dir, { 'next.config.mjs': config("{ NAME: 'edited' }") })
  expect(await read(server)).toEqual(['edited', null, null, 'own'])
})

test.each(['NODE_ENV', '__NAME', 'NEXT_RUNTIME'])('env of next.config cannot name %s', async (name) => {
  const dir = await createProject({ ...PROJECT, 'next.config.mjs': config(`{ '${name}': 'x' }`) })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/ERR_CONFIG_INVALID[\s\S]*"env\./) })
})

test('a name in env of next.config by which no text can ask is left out', async () => {
  const dir = await createProject({ ...PROJECT, 'next.config.mjs': config("{ 'a-b': 'x', NAME: 'told' }") })
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  const server = await startProcess(join(dir, '.output'), ['server.mjs'], { env: ENV })
  expect(await read(server)).toMatchObject(['told', null, null, 'own'])
})
