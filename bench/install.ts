import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Installs the peers where the lockfile is newer than what is there; `run.ts` then imports them. */

const bench = fileURLToPath(new URL('.', import.meta.url))
const installed = `${bench}node_modules/.package-lock.json`
const isFresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${bench}package-lock.json`).mtimeMs

if (!isFresh) {
  console.log('Installing what is measured …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: bench, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
