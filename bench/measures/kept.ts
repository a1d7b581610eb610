import { CASES, type Exchange, wireOf } from '../cases.ts'
import { frameworkOf, OURS } from '../frameworks.ts'
import type { CpuSample } from '../harness/drive.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { ServerProcess } from '../harness/server-process.ts'
import { addSample, type Samples } from '../harness/stats.ts'

const KEPT: readonly Exchange[] = [
  { name: 'handler', path: '/ping' },
  { name: 'kept answer', path: '/kept' },
]

const drive = (server: ServerProcess, one: Exchange, amount: { millis: number } | { requests: number }): Promise<CpuSample> =>
  server.call<CpuSample>({ drive: { request: wireOf(one, server.framework), status: 200, connections: 32, ...amount } })

/** Microseconds of user time per request: a trivial handler against the same answer kept in memory. */
export async function measureKept(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const server = await ServerProcess.start(frameworkOf(OURS))
  try {
    for (const one of KEPT) await drive(server, one, { millis: plan.warmUp })
    await inRounds(KEPT, plan.cpuRounds * plan.cpuProcesses, async (one) => {
      addSample(samples, OURS, one.name, (await drive(server, one, { millis: plan.cpuSample })).user)
    })
  } finally {
    await server.stop()
  }
  return samples
}

export interface Growth {
  readonly requests: number
  /** MB of heap in use after garbage collection, after a tenth of the requests and after all. */
  readonly heap: readonly [early: number, late: number]
  /** MB of resident memory at the same times. */
  readonly rss: readonly [early: number, late: number]
}

/** Memory over many requests of all cases. */
export async function measureGrowth(requests: number): Promise<Growth> {
  const server = await ServerProcess.start(frameworkOf(OURS))
  const run = async (count: number): Promise<{ heap: number; rss: number }> => {
    for (const one of CASES) await drive(server, one, { requests: Math.ceil(count / CASES.length) })
    const { heap, rss } = await server.call<{ heap: number; rss: number }>({ memory: true })
    return { heap: heap / 1e6, rss: rss / 1e6 }
  }
  try {
    const early = await run(requests / 10)
    const late = await run(requests * 0.9)
    return { requests, heap: [early.heap, late.heap], rss: [early.rss, late.rss] }
  } finally {
    await server.stop()
  }
}
