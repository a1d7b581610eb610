import { type ChildProcess, spawn } from 'node:child_process'

export interface RunningProcess {
  /** `http://localhost:PORT`. */
  readonly origin: string
  /** What it has written so far. */
  output(): string
  /** Ends it by SIGTERM. */
  stop(): Promise<void>
}

/** Milliseconds that a server may take until it is ready. */
const LIMIT = 60_000

function spawnNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string } {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env
  const child = spawn(process.execPath, args, { cwd, env: { ...rest, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return { child, output: () => text }
}

/** Runs a script to its end and gives what it wrote. Throws where it fails. */
export async function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { child, output } = spawnNode(args, cwd, env)
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} failed with exit code ${code}\n${output()}`)
  return output()
}

/**
 * Starts a server on a free port.
 * @param options.ready what it writes once it answers. Default: its address
 */
export async function startNode(
  args: readonly string[],
  cwd: string,
  { env = {}, ready = /localhost:/ }: { env?: NodeJS.ProcessEnv; ready?: RegExp } = {},
): Promise<RunningProcess> {
  const { child, output } = spawnNode(args, cwd, { PORT: '0', HOST: 'localhost', ...env })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await closed
  }
  const origin = new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${args.join(' ')} ${why}\n${output()}`))
    const timer = setTimeout(() => fail(`was not ready within ${LIMIT} ms`), LIMIT)
    child.stdout?.on('data', () => {
      const port = /localhost:([1-9]\d*)/.exec(output())?.[1]
      if (port === undefined || !ready.test(output())) return
      clearTimeout(timer)
      resolve(`http://localhost:${port}`)
    })
    child.once('close', () => {
      clearTimeout(timer)
      fail('ended')
    })
  })
  try {
    return { origin: await origin, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
