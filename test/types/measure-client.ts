/**
 * Measures what the typed client costs over 500 route files with schemas: `tsc --extendedDiagnostics` with the client and ten calls
 * and without, in turns, and TypeScript's own language server (tsserver) completing at each step of a call; with `--hono` the plain
 * `hc` of Hono too, for comparison. Every completion follows an edit of the file, so that nothing is known from the one before.
 * The figures of docs/client.md are from here. Run on a machine that does nothing else: `node test/types/measure-client.ts [--hono]` (Node 24).
 */
import { spawn } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runnerImport } from 'vite'
import { clientText, figure, type Generator, writeScaleProject } from './scale-project.ts'
import { typeCheck } from './tsc.ts'

const ROUTES = 500
const RUNS = 3
const REPOSITORY = join(import.meta.dirname, '../..')
const load = async <T>(file: string): Promise<T> => (await runnerImport<T>(join(REPOSITORY, 'src', file))).module
const generator: Generator = {
  ...(await load<Pick<Generator, 'buildRouteTree'>>('routing/route-tree.ts')),
  ...(await load<Pick<Generator, 'generateClientTypes'>>('build/client-types.ts')),
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function measureTsc(roots: ReadonlyMap<string, string>): Promise<void> {
  const times = new Map<string, number[]>()
  // Taken in turns, so that a busy machine slows all alike.
  for (let run = 0; run < RUNS; run++) {
    for (const [name, root] of roots) {
      const { ok, output } = await typeCheck(root, ['--extendedDiagnostics'])
      if (!ok) throw new Error(output)
      times.set(name, [...(times.get(name) ?? []), figure(output, 'Total time')])
    }
  }
  // The least is the run that others have disturbed least.
  for (const [name, values] of times) console.log(`tsc, ${name}: ${Math.min(...values).toFixed(2)} s`)
}

/** A language server, asked one thing at a time. */
function startServer(): {
  ask: (command: string, args: object) => Promise<{ body?: unknown }>
  tell: (command: string, args: object) => void
  stop: () => void
} {
  const tsserver = join(REPOSITORY, 'node_modules/typescript/lib/tsserver.js')
  const server = spawn(process.execPath, [tsserver, '--disableAutomaticTypingAcquisition'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let seq = 0
  const waiting = new Map<number, (response: { body?: unknown }) => void>()
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return
    const message = JSON.parse(line) as { type: string; request_seq: number; body?: unknown }
    if (message.type === 'response') waiting.get(message.request_seq)?.(message)
  })
  const tell = (command: string, args: object): void => {
    server.stdin.write(`${JSON.stringify({ seq: ++seq, type: 'request', command, arguments: args })}\n`)
  }
  return {
    tell,
    ask(command, args) {
      tell(command, args)
      return new Promise((resolve) => waiting.set(seq, resolve))
    },
    stop: () => server.kill(),
  }
}

const STEPS = [
  'client.',
  'client.api.',
  'client.api.area3.',
  'client.api.area3.item3[":id"].',
  'client.api.area3.item3[":id"].$get({ ',
  'client.api.area3.item3[":id"].$get({ param: { ',
  'client.api.area3.item3[":id"].$post({ param: { id: "7" }, json: { ',
  'const answer = await client.api.area3.item3[":id"].$get({ param: { id: "7" } }); answer.',
]

async function measureCompletions(root: string, from: string): Promise<void> {
  const server = startServer()
  const file = join(root, 'use.ts')
  const head = clientText(from)
  const line = head.split('\n').length
  server.tell('open', { file, fileContent: head })
  let last = ''
  const complete = async (text: string): Promise<{ ms: number; names: string[] }> => {
    server.tell('change', { file, line, offset: 1, endLine: line, endOffset: last.length + 1, insertString: text })
    last = text
    const start = performance.now()
    const { body } = await server.ask('completionInfo', { file, line, offset: text.length + 1 })
    const { entries = [] } = (body ?? {}) as { entries?: { name: string }[] }
    return { ms: performance.now() - start, names: entries.map(({ name }) => name) }
  }
  console.log(`tsserver, ${from}, first: ${Math.round((await complete('client.')).ms)} ms`)
  const times = new Map<string, number[]>()
  // The first round warms the server's own code up, as an editor's is.
  for (let run = 0; run <= RUNS; run++) {
    for (const step of STEPS) {
      const { ms, names } = await complete(step)
      if (names.length === 0) throw new Error(`nothing to complete at ${step}`)
      if (run > 0) times.set(step, [...(times.get(step) ?? []), ms])
    }
  }
  for (const [step, values] of times) console.log(`tsserver, ${from}, ${step}: ${Math.round(median(values))} ms`)
  server.stop()
}

const folder = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), 'everyroute-client-scale-')))
const clients = [undefined, 'everyroute/client', ...(process.argv.includes('--hono') ? ['hono/client'] : [])]
const roots = new Map<string, string>()
try {
  for (const from of clients) {
    const root = await folder()
    roots.set(from ?? 'without a client', root)
    await writeScaleProject(root, ROUTES, from, generator)
  }
  await measureTsc(roots)
  for (const from of clients) if (from !== undefined) await measureCompletions(roots.get(from)!, from)
} finally {
  for (const root of roots.values()) await rm(root, { recursive: true, force: true })
}
