import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AUTH_SECRET } from './tokens.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface StartedExample {
  /** `http://HOST:PORT`. */
  readonly origin: string
  /** What the server has written to standard output and standard error so far. */
  output(): string
  /** Ends the server and removes its database. */
  stop(): Promise<void>
}

/** Builds the example and runs `npm start` on a free port, with a new database. Throws when no address is printed within 60,000 ms. */
export async function startExample(): Promise<StartedExample> {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run `npm run build` first')
  const data = await newData()
  // `prestart` would build the package anew, under the feet of the other tests: only the example is built here.
  const out = join(data, 'output')
  await promisify(execFile)(process.execPath, [join(root, 'dist/cli/main.js'), 'build', '--out', out], {
    cwd: root,
    env: environment(data),
  })
  return start('npm', ['start', '--ignore-scripts', '--', '--out', out], root, data)
}

/**
 * Runs what a build of the example wrote to a folder, as {@link startExample} does.
 * @param command the runtime and its arguments in front of the server's file. Default: Node.js
 */
export async function startBuilt(out: string, cwd: string, command: readonly string[] = [process.execPath]): Promise<StartedExample> {
  const [runtime = '', ...args] = command
  return start(runtime, [...args, join(out, 'server.mjs')], cwd, await newData())
}

const newData = (): Promise<string> => mkdtemp(join(tmpdir(), 'everyroute-start-'))

const environment = (data: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PORT: '0',
  HOST: '127.0.0.1',
  DATABASE_URL: `file:${join(data, 'example.db')}`,
  AUTH_SECRET,
  NODE_ENV: undefined,
})

/** @param data a folder for the database, removed in the end */
async function start(command: string, args: readonly string[], cwd: string, data: string): Promise<StartedExample> {
  // A process group of its own: npm and its shell don't hand every signal on.
  const child = spawn(command, args, { cwd, env: environment(data), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))

  let output = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${[command, ...args].join(' ')} ${why}:\n${output}`))
    const timer = setTimeout(() => fail('printed no address within 60 s'), 60_000)
    const read = (chunk: string) => {
      output += chunk
      const printed = /http:\/\/[\w.]+:[1-9]\d*/.exec(output)
      if (printed) resolve(printed[0])
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', (error) => fail(`failed (${error.message})`))
    child.once('close', () => fail('ended'))
    closed.finally(() => clearTimeout(timer))
  }).catch(async (error) => {
    await stop()
    throw error
  })

  async function stop(): Promise<void> {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM')
    await closed
    await rm(data, { recursive: true, force: true })
  }
  return { origin, output: () => output, stop }
}
