import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH, type Framework } from '../frameworks.ts'
import { prove } from './proof.ts'
import { ServerProcess } from './server-process.ts'

/** Whether processes can be bound to a processor here. */
export const CAN_BIND: boolean = spawnSync('taskset', ['-c', '0', 'true']).status === 0

const asBuilt = new Set<string>()

/**
 * Builds what a framework serves, once in a run. Builds of peers are kept from run to run.
 * @throws {Error} with what the build printed
 */
export function build(framework: Framework, isFresh: boolean): void {
  const { name, build: plan, cwd = BENCH } = framework
  if (!plan || asBuilt.has(name)) return
  asBuilt.add(name)
  if (!isFresh && existsSync(join(cwd, plan.output))) return
  const [file, ...args] = plan.command
  const { status, stdout, stderr } = spawnSync(file!, args, { cwd: plan.cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} can't be built:\n${stdout}\n${stderr}`)
}

/**
 * Starts the frameworks' servers and proves each one's answers.
 * @returns those that answer right; for each of the others, why it is left out
 */
export async function startProven(
  frameworks: readonly Framework[],
): Promise<{ servers: ServerProcess[]; leftOut: Record<string, string> }> {
  const servers: ServerProcess[] = []
  const leftOut: Record<string, string> = {}
  for (const framework of frameworks) {
    try {
      const server = await ServerProcess.start(framework, { cpu: CAN_BIND ? 0 : undefined })
      servers.push(server)
      await prove(server)
    } catch (error) {
      leftOut[framework.name] = (error as Error).message.split('\n')[0]!
      const started = servers.findIndex((server) => server.framework === framework)
      if (started !== -1) await servers.splice(started, 1)[0]!.stop()
      console.log(`  left out: ${(error as Error).message}`)
    }
  }
  return { servers, leftOut }
}

export const stopAll = async (servers: readonly ServerProcess[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.stop()))
}
