import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { BENCH, FRAMEWORKS } from '../frameworks.ts'
import type { BundleSize } from '../measures/bundles.ts'
import type { HttpSamples } from '../measures/http.ts'
import type { Growth } from '../measures/kept.ts'
import type { Samples } from './stats.ts'

/** What a run has found: one sample for each round, so that ranges and ratios of one round can be told. */
export interface Results {
  readonly date: string
  readonly command: string
  readonly machine: string
  readonly node: string
  readonly loadTool: string
  /** Installed versions by framework. */
  readonly versions: Readonly<Record<string, string>>
  /** Frameworks that gave wrong answers or did not start, with the reason. */
  readonly leftOut: Readonly<Record<string, string>>
  readonly cpu?: Samples
  readonly http?: HttpSamples
  readonly routers?: Samples
  readonly appFetch?: Samples
  readonly startup?: Samples
  readonly bundles?: readonly BundleSize[]
  readonly kept?: Samples
  readonly streams?: Samples
  readonly growth?: Growth
  readonly workerd?: Samples
  readonly typeCheck?: Samples
}

function versionOf(name: string): string {
  const path = `${BENCH}node_modules/${name}/package.json`
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

/** What a run was made with. */
export function describeRun(command: string, loadTool: string): Omit<Results, 'leftOut'> {
  const packages = FRAMEWORKS.filter((framework) => framework.package !== undefined)
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    machine: `${cpus()[0]!.model.trim()}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    loadTool,
    versions: Object.fromEntries(packages.map(({ name, package: installed }) => [name, versionOf(installed!)])),
  }
}
