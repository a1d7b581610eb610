import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { loadProject, writeGenerated } from '../../src/build/project.js'
import { tempProject } from '../build/temp-project.js'
import { typeCheck } from './tsc.js'

const MODULES = join(import.meta.dirname, '../../node_modules')

/** The manifest imports a route file that is JavaScript. */
const FLAGS = ['--allowJs']

async function clientProject(...packages: string[]): Promise<string> {
  const root = await tempProject(Object.fromEntries(packages.map((name) => [`node_modules/${name}`, { link: join(MODULES, name) }])))
  await cp(join(import.meta.dirname, 'fixtures/client'), root, { recursive: true })
  await writeGenerated(await loadProject(await loadConfig({ root, mode: 'production' })))
  return root
}

test('the client knows params, bodies and answers by status, refuses wrong calls, and nothing is any', async () => {
  const root = await clientProject('hono', 'zod')
  expect(await typeCheck(root, FLAGS)).toEqual({ ok: true, output: '' })
  expect(await readFile(join(root, '.everyroute/client.d.ts'), 'utf8')).toContain('// Left out, as hc cannot send it: /index\n')

  // The check itself can fail.
  const use = await readFile(join(root, 'use.ts'), 'utf8')
  await writeFile(
    join(root, 'use.ts'),
    use.replace('{ version: number; since: string }', '{ version: number; since: Date }').replace('{ limit: 5, page: 2,', '{ page: 2,'),
  )
  const { ok, output } = await typeCheck(root, FLAGS)
  expect(ok).toBe(false)
  expect(output.match(/use\.ts\(/g)).toHaveLength(2)
}, 60_000)

test('the types of an installed Next.js tell the same', async () => {
  const root = await clientProject('hono', 'zod', 'next', 'react', '@types/react')
  expect(await typeCheck(root, FLAGS)).toEqual({ ok: true, output: '' })
}, 60_000)
