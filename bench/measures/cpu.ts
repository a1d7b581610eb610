import { CASES, wireOf } from '../cases.ts'
import type { CpuSample, Drive } from '../harness/drive.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { addSample, type Samples } from '../harness/stats.ts'

const CONNECTIONS = 32

/**
 * Adds user time per request, in microseconds, by framework and case. The server is the one that serves HTTP too, in its own process;
 * requests reach it over connections without a kernel.
 */
export async function measureCpu(servers: readonly ServerProcess[], plan: Plan, samples: Samples): Promise<void> {
  const sample = (server: ServerProcess, request: string, millis: number): Promise<CpuSample> => {
    const drive: Drive = { request, status: 200, connections: CONNECTIONS, millis }
    return server.call<CpuSample>({ drive })
  }
  for (const server of servers) {
    for (const one of CASES) await sample(server, wireOf(one, server.framework), plan.warmUp)
  }
  // Short samples, all servers' of one case right after each other: what slows the machine down lasts longer than a round.
  for (const one of CASES) {
    await inRounds(servers, plan.cpuRounds, async (server) => {
      const { user } = await sample(server, wireOf(one, server.framework), plan.cpuSample)
      addSample(samples, server.framework.name, one.name, Number(user.toFixed(3)))
    })
  }
}
