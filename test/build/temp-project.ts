import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes files (`{ 'routes/route.ts': 'text' }`; `{ link: 'target' }` makes a symbolic link) to a folder that goes with the test. */
export async function tempProject(files: Record<string, string | { link: string }>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-')))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name)
    await mkdir(dirname(path), { recursive: true })
    if (typeof content === 'string') await writeFile(path, content)
    else await symlink(content.link, path)
  }
  return root
}
