import { join } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import type { FolderChain } from '../routing/folder-files.js'
import { type FolderFiles, MANIFEST_VERSION, type ManifestFile, type ManifestRoute, type RouteManifest } from '../routing/manifest.js'
import type { RouteEntry } from '../routing/route-tree.js'
import type { ResolvedConfig } from './config.js'
import { createDevModules } from './dev-modules.js'
import { type RouteExports, readRouteExports } from './exports.js'
import { fileStamp, isEmptyStamp } from './file-stamp.js'
import { relativeFile } from './parse-module.js'
import { findInstrumentation, findProxy, scanTree, writeGenerated } from './project.js'
import type { BuildWarning } from './warning.js'

/** A project as its files are at one moment. */
export interface DevState {
  readonly config: ResolvedConfig
  /** Each route loads through Vite. A file with a syntax error fails alone, when it is loaded. */
  readonly manifest: RouteManifest
  readonly warnings: readonly BuildWarning[]
}

export interface DevProject {
  /**
   * Looks at the disk and gives what is new, or `undefined` where nothing has changed since the last call.
   * @throws {EveryrouteError} what concerns the routes as a whole: two files for one path, an unreadable folder
   */
  refresh(): Promise<DevState | undefined>
  close(): Promise<void>
}

/** What parsing a route file gave, good as long as the files that it came from are as they were. */
interface ParsedFile {
  readonly stamps: readonly (readonly [file: string, stamp: string])[]
  readonly exports: RouteExports | undefined
  readonly error: unknown
}

export async function openDevProject(config: ResolvedConfig): Promise<DevProject> {
  const { root, routesDir } = config
  const modules = await createDevModules(root, config.env)
  const parsed = new Map<string, ParsedFile>()
  let shape = ''

  const parse = async (file: string): Promise<ParsedFile> => {
    const path = join(routesDir, file)
    const known = parsed.get(path)
    if (known?.stamps.every(([name, stamp]) => fileStamp(name) === stamp)) return known
    const stamp = fileStamp(path)
    const result = await readRouteExports(path, { root, resolve: modules.resolve }).then(
      (exports): ParsedFile => ({
        stamps: exports.files.map((name) => [name, name === path ? stamp : fileStamp(name)]),
        exports,
        error: undefined,
      }),
      (error: unknown): ParsedFile => ({ stamps: [[path, stamp]], exports: undefined, error: withFile(error) }),
    )
    parsed.set(path, result)
    return result
  }

  const routeOf = async (entry: RouteEntry, around: FolderFiles): Promise<ManifestRoute> => {
    const { exports, error } = await parse(entry.file)
    const { pathname, file } = entry
    if (exports === undefined) return { ...around, pathname, file, load: () => Promise.reject(error) }
    const { methods, config: segmentConfig, hasStaticParams } = exports
    const load = () => modules.load(join(routesDir, file))
    return { ...around, pathname, file, config: segmentConfig, hasStaticParams, load, ...(methods === undefined ? {} : { methods }) }
  }

  const rootFile = (file: string | undefined): ManifestFile | undefined =>
    file === undefined ? undefined : { file, load: () => modules.load(join(root, file)) }

  return {
    async refresh() {
      const changed = await modules.refresh()
      const { tree, warnings } = await scanTree(config)
      const proxyFile = await findProxy(root)
      const proxy = rootFile(proxyFile)
      const instrumentationFile = await findInstrumentation(root)
      const instrumentation = rootFile(instrumentationFile)
      const filesOf = folderFilesOf((file) => modules.load(join(routesDir, file)))
      const folders = tree.folders.map((folder) => ({ pathname: folder.pathname, ...filesOf(folder) }))
      const routes = await Promise.all(tree.routes.map((entry) => routeOf(entry, filesOf(entry))))
      const newShape = JSON.stringify([
        proxy?.file,
        instrumentation?.file,
        tree.folders,
        tree.routes.map(({ segments: _, ...route }) => [route, parsed.get(join(routesDir, route.file))?.stamps]),
      ])
      if (!changed && newShape === shape) return undefined
      shape = newShape
      const { basePath, trailingSlash, authInterrupts } = config
      const manifest = { version: MANIFEST_VERSION, basePath, trailingSlash, authInterrupts, routes, folders } as const
      const unwritten = await tryToWrite({
        config,
        routes: tree.routes.map((entry) => {
          const { methods, config: segmentConfig = {}, hasStaticParams = false } = parsed.get(join(routesDir, entry.file))?.exports ?? {}
          return { ...entry, path: join(routesDir, entry.file), methods, config: segmentConfig, configNames: undefined, hasStaticParams }
        }),
        folders: tree.folders,
        ...(proxyFile !== undefined && { proxy: proxyFile }),
        ...(instrumentationFile !== undefined && { instrumentation: instrumentationFile }),
      })
      const exported = tree.routes.flatMap(({ file }) => {
        const { exports, stamps = [] } = parsed.get(join(routesDir, file)) ?? {}
        return isEmptyStamp(stamps[0]?.[1]) ? [] : (exports?.warnings ?? [])
      })
      return {
        config,
        warnings: [...warnings, ...unwritten, ...exported],
        manifest: { ...manifest, ...(proxy && { proxy }), ...(instrumentation && { instrumentation }) },
      }
    },
    close: () => modules.close(),
  }
}

/** Keeps the generated types as the routes are; a folder that can't be written to is no reason not to serve them. */
async function tryToWrite(project: Parameters<typeof writeGenerated>[0]): Promise<readonly BuildWarning[]> {
  try {
    await writeGenerated(project)
    return []
  } catch (error) {
    const message = `The generated types could not be written: ${error instanceof Error ? error.message : String(error)}`
    const file = relativeFile(project.config.generatedDir, project.config.root)
    return [{ file, message, fix: 'Let the folder be written to, or run `everyroute typegen` where it can be.' }]
  }
}

/** Gives what a manifest says of chains; each file is one object, which the router loads once. */
function folderFilesOf(load: (file: string) => ReturnType<ManifestFile['load']>): (chain: FolderChain) => FolderFiles {
  const known = new Map<string, ManifestFile>()
  const fileOf = (file: string): ManifestFile => {
    const manifestFile = known.get(file) ?? { file, load: () => load(file) }
    known.set(file, manifestFile)
    return manifestFile
  }
  return ({ middleware, error, notFound }) => ({
    ...(middleware.length > 0 && { middleware: middleware.map(fileOf) }),
    ...(error !== undefined && { error: fileOf(error) }),
    ...(notFound !== undefined && { notFound: fileOf(notFound) }),
  })
}

/** The router shows an error's `file`; ours name all files involved. */
function withFile(error: unknown): unknown {
  return error instanceof EveryrouteError && error.files[0] !== undefined ? Object.assign(error, { file: error.files[0] }) : error
}
