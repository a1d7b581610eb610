import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REPOSITORY } from './imports.ts'
import { type InstalledPackage, installPackage } from './installed.ts'

/**
 * Bytes, minified and gzipped, of a worker with one route: Hono's 8,000 and the cookies' 2,000 in them. Raise a number only
 * with a line here that says what it buys.
 *
 * - first: 17,800 and 30,600 measured; the rest is room for fixes.
 * - 20,000 -> 20,600 at start: streams of answers to HEAD are ended, middleware below `basePath` and trailing slashes is heeded.
 */
const BUDGET = { atStart: 20_600, inAll: 36_000 }

const WORKER = `
import { createRouter } from 'everyroute'
const hello = { pathname: '/', file: 'route.ts', load: async () => ({ GET: () => new Response('hello') }) }
export default createRouter({ version: 2, routes: [hello] })
`

interface Bundle {
  readonly entry: Rolldown.OutputChunk
  readonly chunks: readonly Rolldown.OutputChunk[]
}

/** Bundles the worker for a host without Node.js; `everyroute` is the file `from`. */
async function bundleWorker(root: string, from: string): Promise<Bundle> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    resolve: { alias: [{ find: /^everyroute$/, replacement: from }], conditions: ['workerd', 'worker', 'browser'] },
    ssr: { noExternal: true, resolve: { conditions: ['workerd', 'worker', 'browser'] } },
    build: { ssr: 'worker.js', write: false, minify: true, target: 'es2022', rolldownOptions: { external: /^node:/ } },
  })
  const { output } = built as Rolldown.RolldownOutput
  const chunks = output.filter((one) => one.type === 'chunk')
  return { entry: chunks.find((chunk) => chunk.isEntry)!, chunks }
}

/** The chunk and what it imports statically: what a host evaluates before the first request. */
function atStart({ entry, chunks }: Bundle): Rolldown.OutputChunk[] {
  const names = new Set([entry.fileName])
  for (const name of names) for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported)
  return chunks.filter((chunk) => names.has(chunk.fileName))
}

const gzipped = (chunks: readonly Rolldown.OutputChunk[]): number => gzipSync(chunks.map(({ code }) => code).join('\n')).byteLength

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
  await installed.write('worker.js', WORKER)
})
afterAll(() => installed?.remove())

test('a small worker keeps to its byte budget', async () => {
  const bundle = await bundleWorker(installed.dir, join(installed.packageDir, 'dist/index.js'))
  const bytes = { atStart: gzipped(atStart(bundle)), inAll: gzipped(bundle.chunks) }
  console.log(`a worker with one route, gzipped: ${bytes.atStart} bytes at start, ${bytes.inAll} in all`)
  expect(bytes.atStart).toBeLessThanOrEqual(BUDGET.atStart)
  expect(bytes.inAll).toBeLessThanOrEqual(BUDGET.inAll)
  // A budget twice as large as what it measures guards nothing.
  expect(bytes.atStart).toBeGreaterThan(BUDGET.atStart / 2)
})

describe('what is loaded at start', () => {
  let modules: string[]
  beforeAll(async () => {
    const bundle = await bundleWorker(installed.dir, join(REPOSITORY, 'src/index.ts'))
    modules = atStart(bundle)
      .flatMap((chunk) => Object.entries(chunk.modules))
      .filter(([, { renderedLength }]) => renderedLength > 0)
      .map(([id]) => id.replaceAll('\\', '/'))
  })

  test('of packages: Hono and the cookies', () => {
    const packages = modules.map((id) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]).filter((name) => name !== undefined)
    expect([...new Set(packages)].sort()).toEqual(['@edge-runtime/cookies', 'hono'])
  })

  test('of everyroute: routing and the runtime, without static answers, the proxy and the cache', () => {
    const source = join(REPOSITORY, 'src/').replaceAll('\\', '/')
    const own = modules.filter((id) => id.startsWith(source)).map((id) => id.slice(source.length))
    expect(own).toContain('runtime/router.ts')
    expect(own.filter((file) => !/^(runtime|routing)\//.test(file))).toEqual([])
    expect(own.filter((file) => /static-(answers|side|plan|request)|proxy(-matcher)?\.ts|data-cache|fetch-cache/.test(file))).toEqual([])
  })
})
