import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import { bundleWithVite, readModules, type ViteBundleResult } from './bundle-vite.js'
import { unsetWarnings } from './environment.js'
import { featureDefinitions, moduleFeatures, type ProjectFeatures } from './features.js'
import { ownPackage } from './next-alias.js'
import { OUTPUT_MARKER } from './output-marker.js'
import type { InstalledPackage } from './packages.js'
import { PRERENDER_ENTRY, runPrerender } from './prerender.js'
import { resolveRelative } from './resolve.js'
import { PRERENDERED_FILE, type ServerTextOptions } from './server-text.js'
import { type BuildTarget, type BuildTargetPlan, type HostConfig, planOf } from './targets.js'
import { envDefinitions } from './vite.js'

export interface BundleOptions {
  /** Absolute. */
  readonly root: string
  /** Absolute; must not be written over. */
  readonly routesDir: string
  /** Absolute. */
  readonly outDir: string
  /** Absolute path of the generated manifest. */
  readonly manifest: string
  /** What is bundled in place of that file's text. Default: that. */
  readonly manifestText?: string | undefined
  readonly target: BuildTarget
  /** Whether the server answers exactly as Next.js does. Default `false`. */
  readonly strict?: boolean
  /** Absolute path of the module that gives the cache store. Default: the cache is in memory. */
  readonly cacheHandler?: string | undefined
  /** What the project's files say of what it has. Default: it may have everything. */
  readonly features?: ProjectFeatures
  /** Whether some file's GET answers are kept, so that the build makes them. */
  readonly prerender?: boolean
  /** Seconds that the build waits for one answer. Default 60. */
  readonly staticPageGenerationTimeout?: number | undefined
  /** Written in place of `process.env.NAME`. Default: none. */
  readonly env?: Readonly<Record<string, unknown>> | undefined
  /** Package names to leave outside the bundle, besides those found to be native. */
  readonly external?: readonly string[]
  /** Names that the project's `.env` files set. Default: none. */
  readonly envNames?: readonly string[]
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
 * Bundles the manifest and every module it reaches into one folder that the target's host runs.
 * The folder is written beside `outDir` and then renamed, so that a failed build leaves the last one as it was.
 * @throws EveryrouteError `ERR_CONFIG_INVALID` for an output folder that must not be replaced, `ERR_UNKNOWN_NEXT_EXPORT`, `ERR_BUNDLE`.
 */
export async function bundle(options: BundleOptions): Promise<BundleResult> {
  const { root, outDir } = options
  const plan = planOf(options.target)
  await assertReplaceable(options)
  await assertCacheHandler(options)
  const temporary = join(dirname(outDir), `.${basename(outDir).replace(/^\./, '')}-${process.pid}.tmp`)
  const keepOnSignals = removeOnSignals([temporary, `${temporary}.pre`])
  try {
    await rm(temporary, { recursive: true, force: true })
    const host = await plan.readHostConfig?.(root, outDir)
    const prerendered = options.prerender && !plan.hasFiles ? await prerenderApart(options, `${temporary}.pre`) : undefined
    const {
      files: written,
      imports,
      packages,
      warnings,
    } = await bundleServer(options, plan, temporary, { prerendered, main: host?.main }, host)
    const hostFiles = (await host?.write(temporary, imports)) ?? []
    await writeFile(join(temporary, OUTPUT_MARKER), markerText(options))
    const own = Object.entries({ 'package.json': packageJson(root, plan, packages), ...plan.files })
    for (const [name, text] of own) await writeFile(join(temporary, name), text)
    await linkUnreachable(temporary, packages)
    if (options.prerender && plan.hasFiles) await runPrerender(temporary, options)
    const names = written.map((name) => (name === PRERENDER_ENTRY ? PRERENDERED_FILE : name))
    const files = await listFiles([...names, ...hostFiles, ...own.map(([name]) => name)], temporary)
    await replaceFolder(temporary, outDir)
    return { outDir, files, external: packages, warnings }
  } finally {
    keepOnSignals()
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Removes folders where the process is told to end, as by Ctrl-C, and ends it. Gives a function that calls this off. */
function removeOnSignals(folders: readonly string[]): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const end = (signal: NodeJS.Signals): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.on(signal, end)
  return () => {
    for (const signal of signals) process.off(signal, end)
  }
}

function serverTextOptions({ manifest, strict = false, cacheHandler, prerender = false }: BundleOptions): ServerTextOptions {
  return { manifest, strict, cacheHandler, hasPrerendered: prerender, draftModeSecret: randomBytes(16).toString('hex') }
}

const replacedFiles = ({ manifest, manifestText }: BundleOptions): ReadonlyMap<string, string> =>
  new Map(manifestText === undefined ? [] : [[manifest.split(sep).join('/'), manifestText]])

async function bundleServer(
  options: BundleOptions,
  plan: BuildTargetPlan,
  outDir: string,
  known: Pick<ServerTextOptions, 'prerendered' | 'main'>,
  host?: HostConfig,
): Promise<ViteBundleResult> {
  const { root, prerender = false, external = [], features, strict = false, envNames = [] } = options
  const virtual = plan.modules({ ...serverTextOptions(options), ...known })
  const prerenderEntry = prerender && plan.hasFiles ? { prerender: 'everyroute:prerender' } : {}
  const input = { [plan.entry.replace(/\.mjs$/, '')]: 'everyroute:server', ...prerenderEntry }
  const env = envDefinitions(options.env)
  const vite = { root, outDir, plan, input, virtual, replaced: replacedFiles(options), external, define: env }
  const modules = await readModules(vite)
  const has = featureDefinitions(features, moduleFeatures(modules, ['\0everyroute:server']), {
    hasEntry: known.main !== undefined,
    isStrict: strict,
    isSmall: !plan.hasFiles,
  })
  const result = await bundleWithVite({ ...vite, define: { ...env, ...has }, minify: host?.minify ?? false })
  const unset = host === undefined ? [] : unsetWarnings(modules, { names: envNames, known: host.variables, root })
  return { ...result, warnings: [...result.warnings, ...unset] }
}

/**
 * Prerenders in a bundle for Node.js, for a host that can't run at build time.
 * @param dir a folder for the bundle, removed again
 */
async function prerenderApart(options: BundleOptions, dir: string): Promise<string> {
  const { root, external = [] } = options
  const plan = planOf('node')
  try {
    const virtual = plan.modules(serverTextOptions(options))
    const input = { prerender: 'everyroute:prerender' }
    const replaced = replacedFiles(options)
    const define = envDefinitions(options.env)
    const { packages } = await bundleWithVite({ root, outDir: dir, plan, input, virtual, replaced, external, define })
    await linkUnreachable(dir, packages)
    await runPrerender(dir, options)
    return await readFile(join(dir, PRERENDERED_FILE), 'utf8')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function packageJson(root: string, plan: BuildTargetPlan, packages: readonly InstalledPackage[]): string {
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]))
  const json = {
    name: `${basename(root)}-server`.toLowerCase(),
    private: true,
    type: 'module',
    scripts: { start: plan.runCommand('.').replace('./', '') },
    dependencies,
  }
  return `${JSON.stringify(json, null, 2)}\n`
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

async function assertCacheHandler({ root, cacheHandler }: BundleOptions): Promise<void> {
  if (cacheHandler === undefined || (await resolveRelative(cacheHandler, root)) !== null) return
  const shown = relative(root, cacheHandler)
  throw new EveryrouteError('ERR_CONFIG_INVALID', `"cacheHandler" of the config names ${shown}, which is no file.`, {
    files: [shown],
    fix: 'Name the module by its path from the project folder.',
  })
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${from}.old`
  await mkdir(dirname(to), { recursive: true })
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(from, to).catch(async (error: unknown) => {
    await rename(old, to).catch(() => {})
    throw error
  })
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
