import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { fixtureOf, type SetName } from './cases.ts'
import { waitForServer } from './client.ts'

export interface NextServer {
  readonly base: URL
  close(): void
}

const nextBin = fileURLToPath(new URL('../../node_modules/next/dist/bin/next', import.meta.url))
/** Inside the repository, so that the copies find its node_modules; ignored by git. */
const workFolder = fileURLToPath(new URL('./next/.work/', import.meta.url))

/** Next.js 16.4.6 can't prerender `config/fixed` on Node.js 24: its force-static request proxy meets private members there. */
const NODE_MAJOR = 20

/** Throws where `node` is not of the version that the golden answers are recorded on. */
export function requireNode(node: string): void {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  if (!version.startsWith(`v${NODE_MAJOR}.`)) {
    throw new Error(`${node} is ${version}: Next.js has to run on Node.js ${NODE_MAJOR} here; name one with --node PATH`)
  }
}

/**
 * Builds a copy of a fixture with the pinned Next.js and serves it on a free port with `next start`.
 * @param node the Node.js binary that runs Next.js
 */
export async function startNext(set: SetName, node: string): Promise<NextServer> {
  const root = `${workFolder}${set}`
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  await cp(fixtureOf(set), root, { recursive: true })
  await run(node, [nextBin, 'build'], root, `${workFolder}${set}.build.log`)
  const port = await freePort()
  const server = spawn(node, [nextBin, 'start', '-p', String(port)], { cwd: root, env: environment(), stdio: 'ignore' })
  const base = new URL(`http://localhost:${port}`)
  await waitForServer(base)
  return { base, close: () => void server.kill() }
}

const environment = (): NodeJS.ProcessEnv => ({ ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' })

async function run(command: string, args: string[], cwd: string, log: string): Promise<void> {
  const child = spawn(command, args, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  const output = await collect(child)
  await writeFile(log, output.text)
  if (output.code !== 0) throw new Error(`next build failed in ${cwd}, see ${log}\n${output.text.slice(-2000)}`)
}

function collect(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    const add = (chunk: Buffer): void => {
      text += chunk.toString()
    }
    child.stdout?.on('data', add)
    child.stderr?.on('data', add)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, text }))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.listen(0, () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })
}
