import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runNode } from './processes.ts'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

const cli: string = join(repository, 'dist/cli/main.js')

const wrangler = join(repository, 'node_modules/wrangler/bin/wrangler.js')

/** Milliseconds. */
const START_LIMIT = 60_000

/** What tools would say of the terminal, ask of a user or look for in the network is no part of a test. */
const QUIET = { CI: '1', NO_COLOR: '1', CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_SEND_METRICS: 'false' }

function environment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env
  return { ...rest, ...QUIET }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return () => text
}

/** Runs `everyroute` in a folder. Throws where it fails. */
export const runEveryroute = (args: readonly string[], cwd: string): Promise<string> => runNode([cli, ...args], cwd, QUIET)

/** Runs `wrangler` in a folder. Throws where it fails. */
export const runWrangler = (args: readonly string[], cwd: string): Promise<string> => runNode([wrangler, ...args], cwd, QUIET)

export interface RunningWorker {
  /** `http://localhost:PORT`. */
  readonly origin: string
  /** What wrangler and the Worker have written so far. */
  output(): string
  stop(): Promise<void>
}

export interface WranglerOptions {
  readonly cwd: string
  /** Path of the wrangler configuration, from `cwd`. */
  readonly config: string
  /** Where D1, KV and R2 keep their data. Default: a new folder, removed with the server. */
  readonly persistTo?: string
  readonly args?: readonly string[]
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Runs `wrangler dev` on a free port, which the Worker also knows as its origin. Throws when it isn't ready within 60,000 ms. */
export async function startWrangler({ cwd, config, persistTo, args = [] }: WranglerOptions): Promise<RunningWorker> {
  const data = await mkdtemp(join(tmpdir(), 'everyroute-wrangler-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const child = spawn(
    process.execPath,
    [
      ...[wrangler, 'dev', '--config', config, '--port', String(port), '--inspector-port', '0'],
      ...['--persist-to', persistTo ?? join(data, 'state'), '--var', `serverOrigin:${origin}`, ...args],
    ],
    // A process group of its own, with the workerd in it.
    { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  const output = collect(child)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    await closed
    await rm(data, { recursive: true, force: true })
  }
  try {
    await ready(child, output)
    return { origin, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function ready(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`wrangler dev ${why}\n${output()}`))
    const timer = setTimeout(() => fail(`was not ready within ${START_LIMIT} ms`), START_LIMIT)
    child.stdout?.on('data', () => {
      if (!output().includes('Ready on')) return
      clearTimeout(timer)
      resolve()
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      fail(`ended with exit code ${code}`)
    })
  })
}
