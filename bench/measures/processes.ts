import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { BENCH } from '../frameworks.ts'
import { CAN_BIND } from '../harness/servers.ts'

const run = promisify(execFile)

/**
 * Runs a script of this folder in a process of its own and reads the JSON that it prints.
 * @throws {Error} with what it printed, where it fails
 */
export async function runScript<T>(script: string, args: readonly (string | number)[]): Promise<T> {
  const node = [process.execPath, '--expose-gc', '--disable-warning=ExperimentalWarning', `${BENCH}measures/${script}`, ...args.map(String)]
  const [file, ...rest] = CAN_BIND ? ['taskset', '-c', '0', ...node] : node
  const { stdout } = await run(file!, rest, { cwd: BENCH, maxBuffer: 1e8, timeout: 120_000 })
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T
}
