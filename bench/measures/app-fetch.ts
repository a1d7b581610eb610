import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { addSample, type Samples } from '../harness/stats.ts'
import { runScript } from './processes.ts'

const APPS = ['everyroute', 'hono (default)']

/** By app: `static 20`, `dynamic 20` and so on, nanoseconds of user time per `app.fetch`. */
export async function measureAppFetch(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  await inRounds(APPS, plan.httpRounds, async (name) => {
    for (const count of plan.routeCounts) {
      const found = await runScript<Record<string, number>>('app-fetch-worker.mjs', [name, count, 400])
      for (const [kind, value] of Object.entries(found)) addSample(samples, name, `${kind} ${count}`, value)
    }
  })
  return samples
}
