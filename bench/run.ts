import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BENCH, FRAMEWORKS, type Framework, OURS } from './frameworks.ts'
import { LOAD_TOOL } from './harness/load.ts'
import { FULL, type Plan, QUICK } from './harness/plan.ts'
import { describeRun, type Results } from './harness/results.ts'
import type { ServerProcess } from './harness/server-process.ts'
import { build, startProven, stopAll } from './harness/servers.ts'
import type { Samples } from './harness/stats.ts'
import { measureAppFetch } from './measures/app-fetch.ts'
import { measureBundles } from './measures/bundles.ts'
import { measureCpu } from './measures/cpu.ts'
import { measureHttp } from './measures/http.ts'
import { measureGrowth, measureKept } from './measures/kept.ts'
import { measureRouters } from './measures/routers.ts'
import { measureStartup } from './measures/startup.ts'
import { measureStreams } from './measures/streams.ts'
import { measureTypeCheck } from './measures/typecheck.ts'
import { measureWorkerd } from './measures/workerd.ts'
import { sectionsOf } from './report/sections.ts'
import { writeReport, writeResults } from './report/write.ts'

const USAGE = `node bench/run.ts [--quick] [--only cpu,http,…] [--frameworks name,…]

  --quick        2 minutes: fewer frameworks, rounds and route counts. Prints, and writes nothing.
  --only         some measurements alone; prints, and writes nothing.
  --frameworks   some frameworks alone, by the names in the tables; prints, and writes nothing.
`

/** A measurement by its name, in the order in which they are run. */
type Measurement = (plan: Plan, frameworks: readonly Framework[]) => Promise<Partial<Results>>

async function withServers<T>(frameworks: readonly Framework[], run: (servers: ServerProcess[]) => Promise<T>): Promise<T> {
  const { servers } = await startProven(frameworks)
  try {
    return await run(servers)
  } finally {
    await stopAll(servers)
  }
}

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  async cpu(plan, frameworks) {
    const cpu: Samples = {}
    // What the compiler makes of a server differs from process to process.
    for (let i = 0; i < plan.cpuProcesses; i++) await withServers(frameworks, (servers) => measureCpu(servers, plan, cpu))
    return { cpu }
  },
  http: async (plan, frameworks) => ({ http: await withServers(frameworks, (servers) => measureHttp(servers, plan)) }),
  routers: async (plan) => ({ routers: await measureRouters(plan) }),
  fetch: async (plan) => ({ appFetch: await measureAppFetch(plan) }),
  bundles: async () => ({ bundles: await measureBundles() }),
  startup: async (plan) => ({ startup: await measureStartup(plan) }),
  kept: async (plan) => ({ kept: await measureKept(plan) }),
  streams: async (plan) => ({ streams: await measureStreams(plan) }),
  growth: async () => ({ growth: await measureGrowth(200_000) }),
  workerd: async (plan) => ({ workerd: await measureWorkerd(plan) }),
  types: async (plan) => ({ typeCheck: await measureTypeCheck(plan) }),
}

const QUICK_MEASUREMENTS = ['cpu', 'routers', 'fetch', 'bundles', 'kept']

/** @throws {Error} where a name is none of those known */
function chosen(given: string | undefined, known: readonly string[], fallback: readonly string[]): readonly string[] {
  if (given === undefined) return fallback
  const names = given.split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. There is ${known.join(', ')}`)
  return names
}

/** Builds, and leaves out what gives wrong answers. */
async function proveAll(names: readonly string[]): Promise<{ frameworks: Framework[]; leftOut: Record<string, string> }> {
  const wanted = FRAMEWORKS.filter(({ name }) => names.includes(name))
  for (const framework of wanted) build(framework, framework.name === OURS)
  const { servers, leftOut } = await startProven(wanted)
  await stopAll(servers)
  if (OURS in leftOut) throw new Error(`everyroute's own answers are wrong: ${leftOut[OURS]}`)
  return { frameworks: servers.map(({ framework }) => framework), leftOut }
}

async function run(): Promise<void> {
  const options = {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    frameworks: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const plan = values.quick ? QUICK : FULL
  const names = Object.keys(MEASUREMENTS)
  const measurements = chosen(values.only, names, values.quick ? QUICK_MEASUREMENTS : names)
  const usual = FRAMEWORKS.filter(({ slow }) => !(values.quick && slow)).map(({ name }) => name)
  const frameworkNames = chosen(
    values.frameworks,
    FRAMEWORKS.map(({ name }) => name),
    usual,
  )
  mkdirSync(`${BENCH}.work`, { recursive: true })
  const begin = performance.now()
  const log = (text: string): void => console.log(`${Math.round((performance.now() - begin) / 1000)} s  ${text}`)

  log('building and proving')
  const { frameworks, leftOut } = await proveAll(frameworkNames)
  let results: Results = { ...describeRun(values.quick ? 'npm run bench:quick' : 'npm run bench', LOAD_TOOL), leftOut }
  for (const name of measurements) {
    log(name)
    results = { ...results, ...(await MEASUREMENTS[name]!(plan, frameworks)) }
  }
  log('done')
  const isWhole = !values.quick && values.only === undefined && values.frameworks === undefined
  if (!isWhole) {
    console.log(`\n${sectionsOf(results)}`)
    return
  }
  writeResults(results)
  writeReport()
  console.log('Written: bench/results.json, bench/README.md, bench/chart.svg')
}

await run()
