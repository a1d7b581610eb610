import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This package as it is installed: its folder and what its package.json says. */
export interface OwnPackage {
  /** Absolute. */
  readonly dir: string
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

let own: OwnPackage | undefined

/** Reads this package's package.json once; found by walking up, since bundling moves this module between folders of `dist`. */
export function ownPackage(): OwnPackage {
  if (own !== undefined) return own
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const found = readOwnPackage(dir)
    if (found !== undefined) {
      own = found
      return found
    }
    if (dir === dirname(dir)) throw new Error('everyroute: the package.json of everyroute was not found above its own files')
  }
}

function readOwnPackage(dir: string): OwnPackage | undefined {
  try {
    const json: { name?: string; version: string; exports: OwnPackage['exports'] } = JSON.parse(
      readFileSync(join(dir, 'package.json'), 'utf8'),
    )
    return json.name === 'everyroute' ? { dir, version: json.version, exports: json.exports } : undefined
  } catch {
    return undefined
  }
}

/**
 * The `next/*` modules that everyroute stands in for, with or without `.js`. Those of `next/dist` tell what was thrown, for which
 * Next.js has no public name.
 */
export const NEXT_MODULE: RegExp =
  /^next\/(server|headers|navigation|cache|og|dist\/client\/components\/(?:redirect(?:-error)?|is-next-router-error|http-access-fallback\/http-access-fallback))(?:\.js)?$/

/** Whether `specifier` is one of the `next/*` modules that everyroute stands in for, with or without `.js`. */
export function isNextModule(specifier: string): boolean {
  return NEXT_MODULE.test(specifier)
}

/**
 * The file of this package that a specifier stands for outside Next.js, or `undefined` where it is none of its own.
 * `next/server` (and its `.js` form) is `everyroute/next/server`; `everyroute` and `everyroute/*` resolve by the exports map,
 * so that a project without a `node_modules` works as well.
 */
export function resolveOwnModule(specifier: string): string | undefined {
  const next = NEXT_MODULE.exec(specifier)
  const { dir, exports } = ownPackage()
  const key = next !== null ? `./next/${next[1]}` : specifier === 'everyroute' ? '.' : specifier.replace(/^everyroute\//, './')
  if (key === specifier) return undefined
  const target = exports[key]
  if (target === undefined) return undefined
  return join(dir, typeof target === 'string' ? target : target.default)
}
