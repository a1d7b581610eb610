import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

const nextBin = join(repository, 'node_modules/next/dist/bin/next')
const cli = join(repository, 'dist/cli/main.js')

/** Inside the repository, for Turbopack reads nothing from outside of the folder that has the lock file; ignored by git. */
const workFolder = join(repository, 'test/hosts/.work')

export interface RunningProject {
  /** `http://localhost:PORT`. */
  readonly origin: string
  /** What the server has written so far. */
  output(): string
  stop(): Promise<void>
}

/** A Next.js application in a folder of its own, with the repository's packages and the built `everyroute`. */
export interface NextProject {
  readonly root: string
  /** Writes a file; the path is relative to the root. */
  write(path: string, text: string): Promise<void>
  /** Copies a file or folder of the repository. */
  copy(from: string, to: string): Promise<void>
  /** Runs a command of `everyroute` in the project. Throws where it fails. */
  everyroute(...args: string[]): Promise<string>
  /** Runs `next build`. Throws where it fails. */
  build(): Promise<string>
  /** Runs `next start`, or `next dev`, on a free port. */
  start(command?: 'start' | 'dev', env?: NodeJS.ProcessEnv): Promise<RunningProject>
  remove(): Promise<void>
}

/** @param name of the folder, one for each test file */
export async function createNextProject(name: string): Promise<NextProject> {
  const root = join(workFolder, name)
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await rm(root, { recursive: true, force: true })
  for (const path of ['package.json', 'dist']) {
    await cp(join(repository, path), join(root, 'node_modules/everyroute', path), { recursive: true })
  }
  return {
    root,
    write,
    copy: (from, to) => cp(join(repository, from), join(root, to), { recursive: true }),
    everyroute: (...args) => run([cli, ...args], root),
    build: () => run([nextBin, 'build'], root),
    start: (command = 'start', env = {}) => start([nextBin, command, '--port', '0'], root, env),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

const environment = (): NodeJS.ProcessEnv => {
  const { NODE_ENV: _, VITEST: __, TURBOPACK: ___, ...rest } = process.env
  return { ...rest, NEXT_TELEMETRY_DISABLED: '1' }
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

async function run(args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} failed with exit code ${code}\n${output()}`)
  return output()
}

async function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<RunningProject> {
  const child = spawn(process.execPath, args, { cwd, env: { ...environment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = collect(child)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await closed
  }
  try {
    return { origin: await printedOrigin(child, output), output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Next.js prints its address before it answers, and `Ready` once it does. */
function printedOrigin(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`next ${why}\n${output()}`))
    const timer = setTimeout(() => fail('was not ready within 60 s'), 60_000)
    child.stdout?.on('data', () => {
      const port = /localhost:([1-9]\d*)/.exec(output())?.[1]
      if (port === undefined || !output().includes('Ready')) return
      clearTimeout(timer)
      resolve(`http://localhost:${port}`)
    })
    child.once('close', () => {
      clearTimeout(timer)
      fail('ended')
    })
  })
}
