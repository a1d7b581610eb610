import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { cpuOf } from '../harness/server-process.ts'
import { addSample, type Samples } from '../harness/stats.ts'
import { buildRoutes, writeHono, writeRoutes } from './projects.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const ask = (url: string): Promise<number> =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => response.resume().on('end', () => resolve(response.statusCode!))).on('error', () => resolve(0))
  })

interface Start {
  /** Milliseconds from the command to the first answer. */
  readonly millis: number
  /** Milliseconds of user and system time until then; in ticks of 10. */
  readonly cpu: number
  /** MB of resident memory after it. */
  readonly rss: number
}

/** Starts a script and asks it until it answers. */
async function start(script: string): Promise<Start> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/api/v1/books/7`
  const begin = performance.now()
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production' },
  })
  try {
    for (let status = 0; status !== 200; ) {
      if (performance.now() - begin > 20_000) throw new Error(`${script} does not answer ${url}: ${status}`)
      status = await ask(url)
      if (status === 0) await sleep(1)
    }
    const millis = performance.now() - begin
    const cpu = cpuOf(child.pid!).total
    await sleep(200)
    const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1])
    return { millis, cpu, rss: kilobytes / 1024 }
  } finally {
    child.kill('SIGKILL')
  }
}

/** By subject: `start` and `cpu` in milliseconds to the first answer, `memory` in MB after it. */
export async function measureStartup(plan: Plan): Promise<Samples> {
  const subjects: [name: string, script: string][] = []
  for (const count of [10, 1000]) {
    const dir = writeRoutes(`routes-${count}`, count)
    buildRoutes(dir, 'node')
    const { plain, bundled } = await writeHono(`hono-${count}`, count)
    subjects.push([`everyroute build, ${count} routes`, join(dir, '.output/server.mjs')])
    subjects.push([`hono, ${count} routes`, plain], [`hono in one file, ${count} routes`, bundled])
  }
  for (const [, script] of subjects) await start(script)
  const samples: Samples = {}
  await inRounds(subjects, plan.processRounds, async ([name, script]) => {
    const { millis, cpu, rss } = await start(script)
    addSample(samples, name, 'start', millis)
    addSample(samples, name, 'cpu', cpu)
    addSample(samples, name, 'memory', rss)
  })
  return samples
}
