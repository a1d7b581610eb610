import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Rolldown } from 'vite'
import { EveryrouteError } from '../routing/errors.js'
import { bundlePlugin, DIRNAME_MODULE } from './bundle-plugin.js'
import { ownPackage, resolveOwnModule } from './next-alias.js'
import type { InstalledPackage } from './packages.js'
import { PRERENDER_ENTRY, runPrerender } from './prerender.js'
import { PRERENDERED_FILE, serverModules } from './server-text.js'
import { NODE_RESOLVE, resolvePlugin, sharedViteConfig } from './vite.js'

/** The hosts that {@link bundle} can write for. */
export const BUILD_TARGETS = ['node'] as const
export type BuildTarget = (typeof BUILD_TARGETS)[number]

/** Written into every output folder; only a folder that holds it is ever replaced. */
export const OUTPUT_MARKER = '.everyroute-build.json'

export interface BundleOptions {
  /** Absolute. */
  readonly root: string
  /** Absolute; must not be written over. */
  readonly routesDir: string
  /** Absolute. */
  readonly outDir: string
  /** Absolute path of the generated manifest. */
  readonly manifest: string
  readonly target: BuildTarget
  /** Whether the server answers exactly as Next.js does. Default `false`. */
  readonly strict?: boolean
  /** Absolute path of the module that gives the cache store. Default: the cache is in memory. */
  readonly cacheHandler?: string | undefined
  /** Whether some file's GET answers are kept, so that the build makes them. */
  readonly prerender?: boolean
  /** Package names to leave outside the bundle, besides those found to be native. */
  readonly external?: readonly string[]
}

export interface BundleResult {
  /** Absolute. */
  readonly outDir: string
  /** Relative to `outDir`, with `/`, sorted. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  /** Packages that the output needs installed beside it. */
  readonly external: readonly InstalledPackage[]
  readonly warnings: readonly string[]
}

/**
 * Bundles the manifest and every module it reaches into one folder that starts with `node OUT/server.mjs`.
 * The folder is written beside `outDir` and then renamed, so that a failed build leaves the last one as it was.
 * @throws EveryrouteError `ERR_CONFIG_INVALID` for an output folder that must not be replaced, `ERR_UNKNOWN_NEXT_EXPORT`, `ERR_BUNDLE`.
 */
export async function bundle(options: BundleOptions): Promise<BundleResult> {
  const { root, outDir } = options
  await assertReplaceable(options)
  const temporary = join(dirname(outDir), `.${basename(outDir).replace(/^\./, '')}-${process.pid}.tmp`)
  const external = new Map<string, InstalledPackage>()
  const warnings: string[] = []
  try {
    await rm(temporary, { recursive: true, force: true })
    const written = await runVite({ ...options, outDir: temporary }, external, warnings)
    const packages = [...external.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    await writeFile(join(temporary, 'package.json'), packageJson(root, packages))
    await writeFile(join(temporary, OUTPUT_MARKER), markerText(options))
    await linkUnreachable(temporary, packages)
    if (options.prerender) await runPrerender(temporary, root)
    const names = written.map((name) => (name === PRERENDER_ENTRY ? PRERENDERED_FILE : name))
    const files = await listFiles([...names, 'package.json'], temporary)
    await replaceFolder(temporary, outDir)
    return { outDir, files, external: packages, warnings }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function runVite(options: BundleOptions, external: Map<string, InstalledPackage>, warnings: string[]): Promise<string[]> {
  const { build, createLogger } = await import('vite')
  const { manifest, strict = false, cacheHandler, prerender: hasPrerendered = false } = options
  const draftModeSecret = randomBytes(16).toString('hex')
  const virtual = serverModules({ manifest, strict, cacheHandler, hasPrerendered, draftModeSecret })
  try {
    const result = await build({
      ...sharedViteConfig(options.root),
      mode: 'production',
      logLevel: 'warn',
      customLogger: { ...createLogger('silent'), warn: (message) => warnings.push(warningText(message)) },
      plugins: [
        resolvePlugin(),
        bundlePlugin({ external: options.external ?? [], onExternal: (pkg) => external.set(pkg.name, pkg), virtual }),
      ],
      environments: { ssr: { resolve: NODE_RESOLVE } },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: true,
        emitAssets: true,
        outDir: options.outDir,
        emptyOutDir: true,
        target: 'node20',
        minify: false,
        sourcemap: false,
        reportCompressedSize: false,
        rolldownOptions: {
          input: { server: 'everyroute:server', ...(hasPrerendered && { prerender: 'everyroute:prerender' }) },
          platform: 'node',
          transform: { inject: { __dirname: [DIRNAME_MODULE, 'dirname'], __filename: [DIRNAME_MODULE, 'filename'] } },
          onLog: (level, log, next) => (level === 'warn' ? warnings.push(warningText(log.message)) : next(level, log)),
          output: {
            format: 'es',
            entryFileNames: '[name].mjs',
            chunkFileNames: 'chunks/[name]-[hash].mjs',

            keepNames: true,
          },
        },
      },
    })
    const outputs = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[]
    return outputs.flatMap(({ output }) => output.map(({ fileName }) => fileName))
  } catch (error) {
    throw bundleError(error, options.root)
  }
}

/** The first line of a bundler's warning, without its code and colours; the lines below it show the source. */
function warningText(message: string): string {
  return stripVTControlCharacters(message)
    .replace(/^\[\w+\]\s*/, '')
    .split('\n', 1)[0]!
}

function packageJson(root: string, packages: readonly InstalledPackage[]): string {
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]))
  return `${JSON.stringify({ name: `${basename(root)}-server`.toLowerCase(), private: true, type: 'module', scripts: { start: 'node server.mjs' }, dependencies }, null, 2)}\n`
}

function markerText({ target, strict = false }: BundleOptions): string {
  return `${JSON.stringify({ everyroute: ownPackage().version, target, strict })}\n`
}

/** A folder that no build wrote is somebody's work: refused, as is one that holds the sources. */
async function assertReplaceable({ root, routesDir, outDir }: BundleOptions): Promise<void> {
  const shown = relative(root, outDir) || '.'
  const refuse = (why: string): never => {
    throw new EveryrouteError('ERR_CONFIG_INVALID', `The output folder ${shown} ${why}.`, {
      files: [shown],
      fix: 'Name another folder with --out, one that does not exist yet.',
    })
  }
  const holds = (folder: string): boolean => folder === outDir || folder.startsWith(outDir + sep)
  if (holds(root)) refuse('is the project root or holds it')
  if (holds(routesDir) || outDir.startsWith(routesDir + sep)) refuse('is, holds or lies in the routes folder')
  const names = await readdir(outDir).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    return refuse(`can't be read as a folder (${error.code})`)
  })
  if (names.length > 0 && !names.includes(OUTPUT_MARKER)) refuse('has files in it that no earlier build wrote')
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`
  await mkdir(dirname(to), { recursive: true })
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}

async function listFiles(names: readonly string[], dir: string): Promise<{ path: string; bytes: number }[]> {
  const files = await Promise.all(names.map(async (path) => ({ path, bytes: (await stat(join(dir, path))).size })))
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** Links packages that Node.js can't find from the output folder, as with pnpm's nested folders, so that it runs where it was built. */
async function linkUnreachable(outDir: string, packages: readonly InstalledPackage[]): Promise<void> {
  for (const { name, dir } of packages) {
    const paths = createRequire(join(outDir, 'server.mjs')).resolve.paths(name) ?? []
    const reachable = await Promise.all(paths.map((path) => stat(join(path, name, 'package.json')).then(Boolean, () => false)))
    if (reachable.includes(true)) continue
    const link = join(outDir, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(dir, link, 'junction')
  }
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
  if (error instanceof EveryrouteError) return error
  const bundler = error as BundlerError
  const first = bundler.errors?.[0] ?? bundler
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

/** What an earlier build wrote about itself, or `undefined` where `outDir` is no output folder. */
export async function readOutputMarker(outDir: string): Promise<{ everyroute: string; target: string; strict: boolean } | undefined> {
  const text = await readFile(join(outDir, OUTPUT_MARKER), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
