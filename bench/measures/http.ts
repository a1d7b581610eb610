import { CASES, type Exchange, pathOf } from '../cases.ts'
import { type Load, makeLoad } from '../harness/load.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { cpuOf, type ServerProcess } from '../harness/server-process.ts'
import { addSample, type Samples } from '../harness/stats.ts'

export interface HttpSamples {
  /** Requests per second. */
  readonly rate: Samples
  /** Milliseconds. */
  readonly p99: Samples
  /** Microseconds of the server's user and system time per request. */
  readonly cpu: Samples
}

function loadOf(origin: string, path: string, { method = 'GET', headers = {}, body }: Exchange, seconds: number): Load {
  return { url: origin + path, method, headers, body: body === undefined ? undefined : JSON.stringify(body), seconds }
}

/** Throughput, latency and processor time over HTTP on loopback, by framework and case. */
export async function measureHttp(servers: readonly ServerProcess[], plan: Plan): Promise<HttpSamples> {
  const samples: HttpSamples = { rate: {}, p99: {}, cpu: {} }
  for (const { framework, origin } of servers) {
    for (const one of CASES) await makeLoad(loadOf(origin, pathOf(one, framework), one, 1))
  }
  for (const one of CASES) {
    await inRounds(servers, plan.httpRounds, async ({ framework, origin, pid }) => {
      const before = cpuOf(pid).total
      const { requests, rate, p99 } = await makeLoad(loadOf(origin, pathOf(one, framework), one, plan.httpSeconds))
      addSample(samples.rate, framework.name, one.name, rate)
      addSample(samples.p99, framework.name, one.name, p99)
      addSample(samples.cpu, framework.name, one.name, ((cpuOf(pid).total - before) * 1000) / requests)
    })
  }
  return samples
}
