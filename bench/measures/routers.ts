import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { addSample, type Samples } from '../harness/stats.ts'
import { runScript } from './processes.ts'
import { ROUTERS } from './routers.mjs'

export const ROUTER_NAMES: readonly string[] = Object.keys(ROUTERS)

/** By router: `build 20` in milliseconds, `first 20` in microseconds, `static 20`, `dynamic 20`, `deep 20`, `miss 20` in nanoseconds. */
export async function measureRouters(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const millis = plan.name === 'full' ? 150 : 100
  await inRounds(ROUTER_NAMES, Math.min(3, plan.httpRounds), async (name) => {
    for (const count of plan.routeCounts) {
      const found = await runScript<Record<string, number>>('router-worker.mjs', [name, count, millis])
      for (const kind of ['build', 'first', 'static', 'dynamic', 'deep', 'miss']) addSample(samples, name, `${kind} ${count}`, found[kind]!)
    }
  })
  return samples
}
