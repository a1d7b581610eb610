import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { RouteModule } from '../routing/manifest.js'
import { fileStamp } from './file-stamp.js'
import { isCommonJsSource, isInPackages } from './packages.js'

/** Marks modules that Node.js itself imports: this package's, and CommonJS of the project. */
export const NATIVE = 'everyroute-native:'

/** What the runner gets for a module that Node.js imports itself. */
export interface NativeModule {
  readonly externalize: string
  readonly type: 'module' | 'commonjs'
}

const loadedVersions = new Map<string, string>()

/** A changed CommonJS file is another URL, and so loaded anew. */
export function nativeModule(file: string): NativeModule {
  const url = pathToFileURL(file).href
  if (!isCommonJsSource(file)) return { externalize: url, type: 'module' }
  const version = fileStamp(file)
  if (loadedVersions.get(file) !== version) delete createRequire(file).cache[file]
  loadedVersions.set(file, version)
  return { externalize: `${url}?${version}`, type: 'commonjs' }
}

/** Route files and others that everyroute itself asks for, where they are CommonJS: no module imports them, so no graph has them. */
export interface NativeEntries {
  load(file: string): Promise<RouteModule>
  /** Forgets each entry of which a file has changed, or that failed. Gives whether there was any. */
  refresh(): boolean
}

/** @param importModule imports a URL as the project's own modules do */
export function createNativeEntries(importModule: (url: string) => Promise<RouteModule>): NativeEntries {
  /** The stamps of an entry's files when it had been loaded; `undefined` where it failed. */
  const loaded = new Map<string, string | undefined>()
  /** How often an entry was forgotten: Node.js keeps what a URL gave, or that it failed. */
  const times = new Map<string, number>()
  return {
    async load(file) {
      loaded.set(file, undefined)
      const module = await importModule(`${pathToFileURL(file).href}?entry=${times.get(file) ?? 0}`)
      loaded.set(file, stampsOf(file))
      return module
    },
    refresh() {
      const changed = [...loaded].filter(([file, stamps]) => stamps !== stampsOf(file))
      for (const [file] of changed) {
        const { cache } = createRequire(file)
        for (const required of requiredFiles(file)) delete cache[required]
        times.set(file, (times.get(file) ?? 0) + 1)
        loaded.delete(file)
      }
      return changed.length > 0
    },
  }
}

const stampsOf = (file: string): string => requiredFiles(file).map(fileStamp).join()

/** A CommonJS file and the files of the project that it has required. */
function requiredFiles(file: string): string[] {
  const { cache } = createRequire(file)
  const files = new Set([file])
  for (const name of files) for (const child of cache[name]?.children ?? []) if (!isInPackages(child.filename)) files.add(child.filename)
  return [...files]
}
