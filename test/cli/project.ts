import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
export const CLI: string = join(REPOSITORY, 'dist/cli/main.js')

/** What the commands see: nothing of the test runner's own NODE_ENV, colours or ports. */
const ENVIRONMENT: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME }

export async function temporaryFolder(): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-cli-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
}

/** A project in a folder of its own, removed when the test is over. */
export async function createProject(files: Readonly<Record<string, string>>, options: { packages?: boolean } = {}): Promise<string> {
  const dir = await temporaryFolder()
  await writeFiles(dir, files)
  if (options.packages) await symlink(join(REPOSITORY, 'node_modules'), join(dir, 'node_modules'))
  return dir
}

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in a folder until it ends. */
export function everyroute(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [CLI, ...args], { cwd, env: { ...ENVIRONMENT, ...env } }, (_error, stdout, stderr) => {
      done({ code: child.exitCode, stdout, stderr })
    })
  })
}

export interface RunningServer {
  readonly url: string
  readonly child: ChildProcess
  /** All that it has printed so far, to stdout and stderr. */
  output(): string
  /** Sends SIGTERM and gives the exit code. */
  stop(): Promise<number | null>
  get(path: string, init?: RequestInit): Promise<{ status: number; text: string; json: () => unknown }>
}

/** Starts a process that prints its address, and waits until it has. */
export async function startProcess(
  cwd: string,
  args: readonly string[],
  options: { node?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunningServer> {
  const child = spawn(options.node ?? process.execPath, args, { cwd, env: { ...ENVIRONMENT, ...options.env } })
  let output = ''
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  onTestFinished(() => void child.kill('SIGKILL'))
  const url = await new Promise<string>((done, fail) => {
    const add = (chunk: Buffer): void => {
      output += chunk
      const found = /^http:\/\/\S+$/m.exec(output)
      if (found) done(found[0].replace('0.0.0.0', '127.0.0.1'))
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    void exited.then((code) => fail(new Error(`The server ended with ${code}:\n${output}`)))
  })
  return {
    url,
    child,
    output: () => output,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    async get(path, init) {
      const response = await fetch(url + path, init)
      const text = await response.text()
      return { status: response.status, text, json: () => JSON.parse(text) as unknown }
    },
  }
}

/** A handler that answers with a fixed JSON value. */
export const answering = (value: string): string => `export const GET = () => Response.json(${JSON.stringify(value)})\n`
