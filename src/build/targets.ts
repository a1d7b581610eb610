import { type ServerTextOptions, serverModules } from './server-text.js'
import { NODE_RESOLVE } from './vite.js'

/** What a host wants of the output folder. */
export interface BuildTargetPlan {
  /** The file that the host starts. Its module is `everyroute:server`. */
  readonly entry: `${string}.mjs`
  /** The command that runs the output. `out` is the folder as the user would write it. */
  readonly runCommand: (out: string) => string
  /** Whether `everyroute start` can run the output in its own process. */
  readonly startsInProcess: boolean
  /** What Rolldown takes for globals and built-in modules. */
  readonly platform: 'node' | 'browser'
  /** What the host's JavaScript engine understands, as of `build.target` of Vite. */
  readonly syntax: string
  /** Conditions and fields by which packages are entered. */
  readonly resolve: { readonly conditions: readonly string[]; readonly mainFields: readonly string[] }
  /** Globals that the host lacks, each by the module and name that stands in for it. */
  readonly inject?: Readonly<Record<string, [module: string, name: string]>>
  /** The modules made of text, by specifier: `everyroute:server` and what it imports. */
  readonly modules: (options: ServerTextOptions) => Record<string, string>
  /** Whether native packages can be left outside the bundle, to be installed beside it. */
  readonly hasPackages: boolean
}

/** A name that `--target` takes. */
export type BuildTarget = 'node'

const PLANS: Readonly<Record<BuildTarget, BuildTargetPlan>> = {
  node: {
    entry: 'server.mjs',
    runCommand: (out) => `node ${out}/server.mjs`,
    startsInProcess: true,
    platform: 'node',
    syntax: 'node20',
    resolve: NODE_RESOLVE,
    modules: (options) => serverModules(options, 'everyroute/node'),
    hasPackages: true,
  },
}

/** Every host that `build` writes for. */
export const BUILD_TARGETS: readonly BuildTarget[] = Object.keys(PLANS) as BuildTarget[]

export const planOf = (target: BuildTarget): BuildTargetPlan => PLANS[target]
