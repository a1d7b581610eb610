import { EVENTS } from '../adapters/streams.mjs'
import { type Framework, frameworkOf, OURS } from '../frameworks.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { cpuOf, ServerProcess } from '../harness/server-process.ts'
import { CAN_BIND } from '../harness/servers.ts'
import { addSample, type Samples } from '../harness/stats.ts'

const UPLOAD = new Uint8Array(4 << 20).fill(97)
const HONO: Framework = { name: 'hono', entry: 'adapters/hono-streams.mjs' }

async function readEvents(origin: string): Promise<void> {
  const text = await (await fetch(`${origin}/events`)).text()
  if (!text.endsWith(`data: {"at":${EVENTS}}\n\n`)) throw new Error(`Events end with ${text.slice(-40)}`)
}

async function upload(origin: string): Promise<void> {
  const { bytes } = (await (await fetch(`${origin}/upload`, { method: 'POST', body: UPLOAD })).json()) as { bytes: number }
  if (bytes !== UPLOAD.length) throw new Error(`${bytes} bytes arrived`)
}

const KINDS = { 'server-sent events': readEvents, 'upload of 4 MiB': upload }

/** By framework: milliseconds of the server's time (user and system) for a stream of 500 events, and for an upload of 4 MiB. */
export async function measureStreams(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const cpu = CAN_BIND ? 0 : undefined
  const servers = await Promise.all([frameworkOf(OURS), HONO].map((framework) => ServerProcess.start(framework, { cpu })))
  const times = plan.name === 'full' ? 60 : 20
  try {
    await inRounds(servers, plan.streamRounds + 1, async ({ framework, origin, pid }, round) => {
      for (const [kind, ask] of Object.entries(KINDS)) {
        const before = cpuOf(pid).total
        for (let i = 0; i < times; i += 4) await Promise.all([ask(origin), ask(origin), ask(origin), ask(origin)])
        // The first round warms up.
        if (round > 0) addSample(samples, framework.name, kind, (cpuOf(pid).total - before) / times)
      }
    })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
  return samples
}
