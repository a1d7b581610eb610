import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { RUNTIMES, type Runtime } from './runtimes.ts'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const fixture = fileURLToPath(new URL('fixtures/output', import.meta.url))

interface Started {
  readonly origin: string
  output(): string
  stop(): Promise<number | null>
}

async function start(command: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Started> {
  const { NODE_ENV: _, ...rest } = process.env
  const [runtime = '', ...args] = command
  const child = spawn(runtime, args, { cwd, env: { ...rest, PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  for (const limit = performance.now() + 15_000; !/http:\/\/\S+\n/.test(output) && child.exitCode === null; await sleep(10)) {
    if (performance.now() > limit) throw new Error(`no address was printed:\n${output}`)
  }
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM')
    return closed
  }
  return { origin: /http:\/\/\S+/.exec(output)?.[0] ?? '', output: () => output, stop }
}

describe.each(['bun', 'deno'] as const)('build --target %s', (target: Runtime) => {
  let root: string
  let built: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), `everyroute-output-${target}-`))
    await cp(fixture, root, { recursive: true })
    // Written here, since files named .env are not kept in version control.
    await writeFile(join(root, '.env'), 'FROM_ENV=env\nFROM_BOTH=env\n')
    await writeFile(join(root, '.env.production'), 'FROM_BOTH=production\n')
    await writeFile(join(root, '.env.development'), 'FROM_BOTH=development\n')
    built = (await promisify(execFile)(process.execPath, [cli, 'build', '--target', target], { cwd: root })).stdout
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  const server = (): Promise<Started> => start([...RUNTIMES[target], '.output/server.mjs'], root)

  test('says how it is run, in the output’s package.json too', async () => {
    const command = { bun: 'bun --no-env-file', deno: 'deno run -A', node: 'node' }[target]
    expect(built).toContain(`Run it: ${command} .output/server.mjs`)
    expect(JSON.parse(await readFile(join(root, '.output/package.json'), 'utf8')).scripts).toEqual({ start: `${command} server.mjs` })
  })

  test('prints its address alone, and ends by SIGTERM with 0', async () => {
    const { origin, output, stop } = await server()
    expect(await stop()).toBe(0)
    expect(output()).toBe(`${origin}\n`)
  })

  test('listens on PORT and HOST', async () => {
    const first = await server()
    const { port } = new URL(first.origin)
    await first.stop()
    const { origin } = await start([...RUNTIMES[target], '.output/server.mjs'], root, { PORT: port, HOST: '127.0.0.1' })
    expect(origin).toBe(`http://127.0.0.1:${port}`)
    const { output } = await start([...RUNTIMES[target], '.output/server.mjs'], root, { PORT: 'abc' })
    expect(output()).toContain('PORT is "abc": set it to a whole number from 0 to 65535')
  })

  test('reads .env files by the rules of Next.js', async () => {
    const { origin } = await server()
    expect(await (await fetch(`${origin}/env`)).json()).toEqual({ fromEnv: 'env', fromBoth: 'production', nodeEnv: 'production' })
  })

  test('answers what the build has made, and keeps it by the cache handler', async () => {
    const { origin, output } = await server()
    const first = await (await fetch(`${origin}/made`)).json()
    expect(first).toEqual({ at: expect.any(Number), by: 'node' })
    expect(await (await fetch(`${origin}/made`)).json()).toEqual(first)
    expect(output()).toContain('cache handler: get')
  })

  test('goes on after an error that nobody handles', async () => {
    const { origin, output } = await server()
    for (let i = 0; i < 2; i++) {
      expect(await (await fetch(`${origin}/forgotten`)).text()).toBe('answered')
      await expect.poll(output).toContain('nobody waits for this')
    }
  })

  test('starts with an error that says why where the port is taken', async () => {
    const { origin } = await server()
    const { port } = new URL(origin)
    const { output } = await start([...RUNTIMES[target], '.output/server.mjs'], root, { PORT: port })
    expect(output()).toContain(`error ERR_PORT_IN_USE  Port ${port} is in use.`)
  })

  test('is refused by everyroute start, which names the command', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [cli, 'start'], { cwd: root }).catch(
      (error: { stderr: string }) => error,
    )
    expect(stderr).toContain(`.output was built for ${target}`)
  })

  // Bun alone reads them before any module runs.
  if (target === 'bun') {
    test('warns where Bun has read the .env files by rules of its own', async () => {
      const { output } = await start([RUNTIMES.bun[0], '.output/server.mjs'], root)
      expect(output()).toContain('run bun --no-env-file')
      const { output: told } = await start([RUNTIMES.bun[0], '.output/server.mjs'], root, { NODE_ENV: 'production' })
      expect(told()).not.toContain('--no-env-file')
    })
  }
})
