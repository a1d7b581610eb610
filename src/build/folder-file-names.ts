import { EveryrouteError } from '../routing/errors.js'
import type { FolderFileKind } from '../routing/folder-files.js'
import { nearestName } from './nearest-name.js'
import type { BuildWarning } from './warning.js'

const FOLDER_FILE = /^_(middleware|error|not-found)\.(?:ts|tsx|js|jsx|mts|mjs)$/
const READ_FILE = /^(route|_error|_not-found)\.(?:ts|tsx|js|jsx|mts|mjs)$/
/** A route file but for its extension, of which the scan warns. */
export const COMMONJS_ROUTE: RegExp = /^route\.(?:cts|cjs)$/
const CODE_FILE = /^([^.]+)\.[cm]?[jt]sx?$/i

/** Which of the files of a folder a name means; `undefined` for any other name. */
export function folderFileKind(basename: string): FolderFileKind | undefined {
  return FOLDER_FILE.exec(basename)?.[1] as FolderFileKind | undefined
}

/** Whether a name is that of a folder's file or looks like one; whatever else starts with `_` is private. */
export function isLikeFolderFile(basename: string): boolean {
  return folderFileKind(basename) !== undefined || fileMeaning(basename) !== undefined || folderMeaning(basename) !== undefined
}

export interface NearMissContext {
  /** Relative to the routes folder, with `/`. */
  readonly file: string
  readonly entry: 'file' | 'folder'
  /**
   * Whether the routes folder is a Next.js application's. There, `middleware.ts` may be a module like any other and `_middleware/` a
   * private folder: neither runs in Next.js, and a warning is enough.
   */
  readonly isNextApp: boolean
  /** The names in the same folder, this one included. */
  readonly siblings: readonly string[]
}

/**
 * Looks at a name that nothing will be read from.
 * @returns a warning where it looks like `route`, `_error`, `_not-found` or what Next.js does not run either
 * @throws {EveryrouteError} `ERR_FOLDER_FILE_NAME` where it looks like middleware: a guard must not be left out by a slip of the pen
 */
export function checkNearMiss(basename: string, { file, entry, isNextApp, siblings }: NearMissContext): BuildWarning | undefined {
  const meant = entry === 'folder' ? folderMeaning(basename) : (fileMeaning(basename) ?? routeMeaning(basename, isNextApp))
  if (meant === undefined) return undefined
  // Beside the file itself, the name is that of a helper.
  if (!meant.startsWith('_middleware') && siblings.some((name) => READ_FILE.exec(name)?.[1] === meant.replace('.ts', ''))) return undefined
  const message = `"${file}" looks like ${meant} and is not read as such`
  const fix = fixOf(meant, entry)
  if (!meant.startsWith('_middleware') || (isNextApp && isOrdinaryInNext(basename, entry))) return { file, message, fix }
  throw new EveryrouteError('ERR_FOLDER_FILE_NAME', message, { files: [file], fix })
}

function fileMeaning(basename: string): string | undefined {
  if (basename.toLowerCase() === '_middleware') return '_middleware.ts'
  const stem = CODE_FILE.exec(basename)?.[1]
  if (stem === undefined || folderFileKind(basename) !== undefined) return undefined
  if (stem.toLowerCase() === 'middleware') return '_middleware.ts'
  if (!stem.startsWith('_')) return undefined
  if (nearestName(stem, ['_middleware']) !== undefined) return '_middleware.ts'
  const nearest = nearestName(stem.replace(/(?<=.)_/g, '-'), ['_error', '_not-found'])
  return nearest === undefined ? undefined : `${nearest}.ts`
}

/** `router.ts` is a module of its own; in a Next.js application, so may `routes.ts` be. */
function routeMeaning(basename: string, isNextApp: boolean): string | undefined {
  const stem = CODE_FILE.exec(basename)?.[1]
  if (stem === undefined || READ_FILE.test(basename) || COMMONJS_ROUTE.test(basename)) return undefined
  const isLike = isNextApp ? stem.toLowerCase() === 'route' : stem !== 'router' && nearestName(stem, ['route']) !== undefined
  return isLike ? 'route.ts' : undefined
}

function folderMeaning(name: string): string | undefined {
  return /^_middleware(?:\.[cm]?[jt]sx?)?$/i.test(name) ? '_middleware.ts' : undefined
}

function isOrdinaryInNext(basename: string, entry: 'file' | 'folder'): boolean {
  return entry === 'folder' || !basename.startsWith('_')
}

function fixOf(meant: string, entry: 'file' | 'folder'): string {
  if (entry === 'folder') return `Make it a file, ${meant} with a default export, or give the folder another name, such as _lib.`
  if (meant === 'route.ts')
    return 'Rename it to route.ts if it is to answer requests; if not, give it another name, or move it to a private folder such as _lib.'
  return `Rename it to ${meant} if it stands for its folder; if not, give it another name, or move it to a private folder such as _lib.`
}
