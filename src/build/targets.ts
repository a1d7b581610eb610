import { type ServerTextOptions, serverModules } from './server-text.js'
import { NODE_RESOLVE } from './vite.js'
import { workerModules } from './worker-text.js'
import { readWranglerConfig } from './wrangler-config.js'

/** A project's configuration of a host. */
export interface HostConfig {
  /** Absolute path of the project's own entry module. */
  readonly main: string | undefined
  /** Whether the output is to be minified. */
  readonly minify: boolean
  /** Names of the environment that the configuration sets. */
  readonly variables: readonly string[]
  /**
   * Writes the configuration of the output.
   * @param dir the output folder for now
   * @param imports modules of the host that the bundle imports
   * @returns the files' names
   */
  write(dir: string, imports: readonly string[]): Promise<readonly string[]>
}

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
  /** Expressions that are known at build time, so that code for other hosts is left out. */
  readonly define?: Readonly<Record<string, string>>
  /** Globals that the host lacks, each by the module and name that stands in for it. */
  readonly inject?: Readonly<Record<string, [module: string, name: string]>>
  /** The modules made of text, by specifier: `everyroute:server` and what it imports. */
  readonly modules: (options: ServerTextOptions) => Record<string, string>
  /**
   * Whether the output may be many files, read while it runs: chunks, assets, packages installed beside it. Where it isn't, all is
   * one module, whose parts still run when they are first imported, and answers are prerendered before it is bundled.
   */
  readonly hasFiles: boolean
  /** Reads what the project has told the host itself, such as a Worker's bindings. */
  readonly readHostConfig?: (root: string, outDir: string) => Promise<HostConfig>
  /** The host's own configuration, by the name of its file in the output folder. */
  readonly files?: Readonly<Record<string, string>>
}

/** A name that `--target` takes. */
export type BuildTarget = 'node' | 'bun' | 'deno' | 'workers'

/** Aborts `request.signal` only where the client has gone, and finds packages where npm has put them. */
const DENO_JSON = `${JSON.stringify({ nodeModulesDir: 'manual', unstable: ['no-legacy-abort'] }, null, 2)}\n`

/** As wrangler's own bundler enters packages. */
const WORKERS_RESOLVE = { conditions: ['workerd', 'worker', 'browser'], mainFields: ['browser', 'module', 'main'] }

const PLANS: Readonly<Record<BuildTarget, BuildTargetPlan>> = {
  node: {
    entry: 'server.mjs',
    runCommand: (out) => `node ${out}/server.mjs`,
    startsInProcess: true,
    platform: 'node',
    syntax: 'node20',
    resolve: NODE_RESOLVE,
    modules: (options) => serverModules(options, 'everyroute/node'),
    hasFiles: true,
  },
  bun: {
    entry: 'server.mjs',
    // Bun reads .env files by rules of its own, unlike Next.js's.
    runCommand: (out) => `bun --no-env-file ${out}/server.mjs`,
    startsInProcess: false,
    platform: 'node',
    syntax: 'esnext',
    resolve: NODE_RESOLVE,
    modules: (options) => serverModules(options, 'everyroute/bun'),
    hasFiles: true,
  },
  deno: {
    entry: 'server.mjs',
    runCommand: (out) => `deno run -A ${out}/server.mjs`,
    startsInProcess: false,
    platform: 'node',
    syntax: 'esnext',
    resolve: NODE_RESOLVE,
    modules: (options) => serverModules(options, 'everyroute/deno'),
    hasFiles: true,
    files: { 'deno.json': DENO_JSON },
  },
  workers: {
    entry: 'worker.mjs',
    runCommand: (out) => `wrangler dev --config ${out}/wrangler.json`,
    startsInProcess: false,
    platform: 'browser',
    syntax: 'es2024',
    resolve: WORKERS_RESOLVE,
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.NEXT_RUNTIME': '"edge"' },
    inject: { process: ['everyroute:process', 'process'] },
    modules: workerModules,
    hasFiles: false,
    readHostConfig: (root, outDir) => readWranglerConfig(root, outDir, 'worker.mjs'),
  },
}

/** Every host that `build` writes for. */
export const BUILD_TARGETS: readonly BuildTarget[] = Object.keys(PLANS) as BuildTarget[]

export const planOf = (target: BuildTarget): BuildTargetPlan => PLANS[target]
