import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, parse, resolve } from 'node:path'
import type { Plugin } from 'vite'
import { EveryrouteError } from '../routing/errors.js'
import { type InstalledPackage, installedPackageOf, isCommonJs, isInPackages, isUnbundlable, packageNameOf } from './packages.js'
import { relativeFile } from './parse-module.js'
import type { BuildTargetPlan } from './targets.js'

const PROXY = '\0everyroute:external:'
const DIRNAME = '\0everyroute:dirname'

/** The specifier under which {@link bundlePlugin} gives bundled CommonJS its `__dirname` and `__filename`. */
export const DIRNAME_MODULE = 'everyroute:dirname'

/** `new URL('./font.ttf', import.meta.url)`: how a module names a file that lies beside it. */
const FILE_BESIDE = /\bnew\s+URL\(\s*(['"`])(\.{1,2}\/[^'"`$?#]+)\1\s*,\s*import\.meta\.url\s*\)/g

/** Packages that this one imports and that do nothing by being loaded: what is unused of them is left out. */
const WITHOUT_EFFECTS = new Set(['@edge-runtime/cookies', 'hono', 'lru-cache', 'path-to-regexp', 'ua-parser-js'])

/** workerd knows the modules of Node.js by their prefixed names alone. */
const nodePrefixed = (specifier: string): string => (specifier.includes(':') ? specifier : `node:${specifier}`)

export interface BundlePluginOptions {
  /** Absolute. */
  readonly root: string
  /** Of the host that the bundle is for. */
  readonly plan: BuildTargetPlan
  /** Package names that the project's config wants outside the bundle. */
  readonly external: readonly string[]
  /** Called once or more for each package left outside. */
  readonly onExternal: (pkg: InstalledPackage) => void
  /** Modules made of text, by specifier. */
  readonly virtual: Readonly<Record<string, string>>
  /** Texts to read in place of files, by absolute path with `/`. */
  readonly replaced: ReadonlyMap<string, string>
}

/** Modules that wrangler adds to a Worker. */
const OF_WRANGLER = new Set(['__STATIC_CONTENT_MANIFEST'])

const isOfProject = (importer: string | undefined): importer is string =>
  importer !== undefined && !importer.startsWith('\0') && !isInPackages(importer)

/** A bundler leaves such an import in the output, which then fails to start: a Worker wholly, for its modules are one. */
function missingModule(source: string, name: string | undefined, file: string): EveryrouteError {
  const mend =
    name === undefined ? 'Correct the path, or `paths` in tsconfig.json.' : `Install it (npm install ${name}), or correct the import.`
  return new EveryrouteError('ERR_BUNDLE', `"${source}" was not found; ${file} imports it.`, { files: [file], fix: mend })
}

/**
 * Copies files that modules name by `import.meta.url`, leaves native and known-unbundlable packages outside the bundle, and keeps
 * the side effects of all others: a `sideEffects: false` in package.json is a hint for browser bundles, and zod for one loses its
 * messages by it.
 */
export function bundlePlugin(options: BundlePluginOptions): Plugin {
  const { root, plan, external, onExternal, virtual, replaced } = options
  /** What the host may find although nothing is installed: modules with a scheme (`jsr:`), Bun's own, and what the project wants outside. */
  const isOfHost = (source: string, name: string | undefined): boolean =>
    /^[a-z][\w+.-]*:/i.test(source) || OF_WRANGLER.has(source) || external.includes(name ?? source) || (plan.hasFiles && name === 'bun')
  return {
    name: 'everyroute:bundle',
    enforce: 'pre',
    resolveId: {
      order: 'pre',
      async handler(source, importer, { kind }) {
        if (source === DIRNAME_MODULE) return DIRNAME
        if (Object.hasOwn(virtual, source)) return `\0${source}`
        if (!plan.hasFiles && (isBuiltin(source) || source.startsWith('cloudflare:'))) return { id: nodePrefixed(source), external: true }
        if (importer?.startsWith(PROXY)) return { id: source, external: true }
        const name = packageNameOf(source)
        const resolved = await this.resolve(source, importer, { skipSelf: true, kind })
        if (resolved === null && kind === 'import-statement' && isOfProject(importer) && !isOfHost(source, name)) {
          throw missingModule(source, name, relativeFile(importer, root))
        }
        if (resolved === null || resolved.external) return resolved
        const pkg = name === undefined ? undefined : installedPackageOf(resolved.id)
        if (pkg === undefined || !plan.hasFiles || !(external.includes(pkg.name) || external.includes(name!) || isUnbundlable(pkg))) {
          return { ...resolved, moduleSideEffects: pkg === undefined || !WITHOUT_EFFECTS.has(pkg.name) }
        }
        onExternal(pkg)
        // Node.js would find only the named exports that it can read off the source of a CommonJS package; a bundler finds all.
        return isCommonJs(resolved.id) ? PROXY + source : { id: source, external: true }
      },
    },
    load(id) {
      if (id === DIRNAME && !plan.hasFiles) return "export const dirname = '/bundle'\nexport const filename = '/bundle/worker.mjs'"
      if (id === DIRNAME) return 'export const dirname = import.meta.dirname\nexport const filename = import.meta.filename'
      if (id.startsWith(PROXY)) return `module.exports = require(${JSON.stringify(id.slice(PROXY.length))})`
      return id.startsWith('\0') ? virtual[id.slice(1)] : replaced.get(id)
    },
    transform(code, id) {
      if (id.startsWith('\0') || !code.includes('import.meta.url')) return undefined
      let found = false
      const text = code.replace(FILE_BESIDE, (match, _quote, path: string) => {
        const file = resolve(dirname(id.split('?', 1)[0]!), path)
        if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return match
        found = true
        const source = readFileSync(file)
        if (!plan.hasFiles) return `new URL("data:application/octet-stream;base64,${source.toString('base64')}")`
        const { name, ext } = parse(file)
        const fileName = `assets/${name}-${createHash('sha256').update(source).digest('hex').slice(0, 8)}${ext}`
        this.emitFile({ type: 'asset', fileName, source })
        // All chunks but the entry, which holds nothing of the project, lie in one folder beside this one.
        return `new URL(${JSON.stringify(`../${fileName}`)}, import.meta.url)`
      })
      return found ? { code: text, map: null } : undefined
    },
  }
}
