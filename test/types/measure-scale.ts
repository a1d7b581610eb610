/**
 * Measures how type-checking an app grows with its routes: `tsc --extendedDiagnostics` over the `routes.d.ts` generated for 10
 * and for 1,000 routes, each beside the same ten handlers. Prints the medians and their ratio; the total's must stay below 1.5 (1.11 on a busy 2-core machine, Node 24).
 * Run: `node test/types/measure-scale.ts` (Node 24).
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { typeCheck } from './tsc.ts'

const RUNS = 5
const SRC = join(import.meta.dirname, '../../src')
const { generateTypes } = (await runnerImport<typeof import('../../src/build/codegen.js')>(join(SRC, 'build/codegen.ts'))).module
const { buildRouteTree } = (await runnerImport<typeof import('../../src/routing/route-tree.js')>(join(SRC, 'routing/route-tree.ts'))).module

const folderOf = (index: number): string => `api/area${index % 50}/item${index}/[id]${index % 3 === 0 ? '/[...path]' : ''}`

async function writeApp(routes: number): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-scale-')))
  const files = Array.from({ length: routes }, (_, index) => ({ file: `${folderOf(index)}/route.ts`, kind: 'route' as const }))
  await mkdir(join(root, '.everyroute'))
  await writeFile(join(root, '.everyroute/routes.d.ts'), generateTypes({ ...buildRouteTree(files), nextModules: [] }))
  for (let index = 0; index < 10; index++) {
    const context = `{ params: Promise<RouteParamsMap['/${folderOf(index)}']> }`
    await writeFile(
      join(root, `route${index}.ts`),
      `export async function GET(_: Request, { params }: ${context}): Promise<Response> {\n  const id: string = (await params).id\n  return Response.json({ id })\n}\n`,
    )
  }
  return root
}

/** Seconds: tsc's own total, and its check phase alone. */
async function measure(root: string): Promise<{ total: number; check: number }> {
  const { ok, output } = await typeCheck(root, ['--extendedDiagnostics'])
  if (!ok) throw new Error(output)
  const seconds = (name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)s`, 'm').exec(output)?.[1])
  return { total: seconds('Total time'), check: seconds('Check time') }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

const apps = new Map([[10, await writeApp(10)] as const, [1000, await writeApp(1000)] as const])
try {
  const results = new Map<number, { total: number; check: number }[]>()
  // Taken in turns, so that a busy machine slows both alike.
  for (let run = 0; run < RUNS; run++) {
    for (const [routes, root] of apps) results.set(routes, [...(results.get(routes) ?? []), await measure(root)])
  }
  for (const phase of ['total', 'check'] as const) {
    const [few, many] = [10, 1000].map((routes) => median(results.get(routes)!.map((result) => result[phase])))
    console.log(`${phase}: 10 routes ${few!.toFixed(2)} s, 1,000 routes ${many!.toFixed(2)} s, ratio ${(many! / few!).toFixed(2)}`)
  }
} finally {
  for (const root of apps.values()) await rm(root, { recursive: true, force: true })
}
