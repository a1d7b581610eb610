import { isBuiltin } from 'node:module'
import { normalizePath } from 'vite'
import { ownPackage, resolveOwnModule } from './next-alias.js'
import type { Project } from './project.js'

/** What a project's files say of what it has, before the modules that they import are known. */
export interface ProjectFeatures {
  readonly proxy: boolean
  readonly instrumentation: boolean
  readonly folderFiles: boolean
  /** Whether some file exports configuration by which answers may be kept. */
  readonly static: boolean
  readonly maxDuration: boolean
  /** Whether some pathname has a dynamic segment. */
  readonly params: boolean
  readonly basePath: boolean
  readonly trailingSlash: boolean
}

/** What the modules of a bundle, other than this package's, may do. */
export interface ModuleFeatures {
  /** Whether nothing is known of some module. */
  readonly unknown: boolean
  /** Whether some module may ask for Hono's context. */
  readonly middleware: boolean
  readonly scope: boolean
  readonly fetch: boolean
  readonly formData: boolean
}

/** A module of the bundle, as far as it matters here. */
export interface BundledModule {
  readonly id: string
  readonly code: string | null
  /** Static and dynamic. */
  readonly imports: readonly string[]
}

export function projectFeatures({ config, folders, instrumentation, proxy, routes }: Project): ProjectFeatures {
  const exported = (...names: string[]): boolean =>
    routes.some(({ configNames }) => configNames === undefined || configNames.some((name) => names.includes(name)))
  const chains = [...routes, ...folders]
  return {
    proxy: proxy !== undefined,
    instrumentation: instrumentation !== undefined,
    folderFiles: chains.some(({ middleware, error, notFound }) => middleware.length > 0 || error !== undefined || notFound !== undefined),
    static: exported('dynamic', 'dynamicParams', 'revalidate', 'fetchCache', 'generateStaticParams'),
    maxDuration: exported('maxDuration'),
    params: routes.some(({ pathname }) => pathname.includes('[')),
    basePath: config.basePath !== '',
    trailingSlash: config.trailingSlash,
  }
}

const UNKNOWN: ModuleFeatures = { unknown: true, middleware: true, scope: true, fetch: true, formData: true }

/** Modules of this package that have no part in the answer to a request. */
const isApart = (name: string): boolean => /^everyroute(?:\/cache(?:\/.+)?|\/workers)?$/.test(name)

/** Modules of this package that work with Hono's context. */
const isOfMiddleware = (name: string): boolean => name === 'everyroute/handler' || name.startsWith('everyroute/middleware/')

/** The public names of this package's files. */
function ownNames(): ReadonlyMap<string, string> {
  const names = Object.keys(ownPackage().exports).map((key) => key.replace('.', 'everyroute'))
  return new Map(names.flatMap((name) => [[normalizePath(resolveOwnModule(name) ?? ''), name] as const]))
}

/** Loads what no bundler can see: nothing is known of it. */
const LOADS_UNSEEN = /\bimport\s*\(\s*[^\s'"`/)]|\bcreateRequire\b|\beveryroute\.\w/
/** What Next.js's thrown answers are known by. */
const SIGNALS = /NEXT_REDIRECT|NEXT_HTTP_ERROR_FALLBACK|DYNAMIC_SERVER_USAGE/

const SERVER = 'everyroute/next/server'
/** Of `next/server`, what need not know its request: everything but these, unless it is handed on whole. */
const ASKS_FOR_SCOPE = /\bafter\b|\bconnection\b|\*\s*(?:as\s+[\w$]+\s*)?from\b|\b(?:import|require)\s*\(/

/**
 * Reads from the project's modules, and from those of the packages that they import, what they may do. A name that none of them
 * spells is not used by any.
 */
export function moduleFeatures(modules: ReadonlyMap<string, BundledModule>, entries: readonly string[]): ModuleFeatures {
  const names = ownNames()
  const ownFolder = `${normalizePath(ownPackage().dir)}/`
  const found = { unknown: false, middleware: false, scope: false, fetch: false, formData: false }
  const seen = new Set(entries)
  for (const id of seen) {
    const module = modules.get(id)
    const isGenerated = id.startsWith('\0everyroute:')
    if (!module || (id.startsWith('\0') && !isGenerated)) return UNKNOWN
    if (!isGenerated) {
      const code = module.code ?? ''
      if (LOADS_UNSEEN.test(code)) return UNKNOWN
      found.scope ||= SIGNALS.test(code)
      found.fetch ||= /\bfetch\b/.test(code)
      found.formData ||= /\bformData\b/.test(code)
    }
    for (const imported of module.imports) {
      if (isBuiltin(imported) || imported.startsWith('cloudflare:')) continue
      const isOwn = imported.startsWith(`${ownFolder}dist/`)
      if (!isOwn) {
        if (/\/node_modules\/hono\//.test(imported)) found.middleware = true
        if (!/\/@next\/env\//.test(imported)) seen.add(imported)
      } else if (!isGenerated) {
        const name = names.get(imported)
        if (name === undefined) return UNKNOWN
        if (isOfMiddleware(name)) found.middleware = found.formData = true
        else if (name.startsWith('everyroute/next/')) found.scope ||= name !== SERVER || ASKS_FOR_SCOPE.test(module.code ?? '')
        else if (!isApart(name) || /\bcreateRouter\b/.test(module.code ?? '')) return UNKNOWN
      }
    }
  }
  return found
}

/** The definitions by which the runtime leaves out what an application doesn't have. */
export function featureDefinitions(
  project: ProjectFeatures | undefined,
  modules: ModuleFeatures,
  options: { readonly hasEntry: boolean; readonly isStrict: boolean; readonly isSmall: boolean },
): Record<string, string> {
  if (!project || modules.unknown) return {}
  const { hasEntry, isSmall, isStrict } = options
  const middleware = hasEntry || project.folderFiles || project.proxy || modules.middleware
  const features = {
    ENTRY: hasEntry,
    MIDDLEWARE: middleware,
    // Half a KB counts where nothing else is there, and the bundle is all that a host is given.
    DIRECT: middleware || !isSmall,
    FOLDER_FILES: project.folderFiles,
    PROXY: project.proxy,
    INSTRUMENTATION: project.instrumentation,
    STATIC: project.static,
    SCOPE: modules.scope || project.static,
    FETCH: modules.fetch,
    FORM_DATA: modules.formData,
    MAX_DURATION: project.maxDuration,
    PARAMS: project.params,
    BASE_PATH: project.basePath,
    TRAILING_SLASH: project.trailingSlash,
    STRICT: isStrict,
    LIBRARY: false,
  }
  return Object.fromEntries(Object.entries(features).map(([name, value]) => [`__EVERYROUTE_${name}__`, String(value)]))
}
