import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** An installed package that a bundled module imports. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** Absolute. */
  readonly dir: string
}

interface PackageJson {
  name?: string
  version?: string
  type?: string
  gypfile?: boolean
  napi?: unknown
  binary?: unknown
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

/** Packages that start helper processes, load files beside themselves or generate code on install: bundling breaks them. */
const KNOWN_EXTERNAL = new Set([
  '@prisma/client',
  'better-sqlite3',
  'canvas',
  'esbuild',
  'jsdom',
  'lightningcss',
  'mongodb',
  'oracledb',
  'pg',
  'pg-native',
  'pino',
  'playwright',
  'prisma',
  'puppeteer',
  'puppeteer-core',
  'rolldown',
  'sharp',
  'sqlite3',
  'thread-stream',
  'typeorm',
  'typescript',
  'vite',
])

/** Loaders of `.node` files: whoever depends on one of these has a native part. */
const NATIVE_LOADERS = [
  '@mapbox/node-pre-gyp',
  '@neon-rs/load',
  'bindings',
  'node-addon-api',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'prebuild-install',
]

const PLATFORM_PACKAGE = /(?:^|[-/])(?:linux|darwin|win32|freebsd|android)-(?:x64|arm64|ia32|arm|universal)(?:-|$)/

const jsonCache = new Map<string, PackageJson | undefined>()
const nativeCache = new Map<string, boolean>()

function readPackageJson(dir: string): PackageJson | undefined {
  if (!jsonCache.has(dir)) {
    let json: PackageJson | undefined
    try {
      json = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    } catch {
      json = undefined
    }
    jsonCache.set(dir, json)
  }
  return jsonCache.get(dir)
}

/** `@scope/name/sub` and `name/sub` without the sub path; `undefined` for relative, absolute and `node:` specifiers. */
export function packageNameOf(specifier: string): string | undefined {
  return /^(@[\w.~-]+\/[\w.~-]+|[a-z\d~][\w.~-]*)(?:\/|$)/i.exec(specifier)?.[1]
}

/** The package in a `node_modules` folder that the file belongs to: nearest folder whose package.json has a name and a version. */
export function installedPackageOf(file: string): InstalledPackage | undefined {
  if (!file.includes(`${sep}node_modules${sep}`)) return undefined
  for (let dir = dirname(file); !dir.endsWith(`${sep}node_modules`) && dir !== dirname(dir); dir = dirname(dir)) {
    const json = readPackageJson(dir)
    if (json?.name !== undefined && json.version !== undefined) return { name: json.name, version: json.version, dir }
  }
  return undefined
}

/** Whether Node.js reads the file as CommonJS: `.cjs`, or `.js` under a package.json that doesn't say `"type": "module"`. */
export function isCommonJs(file: string): boolean {
  if (file.endsWith('.cjs')) return true
  if (!file.endsWith('.js')) return false
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir)) {
    const json = readPackageJson(dir)
    if (json !== undefined) return json.type !== 'module'
  }
  return true
}

/** Whether a file is one of an installed package. */
export const isInPackages = (file: string): boolean => file.includes('/node_modules/')

/** Whether a file of the project is CommonJS, which exports nothing that a parser of ES modules finds. */
export function isCommonJsSource(file: string): boolean {
  if (!/\.c?js$/.test(file) || isInPackages(file) || !isCommonJs(file)) return false
  if (file.endsWith('.cjs')) return true
  const text = readFileSync(file, 'utf8')
  return /\b(?:module\.exports|exports\.\w+|require\s*\()/.test(text) && !/^\s*(?:import|export)\b/m.test(text)
}

/** Whether a package has to stay outside a bundle: a native addon, or known to break when bundled. */
export function isUnbundlable(pkg: InstalledPackage): boolean {
  if (KNOWN_EXTERNAL.has(pkg.name) || pkg.name.startsWith('.prisma')) return true
  let native = nativeCache.get(pkg.dir)
  if (native === undefined) {
    native = hasNativePart(pkg.dir)
    nativeCache.set(pkg.dir, native)
  }
  return native
}

function hasNativePart(dir: string): boolean {
  const json = readPackageJson(dir)
  if (json === undefined) return false
  if (json.gypfile === true || json.napi !== undefined || existsSync(join(dir, 'binding.gyp')) || existsSync(join(dir, 'prebuilds')))
    return true
  if (NATIVE_LOADERS.some((name) => json.dependencies?.[name] !== undefined)) return true
  if (Object.keys(json.optionalDependencies ?? {}).some((name) => PLATFORM_PACKAGE.test(name))) return true
  return PLATFORM_PACKAGE.test(json.name ?? '') || readdirSync(dir).some((name) => name.endsWith('.node'))
}
