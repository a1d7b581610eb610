import { CASES, wireOf } from '../cases.ts'
import type { CpuSample, Drive } from '../harness/drive.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import type { ServerProcess } from '../harness/server-process.ts'
import { addSample, type Samples } from '../harness/stats.ts'

const CONNECTIONS = 32

/**
 * User time per request, in microseconds, by framework and case. The server is the one that serves HTTP too, in its own process;
 * requests reach it over connections without a kernel.
 */
export async function measureCpu(servers: readonly ServerProcess[], plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const sample = (server: ServerProcess, request: string, millis: number): Promise<CpuSample> => {
    const drive: Drive = { request, status: 200, connections: CONNECTIONS, millis }
    return server.call<CpuSample>({ drive })
  }
  for (const server of servers) {
    for (const one of CASES) await sample(server, wireOf(one, server.framework), plan.warmUp)
  }
  await inRounds(servers, plan.rounds, async (server) => {
    const { framework } = server
    for (const one of CASES) {
      const { user } = await sample(server, wireOf(one, framework), plan.sample)
      addSample(samples, framework.name, one.name, user)
    }
  })
  return samples
}
