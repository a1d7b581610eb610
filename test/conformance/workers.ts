import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runEveryroute, startWrangler } from '../hosts/wrangler.ts'
import { fixtureOf } from './cases.ts'
import type { StartHost } from './run.ts'

/** Builds the fixture for Workers and serves it with `wrangler dev`, in workerd. */
export const startWorkers: StartHost = async (set, { strict }) => {
  const root = await mkdtemp(join(tmpdir(), `everyroute-workers-${set}-`))
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true })
  try {
    await cp(fixtureOf(set), root, { recursive: true })
    await runEveryroute(['build', '--target', 'workers', '--out', 'out', ...(strict ? ['--strict'] : [])], root)
    const { origin, output, stop } = await startWrangler({ cwd: root, config: 'out/wrangler.json' })
    const close = async (): Promise<void> => {
      await stop()
      await remove()
    }
    return { base: new URL(origin), output, close }
  } catch (error) {
    await remove()
    throw error
  }
}
