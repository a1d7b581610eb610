import { ROUTE_METHODS, type RouteSegmentConfig } from '../routing/manifest.js'
import { collectExports, type ModuleExports } from './module-exports.js'
import { relativeFile } from './parse-module.js'
import type { ResolveModule } from './resolve.js'
import { readSegmentConfig } from './segment-config.js'
import type { BuildWarning } from './warning.js'

/** What a route file exports, found by parsing and without running it. */
export interface RouteExports {
  /** In Next.js's order, `QUERY` last; `undefined` where CommonJS, or an `export *` from a package, hides what there is. */
  readonly methods: readonly string[] | undefined
  readonly config: RouteSegmentConfig
  /** Whether the file exports `generateStaticParams`. */
  readonly hasStaticParams: boolean
  /** Names of segment config that the file exports, as far as parsing tells; `undefined` where there may be others. */
  readonly configNames: readonly string[] | undefined
  readonly warnings: readonly BuildWarning[]
  /** Absolute paths of the files that say all this: the route file, and what it passes on by `export *`. */
  readonly files: readonly string[]
}

/** Next.js's methods, and QUERY, which is served in default mode where a file exports it. */
const METHODS: readonly string[] = [...ROUTE_METHODS, 'QUERY']

const CONFIG_NAMES: readonly string[] = ['dynamic', 'dynamicParams', 'revalidate', 'fetchCache', 'generateStaticParams', 'maxDuration']

/**
 * Reads which methods and which segment config a route file exports.
 * @param path Absolute.
 * @param options.root The project root, absolute; files are named relative to it.
 * @param options.resolve Finds `export *` sources that are not relative, such as tsconfig aliases. Default: none are found.
 * @throws {EveryrouteError} `ERR_PARSE`, `ERR_SEGMENT_CONFIG`, `ERR_UNKNOWN_NEXT_EXPORT`, `ERR_UNREADABLE`.
 */
export async function readRouteExports(path: string, options: { root: string; resolve?: ResolveModule }): Promise<RouteExports> {
  const found = await collectExports(path, options.root, options.resolve)
  const { config, warnings } = readSegmentConfig(found.names, path)
  return {
    methods: found.complete ? METHODS.filter((method) => found.names.has(method)) : undefined,
    config,
    hasStaticParams: found.names.has('generateStaticParams'),
    configNames: found.complete ? CONFIG_NAMES.filter((name) => found.names.has(name)) : undefined,
    warnings: [...warnings, ...exportWarnings(found, options.root, path)],
    files: found.files,
  }
}

function exportWarnings(found: ModuleExports, root: string, path: string): BuildWarning[] {
  const file = relativeFile(path, root)
  const warnings: BuildWarning[] = []
  const warn = (message: string, fix: string) => warnings.push({ file, message, fix })
  for (const name of found.names.keys()) {
    const method = METHODS.find((known) => known === name.toUpperCase())
    if (method && name !== method) warn(`The export "${name}" is not a handler: methods are upper case`, `Rename it to ${method}.`)
  }
  if (found.names.has('default')) {
    warn('A route file has no use for a default export', 'Export a handler under the name of each method it answers, such as GET.')
  }
  for (const specifier of found.missing) warn(`export * from '${specifier}' leads to no file`, 'Correct the path.')
  if (found.complete && !METHODS.some((method) => found.names.has(method))) {
    warn('The file exports no handler', `Export a function named after a method: ${ROUTE_METHODS.join(', ')}.`)
  }
  return warnings
}
