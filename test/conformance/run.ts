import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { RUNTIMES, type Runtime } from '../hosts/runtimes.ts'
import { checkCase, fixtureOf, readCases, readGolden, type SetName, type Verdict } from './cases.ts'
import { waitForServer } from './client.ts'
import { startNextMounted } from './next-mounted.ts'
import { startWorkers } from './workers.ts'

/** A server under test. */
export interface Host {
  readonly base: URL
  /** What the server printed so far, for failure messages. */
  output(): string
  close(): Promise<void>
}

export interface HostOptions {
  /** Answer exactly as Next.js does; otherwise in the default mode. */
  readonly strict: boolean
}

export type StartHost = (set: SetName, options: HostOptions) => Promise<Host>

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const READY = /https?:\/\/[^\s/]+:\d+/
const START_LIMIT = 60_000

/** Builds the fixture with the command line for a runtime and serves `server.mjs` of the output on a free port. */
const startBuilt =
  (runtime: Runtime): StartHost =>
  async (set, { strict }) => {
    const { root, remove } = await copyFixture(set)
    const out = path.join(root, 'out')
    const args = [cli, 'build', '--target', runtime, '--root', root, '--out', out, ...(strict ? ['--strict'] : [])]
    const { code, text } = await finished(spawn(process.execPath, args))
    if (code !== 0) {
      await remove()
      throw new Error(`everyroute build of the fixture ${set} for ${runtime} failed with exit code ${code}\n${text}`)
    }
    const [command, ...rest] = RUNTIMES[runtime]
    return serve(spawn(command, [...rest, path.join(out, 'server.mjs')], { cwd: root, env: hostEnvironment() }), remove)
  }

/** Serves the fixture with `everyroute dev`. */
export const startDev: StartHost = async (set, { strict }) => {
  const { root, remove } = await copyFixture(set)
  const args = [cli, 'dev', '--root', root, '--port', '0', ...(strict ? ['--strict'] : [])]
  return serve(spawn(process.execPath, args, { cwd: root, env: { ...hostEnvironment(), NODE_ENV: 'development' } }), remove)
}

export const HOSTS = {
  node: startBuilt('node'),
  bun: startBuilt('bun'),
  deno: startBuilt('deno'),
  workers: startWorkers,
  dev: startDev,
  'next-mounted': startNextMounted,
} as const
export type HostName = keyof typeof HOSTS

export interface ConformanceOptions extends HostOptions {
  readonly host: HostName
  readonly sets: readonly SetName[]
}

/** Builds and serves each set's fixture on a host and checks all its cases, in file order. */
export async function runConformance({ host, strict, sets }: ConformanceOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const set of sets) {
    const server = await HOSTS[host](set, { strict })
    try {
      const golden = readGolden(set)
      for (const c of readCases(set)) verdicts.push(await checkCase(server.base, set, c, golden[c.id]))
    } finally {
      await server.close()
    }
  }
  return verdicts
}

const hostEnvironment = (): NodeJS.ProcessEnv => {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env
  return { ...rest, PORT: '0', HOST: 'localhost' }
}

async function copyFixture(set: SetName): Promise<{ root: string; remove: () => Promise<void> }> {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run npm run build first`)
  const root = await mkdtemp(path.join(tmpdir(), `everyroute-${set}-`))
  await cp(fixtureOf(set), root, { recursive: true })
  return { root, remove: () => rm(root, { recursive: true, force: true }) }
}

function finished(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  const output = collect(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text: output() }))
  })
}

function collect(child: ChildProcess): () => string {
  let text = ''
  const add = (chunk: Buffer): void => {
    text += chunk.toString()
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return () => text
}

async function serve(child: ChildProcess, remove: () => Promise<void>): Promise<Host> {
  const output = collect(child)
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    }
    await remove()
  }
  try {
    const base = new URL(await printedAddress(child, output))
    base.hostname = 'localhost'
    await waitForServer(base)
    return { base, output, close }
  } catch (error) {
    await close()
    throw error
  }
}

function printedAddress(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the server printed no address within ${START_LIMIT} ms\n${output()}`)), START_LIMIT)
    child.stdout?.on('data', () => {
      const address = READY.exec(output())?.[0]
      if (!address) return
      clearTimeout(timer)
      resolve(address)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with exit code ${code} before it was ready\n${output()}`))
    })
  })
}
