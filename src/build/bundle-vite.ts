import { relative, resolve, sep } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { InlineConfig, Plugin, Rolldown } from 'vite'
import { EveryrouteError } from '../routing/errors.js'
import { bundlePlugin, DIRNAME_MODULE } from './bundle-plugin.js'
import { publicDefinitions } from './environment.js'
import type { BundledModule } from './features.js'
import { resolveOwnModule } from './next-alias.js'
import type { InstalledPackage } from './packages.js'
import type { BuildTargetPlan } from './targets.js'
import { resolvePlugin, sharedViteConfig } from './vite.js'

export interface ViteBundleOptions {
  /** Absolute. */
  readonly root: string
  /** Absolute; emptied first. */
  readonly outDir: string
  readonly plan: BuildTargetPlan
  /** The specifier of each entry's module, by its file's name without `.mjs`. */
  readonly input: Readonly<Record<string, string>>
  /** Modules made of text, by specifier. */
  readonly virtual: Readonly<Record<string, string>>
  /** Texts to read in place of files, by absolute path with `/`. */
  readonly replaced: ReadonlyMap<string, string>
  /** Package names to leave outside, besides those found to be native. */
  readonly external: readonly string[]
  /** Default `false`. */
  readonly minify?: boolean
  /** Expressions known at build time, besides the plan's. */
  readonly define?: Readonly<Record<string, string>>
}

export interface ViteBundleResult {
  /** Relative to the output folder, with `/`. */
  readonly files: readonly string[]
  /** Modules of the host that the output imports, such as `node:path`. */
  readonly imports: readonly string[]
  /** What was left outside, by name. */
  readonly packages: readonly InstalledPackage[]
  readonly warnings: readonly string[]
}

/** What is heard of while bundling. */
interface Heard {
  readonly onWarning: (text: string) => void
  readonly onExternal: (pkg: InstalledPackage) => void
}

async function runVite(options: ViteBundleOptions, heard: Heard, extra: InlineConfig = {}): Promise<readonly Rolldown.RolldownOutput[]> {
  const { root, outDir, plan, input, virtual, replaced, external, define, minify = false } = options
  const { onWarning, onExternal } = heard
  const { build, createLogger } = await import('vite')
  const { conditions, mainFields } = plan.resolve
  try {
    const result = await build({
      ...sharedViteConfig(root),
      mode: 'production',
      logLevel: 'warn',
      customLogger: { ...createLogger('silent'), warn: (message) => onWarning(warningText(message)) },
      plugins: [resolvePlugin(), bundlePlugin({ root, plan, external, onExternal, virtual, replaced }), extra.plugins],
      define: { ...publicDefinitions(process.env), ...plan.define, ...define },
      environments: { ssr: { keepProcessEnv: true, resolve: { conditions: [...conditions], mainFields: [...mainFields] } } },
      ssr: { noExternal: true, target: plan.platform === 'node' ? 'node' : 'webworker' },
      build: {
        ssr: true,
        emitAssets: true,
        outDir,
        emptyOutDir: true,
        target: plan.syntax,
        minify,
        sourcemap: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: { ...input },
          platform: plan.platform,
          transform: { inject: { __dirname: [DIRNAME_MODULE, 'dirname'], __filename: [DIRNAME_MODULE, 'filename'], ...plan.inject } },
          onLog: (level, log, next) => (level === 'warn' ? onWarning(warningText(log.message)) : next(level, log)),
          output: {
            format: 'es',
            entryFileNames: '[name].mjs',
            chunkFileNames: 'chunks/[name]-[hash].mjs',
            codeSplitting: plan.hasFiles,
            keepNames: true,
          },
        },
        ...extra.build,
      },
    })
    return (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
  } catch (error) {
    throw bundleError(error, root)
  }
}

/**
 * Bundles entries and everything they reach into a folder of ES modules.
 * @throws EveryrouteError `ERR_UNKNOWN_NEXT_EXPORT`, `ERR_BUNDLE`.
 */
export async function bundleWithVite(options: ViteBundleOptions): Promise<ViteBundleResult> {
  const warnings: string[] = []
  const packages = new Map<string, InstalledPackage>()
  const heard: Heard = { onWarning: (text) => warnings.push(text), onExternal: (pkg) => packages.set(pkg.name, pkg) }
  const outputs = (await runVite(options, heard)).flatMap(({ output }) => output)
  const files = outputs.map(({ fileName }) => fileName)
  const imports = outputs.flatMap((file) => (file.type === 'chunk' ? [...file.imports, ...file.dynamicImports] : []))
  return {
    files,
    imports: [...new Set(imports)].filter((name) => !files.includes(name)).sort(),
    packages: [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    warnings,
  }
}

/**
 * Reads all modules that a bundle would be made of, and makes none.
 * @throws EveryrouteError as {@link bundleWithVite}
 */
export async function readModules(options: ViteBundleOptions): Promise<ReadonlyMap<string, BundledModule>> {
  const modules = new Map<string, BundledModule>()
  const collect: Plugin = {
    name: 'everyroute:modules',
    buildEnd() {
      for (const id of this.getModuleIds()) {
        const info = this.getModuleInfo(id)
        if (info) modules.set(id, { id, code: info.code, imports: [...info.importedIds, ...info.dynamicallyImportedIds] })
      }
    },
  }
  const heard: Heard = { onWarning: () => {}, onExternal: () => {} }
  await runVite(options, heard, { plugins: [collect], build: { write: false } })
  return modules
}

/** The first line of a bundler's warning, without its code and colours; the lines below it show the source. */
function warningText(message: string): string {
  return stripVTControlCharacters(message)
    .replace(/^\[\w+\]\s*/, '')
    .split('\n', 1)[0]!
}

interface BundlerError {
  readonly message?: string
  readonly errors?: readonly BundlerError[]
  readonly id?: string
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number }
  readonly frame?: string
  readonly code?: string
}

function bundleError(error: unknown, root: string): EveryrouteError {
  const bundler = error as BundlerError
  const first = bundler.errors?.[0] ?? bundler
  // Thrown by a plugin of ours; the bundler has written a code of its own over it.
  if (first instanceof EveryrouteError) {
    return new EveryrouteError('ERR_BUNDLE', first.message, { files: first.files, ...(first.fix !== undefined && { fix: first.fix }) })
  }
  const text = stripVTControlCharacters(first.message ?? String(error)).replaceAll(root + sep, '')
  const file = first.loc?.file ?? first.id
  const files = file === undefined ? [] : [relative(root, resolve(root, file)).split(sep).join('/')]
  const missing = /["'](\w+)["'] is not exported by ["']([^"']+)["']/.exec(text)
  const shim = missing === null ? undefined : nextModuleOf(resolve(root, missing[2]!))
  if (missing !== null && shim !== undefined) {
    return new EveryrouteError('ERR_UNKNOWN_NEXT_EXPORT', `${missing[1]} is not exported by ${shim}.`, {
      files,
      fix: `Import a name that ${shim} has for route handlers.`,
      cause: error,
    })
  }
  return new EveryrouteError('ERR_BUNDLE', text, { files, fix: 'Mend the import or the syntax named above.', cause: error })
}

function nextModuleOf(file: string): string | undefined {
  return ['server', 'headers', 'navigation', 'cache', 'og'].map((name) => `next/${name}`).find((name) => resolveOwnModule(name) === file)
}
