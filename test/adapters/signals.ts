import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { RUNTIMES, type Runtime } from '../hosts/runtimes.ts'
import { open, read, send } from './http.ts'

const script = fileURLToPath(new URL('fixtures/server.mjs', import.meta.url))

interface ServerProcess {
  readonly url: string
  /** Resolves once a line that holds `text` has been printed. */
  printed(text: string): Promise<void>
  output(): string
  signal(name: NodeJS.Signals): void
  /** The exit code, and the milliseconds from the first signal to the exit. */
  readonly exited: Promise<{ code: number | null; elapsed: number }>
}

async function startProcess(runtime: Runtime, shutdownTimeout: number, ...more: string[]): Promise<ServerProcess> {
  const [command, ...args] = RUNTIMES[runtime]
  const child = spawn(command, [...args, script, runtime, String(shutdownTimeout), ...more], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let signalled: number | undefined
  const add = (chunk: string): void => {
    output += chunk
  }
  child.stdout.setEncoding('utf8').on('data', add)
  child.stderr.setEncoding('utf8').on('data', add)
  const exited = new Promise<{ code: number | null; elapsed: number }>((resolve) => {
    child.once('close', (code) => resolve({ code, elapsed: performance.now() - (signalled ?? Number.NaN) }))
  })
  const printed = async (text: string): Promise<void> => {
    for (const limit = performance.now() + 10_000; !output.includes(text); await sleep(10)) {
      if (performance.now() > limit || child.exitCode !== null) throw new Error(`"${text}" was not printed:\n${output}`)
    }
  }
  await printed(more.length > 0 ? '\nhttp://' : 'http://')
  return {
    url: /http:\/\/\S+/.exec(output)?.[0] ?? '',
    printed,
    output: () => output,
    signal(name) {
      signalled ??= performance.now()
      child.kill(name)
    },
    exited,
  }
}

/** Waits until connections are refused. */
async function refused(url: string): Promise<void> {
  for (const limit = performance.now() + 5_000; ; await sleep(10)) {
    const code = await send(url, { agent: new Agent() }).then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    )
    if (code === 'ECONNREFUSED') return
    if (performance.now() > limit) throw new Error(`connections are still taken (${code})`)
  }
}

/** Declares tests of how a server's process prints its address and ends, on a runtime. */
export function testSignals(runtime: Runtime): void {
  const startServer = (shutdownTimeout: number, ...more: string[]) => startProcess(runtime, shutdownTimeout, ...more)

  beforeAll(() => {
    if (!existsSync(new URL('../../dist/adapters/node.js', import.meta.url))) throw new Error('dist is missing: run `npm run build` first')
  })

  test('prints its address alone', async () => {
    const server = await startServer(10_000)
    expect(server.output()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('%s: the running answer finishes, new connections are refused, exit code 0', async (signal) => {
    const server = await startServer(10_000)
    const answer = send(`${server.url}/slow`)
    await server.printed('slow started')
    server.signal(signal)
    await refused(`${server.url}/quick`)
    const { status, body } = await answer
    expect([status, body.toString()]).toEqual([200, 'slow'])
    const { code, elapsed } = await server.exited
    expect(code).toBe(0)
    expect(elapsed).toBeLessThan(8_000)
  })

  test('an idle connection that is kept alive does not hold the exit up', async () => {
    const server = await startServer(60_000)
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    await send(`${server.url}/quick`, { agent })
    server.signal('SIGTERM')
    const { code, elapsed } = await server.exited
    expect(code).toBe(0)
    expect(elapsed).toBeLessThan(8_000)
  })

  test('an open stream is ended at the deadline, and its request aborted', async () => {
    const server = await startServer(500)
    const { incoming } = await open(`${server.url}/events`)
    await server.printed('events started')
    const end = read(incoming).then(
      () => 'ended',
      (error: NodeJS.ErrnoException) => error.code,
    )
    server.signal('SIGTERM')
    expect(await end).toBe('ECONNRESET')
    const { code, elapsed } = await server.exited
    expect(code).toBe(0)
    expect(elapsed).toBeGreaterThan(450)
    expect(elapsed).toBeLessThan(5_000)
    expect(server.output()).toContain('events aborted')
  })

  test('work that `after` was given is waited for', async () => {
    const server = await startServer(10_000)
    expect((await send(`${server.url}/after`)).body.toString()).toBe('after')
    server.signal('SIGTERM')
    expect((await server.exited).code).toBe(0)
    expect(server.output()).toContain('after done')
  })

  test('a second signal ends it at once', async () => {
    const server = await startServer(60_000)
    const { incoming } = await open(`${server.url}/events`)
    incoming.on('error', () => {}).resume()
    await server.printed('events started')
    server.signal('SIGTERM')
    await sleep(600)
    server.signal('SIGTERM')
    const { code, elapsed } = await server.exited
    expect(code).toBe(1)
    expect(elapsed).toBeLessThan(8_000)
  })

  test('a signal that comes twice at a time, as Ctrl-C does under npm, is one', async () => {
    const server = await startServer(10_000)
    const answer = send(`${server.url}/slow`)
    await server.printed('slow started')
    server.signal('SIGINT')
    await refused(`${server.url}/quick`)
    server.signal('SIGINT')
    expect((await answer).body.toString()).toBe('slow')
    expect((await server.exited).code).toBe(0)
  })

  test('two servers in one process are both drained', async () => {
    const server = await startServer(10_000, 'second')
    const [, second = ''] = server.output().trim().split('\n')
    const answer = send(`${second}/slow`)
    await server.printed('slow started')
    server.signal('SIGTERM')
    expect((await answer).body.toString()).toBe('slow')
    expect((await server.exited).code).toBe(0)
  })
}
