import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { loadProject, writeGenerated } from '../../src/build/project.js'
import { tempProject } from '../build/temp-project.js'
import { typeCheck } from './tsc.js'

const GET = 'export const GET = (): Response => new Response()\n'

async function project(...fixtures: string[]): Promise<string> {
  const root = await tempProject({
    'routes/route.ts': GET,
    'routes/users/[id]/route.ts': GET,
    'routes/(g)/blog/[...path]/route.ts': GET,
    'routes/docs/[[...path]]/route.mts': GET,
  })
  for (const name of fixtures) await cp(join(import.meta.dirname, 'fixtures', name), join(root, name))
  await writeGenerated(await loadProject(await loadConfig({ root, mode: 'production' })))
  return root
}

test('RouteContext and RouteParams know the params, next/* is typed without next, and the manifest fits its type', async () => {
  const root = await project('context.ts', 'next.ts')
  const params = await readFile(join(import.meta.dirname, 'fixtures/params.ts'), 'utf8')
  await writeFile(join(root, 'params.ts'), params.replace('../../../src/', `${join(import.meta.dirname, '../../src')}/`))
  expect(await typeCheck(root)).toEqual({ ok: true, output: '' })

  // The check itself can fail, in each of the files.
  await writeFile(
    join(root, 'params.ts'),
    (await readFile(join(root, 'params.ts'), 'utf8')).replace('{ id: string }>(true)', '{ id: number }>(true)'),
  )
  await writeFile(join(root, 'next.ts'), (await readFile(join(root, 'next.ts'), 'utf8')).replace('[false, false', '[true, false'))
  await writeFile(
    join(root, 'context.ts'),
    (await readFile(join(root, 'context.ts'), 'utf8')).replace('Promise<{ id: string }>', 'Promise<{ id: number }>'),
  )
  const { ok, output } = await typeCheck(root)
  expect(ok).toBe(false)
  for (const place of ['params.ts(8,', 'next.ts(9,', 'context.ts(6,']) expect(output).toContain(place)
})
