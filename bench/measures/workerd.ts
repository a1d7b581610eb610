import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { CASES, type Exchange } from '../cases.ts'
import { BENCH } from '../frameworks.ts'
import { makeLoad } from '../harness/load.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { cpuOf } from '../harness/server-process.ts'
import { CAN_BIND } from '../harness/servers.ts'
import { addSample, type Samples } from '../harness/stats.ts'
import { freePort } from './startup.ts'

/** Wrangler's, with which the package itself is tested. */
const WORKERD = (createRequire(new URL('../../package.json', import.meta.url))('workerd') as { default: string }).default

interface Runtime {
  readonly name: string
  readonly origin: string
  readonly process: ChildProcess
}

function buildOurs(): string {
  const cli = `${BENCH}../dist/cli/main.js`
  const args = [cli, 'build', '--root', '.', '--target', 'workers', '--out', '.work/worker']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: `${BENCH}site`, encoding: 'utf8' })
  if (status !== 0) throw new Error(`everyroute build: ${stdout}${stderr}`)
  return join(BENCH, 'site/.work/worker/worker.mjs')
}

/** Bundles the Hono of the Node.js adapters: its server is left out, and its `fetch` exported. */
async function buildHono(): Promise<string> {
  const source = readFileSync(join(BENCH, 'adapters/hono-async.mjs'), 'utf8')
  const text = source.replace(/import \{ serve \}.*\n/, '').replace(/serve\(.*\)\n/, 'export default app\n')
  const entry = join(BENCH, 'adapters/.hono-worker.mjs')
  const outfile = join(BENCH, '.work/hono-worker.mjs')
  await esbuild({ stdin: { contents: text, resolveDir: join(BENCH, 'adapters'), sourcefile: entry }, outfile, bundle: true, format: 'esm' })
  return outfile
}

const configText = (port: number, worker: string): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker.mjs", esModule = embed "${worker}")],
    compatibilityDate = "2026-01-01",
    compatibilityFlags = ["nodejs_compat"],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`

/** Runs workerd itself, without the servers that wrangler and miniflare put in front of it. */
async function start(name: string, worker: string): Promise<Runtime> {
  const port = await freePort()
  const config = join(dirname(worker), `${basename(worker)}.capnp`)
  writeFileSync(config, configText(port, basename(worker)))
  const args = [WORKERD, 'serve', config]
  const [file, ...rest] = CAN_BIND ? ['taskset', '-c', '0', ...args] : args
  const child = spawn(file!, rest, { stdio: 'inherit' })
  const origin = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    const response = await fetch(`${origin}/ping`).catch(() => undefined)
    if (response?.ok) return { name, origin, process: child }
    if (tries > 100) {
      child.kill('SIGKILL')
      throw new Error(`${name} on workerd does not answer: ${response?.status}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const load = (origin: string, { method = 'GET', path, headers = {}, body }: Exchange, seconds: number): ReturnType<typeof makeLoad> =>
  makeLoad({ url: origin + path, method, headers, body: body === undefined ? undefined : JSON.stringify(body), seconds })

async function check({ name, origin }: Runtime): Promise<void> {
  for (const { name: kind, method = 'GET', path, headers = {}, body, json } of CASES) {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const text = await (await fetch(origin + path, init)).text()
    if (text !== JSON.stringify(json)) throw new Error(`${name} on workerd, ${kind}: ${text.slice(0, 300)}`)
  }
}

/** Microseconds of workerd's time (user and system, the sockets' too) per request, by framework and case. */
export async function measureWorkerd(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const runtimes = [await start('everyroute', buildOurs()), await start('hono async', await buildHono())]
  try {
    for (const runtime of runtimes) {
      await check(runtime)
      for (const one of CASES) await load(runtime.origin, one, 1)
    }
    for (const one of CASES) {
      await inRounds(runtimes, plan.httpRounds, async ({ name, origin, process: { pid } }) => {
        const before = cpuOf(pid!).total
        const { requests } = await load(origin, one, plan.httpSeconds)
        addSample(samples, name, one.name, ((cpuOf(pid!).total - before) * 1000) / requests)
      })
    }
  } finally {
    for (const runtime of runtimes) runtime.process.kill('SIGKILL')
  }
  return samples
}
