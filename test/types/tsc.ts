import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const REPO: string = join(import.meta.dirname, '../..')

/** Type-checks the files of a folder as an app would, with `everyroute` being this repository's source. */
export async function typeCheck(root: string, flags: readonly string[] = []): Promise<{ ok: boolean; output: string }> {
  const config = {
    extends: join(REPO, 'tsconfig.json'),
    compilerOptions: {
      declaration: false,
      isolatedDeclarations: false,
      types: [],
      paths: {
        'node:async_hooks': [join(REPO, '.config/async-hooks.d.ts')],
        everyroute: [join(REPO, 'src/index.ts')],
        'everyroute/node': [join(REPO, 'src/adapters/node.ts')],
        'everyroute/*': [join(REPO, 'src/*')],
      },
    },
    include: ['**/*.ts', '.everyroute/*.ts'],
  }
  await writeFile(join(root, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(REPO, 'node_modules/typescript/bin/tsc')
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', root, ...flags])
    return { ok: true, output: stdout }
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return { ok: false, output: String(error.stdout) }
    throw error
  }
}
