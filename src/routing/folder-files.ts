import { EveryrouteError } from './errors.js'
import type { RouteSegment } from './segment.js'
import { compareSpecificity } from './specificity.js'

/** Files that stand for their folder and all below it, by name: `_middleware`, `_error` and `_not-found`. */
export const FOLDER_FILE_KINDS = ['middleware', 'error', 'not-found'] as const

export type FolderFileKind = (typeof FOLDER_FILE_KINDS)[number]

export interface FolderFile {
  /** Relative to the routes folder, with `/`: `admin/_middleware.ts`. */
  readonly file: string
  readonly kind: FolderFileKind
}

/** What the folders around a route, or around a path without one, say. Files are relative to the routes folder. */
export interface FolderChain {
  /** Outermost first. */
  readonly middleware: readonly string[]
  /** The nearest. */
  readonly error?: string
  /** The nearest. */
  readonly notFound?: string
}

/** What holds below a folder for paths that no route answers. */
export interface FolderEntry extends FolderChain {
  /** As a route's: `/users/[id]`; `/` for the routes folder. */
  readonly pathname: string
  /** The segments that stand in the URL. */
  readonly segments: readonly RouteSegment[]
}

const NO_CHAIN: FolderChain = { middleware: [] }

/** The folder that a file or folder lies in; `''` for the routes folder. */
export const parentFolder = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * Gives the chain of any folder: its own files after those of all folders above it, groups and slots included.
 * @throws {EveryrouteError} `ERR_FOLDER_FILE_CONFLICT` for two files of one kind in one folder
 */
export function createChains(files: readonly FolderFile[]): (folder: string) => FolderChain {
  const own = new Map<string, Partial<Record<FolderFileKind, string>>>()
  for (const { file, kind } of files) {
    const folder = parentFolder(file)
    const known = own.get(folder) ?? {}
    if (known[kind] !== undefined) throw twoOfAKind(known[kind], file, kind)
    own.set(folder, { ...known, [kind]: file })
  }
  const chains = new Map<string, FolderChain>()
  const chainOf = (folder: string): FolderChain => {
    const known = chains.get(folder)
    if (known) return known
    const above = folder === '' ? NO_CHAIN : chainOf(parentFolder(folder))
    const added = own.get(folder)
    const chain = added ? extendChain(above, added) : above
    chains.set(folder, chain)
    return chain
  }
  return chainOf
}

function extendChain(above: FolderChain, own: Partial<Record<FolderFileKind, string>>): FolderChain {
  const error = own.error ?? above.error
  const notFound = own['not-found'] ?? above.notFound
  return {
    middleware: own.middleware === undefined ? above.middleware : [...above.middleware, own.middleware],
    ...(error !== undefined && { error }),
    ...(notFound !== undefined && { notFound }),
  }
}

function twoOfAKind(a: string, b: string, kind: FolderFileKind): EveryrouteError {
  return new EveryrouteError('ERR_FOLDER_FILE_CONFLICT', `One folder has two _${kind} files: "${a}" and "${b}"`, {
    files: [a, b],
    fix: kind === 'middleware' ? 'Keep one; its default export may be an array of middleware.' : 'Keep one of the two.',
  })
}

/** A folder on disk. */
export interface RouteFolder {
  /** Relative to the routes folder, with `/`; `''` for the routes folder itself. */
  readonly folder: string
  readonly pathname: string
  readonly segments: readonly RouteSegment[]
}

/**
 * What holds where no route answers, in match order; a folder for which nothing else holds than for the one above has no entry,
 * nor has one in a catch-all, whose route answers all that is below.
 *
 * Groups and slots give several folders one pathname. As with Next.js's `not-found`, the one without them then counts; without
 * such a folder the only one does, and of several none, so that what holds above goes on.
 */
export function folderEntries(folders: readonly RouteFolder[], chainOf: (folder: string) => FolderChain): FolderEntry[] {
  const byPathname = new Map<string, RouteFolder[]>()
  for (const folder of folders) byPathname.set(folder.pathname, [...(byPathname.get(folder.pathname) ?? []), folder])
  const chains = new Map<string, FolderChain>()
  const entries: FolderEntry[] = []
  const shallowFirst = [...byPathname].sort(([, [a]], [, [b]]) => a!.segments.length - b!.segments.length)
  for (const [pathname, rivals] of shallowFirst) {
    const above = pathname === '/' ? NO_CHAIN : (chains.get(parentFolder(pathname) || '/') ?? NO_CHAIN)
    const counting = countingFolder(rivals)
    const chain = counting ? chainOf(counting.folder) : above
    chains.set(pathname, chain)
    const isOpen = !rivals[0]!.segments.some(({ kind }) => kind.endsWith('catch-all'))
    if (isOpen && !isSameChain(chain, above)) entries.push({ pathname, segments: rivals[0]!.segments, ...chain })
  }
  return entries.sort((a, b) => compareSpecificity(a.segments, b.segments))
}

function countingFolder(rivals: readonly RouteFolder[]): RouteFolder | undefined {
  const plain = rivals.filter(({ folder, segments }) => (folder === '' ? 0 : folder.split('/').length) === segments.length)
  const candidates = plain.length > 0 ? plain : rivals
  return candidates.length === 1 ? candidates[0] : undefined
}

function isSameChain(a: FolderChain, b: FolderChain): boolean {
  return (
    a.error === b.error &&
    a.notFound === b.notFound &&
    a.middleware.length === b.middleware.length &&
    a.middleware.every((file, index) => file === b.middleware[index])
  )
}
