import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative, resolve, sep } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import type { FolderEntry } from '../routing/folder-files.js'
import { buildRouteTree, type RouteEntry, type RouteTree } from '../routing/route-tree.js'
import { generateBundledManifest, isLargeTable } from './bundled-manifest.js'
import { generateClientTypes } from './client-types.js'
import { generateManifest, generateTypes, type ManifestInput } from './codegen.js'
import { isNextAppFolder, type ResolvedConfig } from './config.js'
import { type RouteExports, readRouteExports } from './exports.js'
import { checkFolderFileExports, nativeWarning } from './folder-files.js'
import { literalValue } from './literal.js'
import { collectExports } from './module-exports.js'
import { ownPackage } from './next-alias.js'
import { NEXT_EXPORTS } from './next-exports.js'
import { relativeFile } from './parse-module.js'
import { createProjectResolver, type ResolveModule } from './resolve.js'
import { scanRoutes } from './scan.js'
import type { BuildWarning } from './warning.js'
import { writeIfChanged } from './write.js'

/** A route with what is known of its file before it runs. */
export interface ProjectRoute extends RouteEntry, Pick<RouteExports, 'methods' | 'config' | 'configNames' | 'hasStaticParams'> {
  /** Absolute. */
  readonly path: string
}

/** All that is known of a project before any of it runs. */
export interface Project {
  readonly config: ResolvedConfig
  /** In match order. */
  readonly routes: readonly ProjectRoute[]
  /** What holds for paths that no route answers, in match order. */
  readonly folders: readonly FolderEntry[]
  /** `proxy.ts` or `middleware.ts`, relative to the root. */
  readonly proxy?: string
  /** What the proxy exports as `config`, as far as that is a literal. */
  readonly proxyConfig?: unknown
  /** `instrumentation.ts`, relative to the root. */
  readonly instrumentation?: string
  readonly warnings: readonly BuildWarning[]
}

const EXTENSIONS = ['ts', 'tsx', 'js', 'jsx', 'mts', 'mjs']

/**
 * Scans the routes folder, orders the routes and reads what they export.
 * @throws {EveryrouteError} The first fault found; its `files` are relative to the root.
 */
export async function loadProject(config: ResolvedConfig): Promise<Project> {
  const { root } = config
  const resolver = createProjectResolver(root)
  try {
    const { tree, warnings } = await scanTree(config)
    const read = await Promise.all(tree.routes.map((entry) => readRoute(entry, config, resolver.resolve)))
    await Promise.all(tree.folderFiles.map((file) => checkFolderFileExports(file, config, resolver.resolve)))
    const proxy = await findProxy(root)
    const proxyConfig = proxy !== undefined ? await readProxyConfig(proxy, root, resolver.resolve) : undefined
    const instrumentation = await findInstrumentation(root)
    return {
      config,
      routes: read.map(({ route }) => route),
      folders: tree.folders,
      warnings: [...warnings, ...(read.length === 0 ? [noRoutes(config)] : []), ...read.flatMap((file) => file.warnings)],
      ...(proxy !== undefined && { proxy }),
      ...(proxyConfig !== undefined && { proxyConfig }),
      ...(instrumentation !== undefined && { instrumentation }),
    }
  } finally {
    await resolver.close()
  }
}

function noRoutes({ root, routesDir }: ResolvedConfig): BuildWarning {
  const file = relativeFile(routesDir, root) || '.'
  return { file, message: 'There is no route file', fix: `Add one, such as ${file}/hello/route.ts, or name another folder with --routes.` }
}

/** Absolute paths of what has been generated. */
export interface GeneratedFiles {
  readonly manifest: string
  readonly types: string
  readonly client: string
  /** Whether any of them was written. */
  readonly changed: boolean
}

function manifestInput({ config, routes, folders, proxy, instrumentation }: Omit<Project, 'warnings'>): ManifestInput {
  return {
    routes,
    folders,
    settings: config,
    routeSpecifier: (file) => specifierOf(join(config.routesDir, file), config.generatedDir),
    rootSpecifier: (file) => specifierOf(join(config.root, file), config.generatedDir),
    ...(proxy !== undefined && { proxy }),
    ...(instrumentation !== undefined && { instrumentation }),
  }
}

/** What a build bundles in place of the text of `manifest.ts`; `undefined` where that does as well. */
export const bundledManifestOf = (project: Omit<Project, 'warnings'>): string | undefined =>
  isLargeTable(project.routes) ? generateBundledManifest(manifestInput(project)) : undefined

/** Writes `manifest.ts`, `routes.d.ts` and `client.d.ts` to the project's generated folder, each only where it changes. */
export async function writeGenerated(project: Omit<Project, 'warnings'>): Promise<GeneratedFiles> {
  const { config, routes } = project
  const manifest = join(config.generatedDir, 'manifest.ts')
  const types = join(config.generatedDir, 'routes.d.ts')
  const client = join(config.generatedDir, 'client.d.ts')
  const input = manifestInput(project)
  const typesText = generateTypes({ routes, nextModules: hasNext(config.root) ? [] : standInModules() })
  const clientText = generateClientTypes({ routes, basePath: config.basePath, routeSpecifier: input.routeSpecifier })
  const written = [
    await writeIfChanged(manifest, generateManifest(input)),
    await writeIfChanged(types, typesText),
    await writeIfChanged(client, clientText),
  ]
  return { manifest, types, client, changed: written.includes(true) }
}

/**
 * Finds `proxy.*` or, by its older name, `middleware.*`, at the root or in `src`; relative to the root.
 * @throws {EveryrouteError} `ERR_PROXY_CONFLICT` where there is more than one
 */
export async function findProxy(root: string): Promise<string | undefined> {
  const found = [...(await findRootFiles(root, 'proxy')), ...(await findRootFiles(root, 'middleware'))]
  if (found.length > 1) {
    throw new EveryrouteError(
      'ERR_PROXY_CONFLICT',
      `There is more than one proxy file: ${found.map((file) => `"${file}"`).join(' and ')}`,
      {
        files: found,
        fix: `Keep one; proxy.ts is the present name, middleware.ts the older one.`,
      },
    )
  }
  return found[0]
}

/** Finds `instrumentation.*` at the root or else in `src`; relative to the root. */
export async function findInstrumentation(root: string): Promise<string | undefined> {
  return (await findRootFiles(root, 'instrumentation'))[0]
}

async function findRootFiles(root: string, name: string): Promise<string[]> {
  const candidates = ['', 'src/'].flatMap((folder) => EXTENSIONS.map((extension) => `${folder}${name}.${extension}`))
  const found = await Promise.all(candidates.map((file) => stat(join(root, file)).catch(() => undefined)))
  return candidates.filter((_, index) => found[index]?.isFile())
}

/** @throws {EveryrouteError} `ERR_PROXY_EXPORT` where the file exports no proxy */
async function readProxyConfig(file: string, root: string, resolve: ResolveModule): Promise<unknown> {
  const name = /(?:^|\/)proxy\./.test(file) ? 'proxy' : 'middleware'
  const { names, complete } = await collectExports(join(root, file), root, resolve)
  const init = names.get('config')?.init
  if (!complete || names.has('default') || names.has(name)) return init && literalValue(init)?.value
  throw new EveryrouteError('ERR_PROXY_EXPORT', `"${file}" exports no function "${name}" and no default`, {
    files: [file],
    fix: `Export the function that runs before every route: export function ${name}(request) { … }.`,
  })
}

/**
 * Scans the routes folder and orders the routes.
 * @throws {EveryrouteError} whose `files` are relative to the root, as those of the warnings are
 */
export async function scanTree(config: ResolvedConfig): Promise<{ tree: RouteTree; warnings: BuildWarning[] }> {
  const { root, routesDir, warnings: settings = [] } = config
  const inRoot = (file: string) => relativeFile(resolve(routesDir, file), root)
  try {
    const isNextApp = await isNextAppFolder(config)
    const { files, warnings } = await scanRoutes(routesDir, { isNextApp })
    const tree = buildRouteTree(files)
    const native = isNextApp ? nativeWarning(tree.folderFiles) : []
    return { tree, warnings: [...settings, ...[...warnings, ...native].map((warning) => ({ ...warning, file: inRoot(warning.file) }))] }
  } catch (error) {
    if (!(error instanceof EveryrouteError)) throw error
    throw new EveryrouteError(error.code, error.message, {
      files: error.files.map(inRoot),
      cause: error,
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.frame !== undefined && { frame: error.frame }),
    })
  }
}

async function readRoute(
  entry: RouteEntry,
  { root, routesDir }: ResolvedConfig,
  resolve: ResolveModule,
): Promise<{ route: ProjectRoute; warnings: readonly BuildWarning[] }> {
  const path = join(routesDir, entry.file)
  const { methods, config, configNames, hasStaticParams, warnings } = await readRouteExports(path, { root, resolve })
  return { route: { ...entry, path, methods, config, configNames, hasStaticParams }, warnings }
}

function specifierOf(path: string, fromFolder: string): string {
  const specifier = relative(fromFolder, path).split(sep).join('/')
  return specifier.startsWith('.') ? specifier : `./${specifier}`
}

function hasNext(root: string): boolean {
  try {
    createRequire(join(root, 'package.json')).resolve('next/package.json')
    return true
  } catch {
    return false
  }
}

/** The `next/*` modules that this package has an entry for. */
function standInModules(): string[] {
  const { exports } = ownPackage()
  return Object.keys(NEXT_EXPORTS).filter((name) => `./${name}` in exports)
}
