import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { tempProject } from '../build/temp-project.js'
import { everyroute } from '../cli/project.js'
import { execute } from '../package/installed.js'

const REPOSITORY = join(import.meta.dirname, '../..')

/** An example in a folder of its own, with what its package.json asks for and the built package. */
async function copyExample(name: string, packages: readonly string[]): Promise<string> {
  const root = await tempProject({})
  await cp(join(REPOSITORY, 'examples', name), root, { recursive: true })
  // Not a link: its types would find the repository's `next`.
  for (const path of ['dist', 'package.json'])
    await cp(join(REPOSITORY, path), join(root, 'node_modules/everyroute', path), { recursive: true })
  for (const path of packages) {
    const link = join(root, 'node_modules', path)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(REPOSITORY, 'node_modules', path), link)
  }
  return root
}

const tsc = (root: string): Promise<unknown> => execute(process.execPath, [join(REPOSITORY, 'node_modules/typescript/bin/tsc')], root)

test.each([
  ['node', 'with', ['hono', 'next']],
  ['node', 'without', ['hono']],
  ['workers', 'without', ['hono']],
])(
  'examples/%s has no type error after typegen, %s next installed',
  async (name, _, packages) => {
    const root = await copyExample(name, packages)
    expect(await everyroute(root, ['typegen'])).toMatchObject({ code: 0, stderr: '' })
    await tsc(root)

    // The check itself can fail.
    const route = join(root, 'routes/hello/[name]/route.ts')
    await writeFile(route, (await readFile(route, 'utf8')).replace('.searchParams', '.searchParam'))
    await expect(tsc(root)).rejects.toThrow("Property 'searchParam' does not exist")
  },
  60_000,
)
