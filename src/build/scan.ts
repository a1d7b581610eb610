import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import type { RouteFile } from '../routing/route-tree.js'
import { COMMONJS_ROUTE, checkNearMiss, folderFileKind, isLikeFolderFile } from './folder-file-names.js'
import type { BuildWarning } from './warning.js'

export type { BuildWarning } from './warning.js'

const CLAIMING_FILE = /^(route|page)\.(?:ts|tsx|js|jsx|mts|mjs)$/

export interface ScanOptions {
  /** Whether the routes folder is a Next.js application's, where more names are ordinary ones. Default `false`. */
  readonly isNextApp?: boolean
}

export interface ScanResult {
  /** Sorted by code unit. */
  readonly files: RouteFile[]
  /** Their `file` is relative to the routes folder. */
  readonly warnings: BuildWarning[]
}

/**
 * Finds the files that claim a path, `route.{ts,tsx,js,jsx,mts,mjs}` and `page.*`, which must not stand beside one, and those
 * that stand for their folder: `_middleware.*`, `_error.*`, `_not-found.*`.
 * Follows symbolic links to files and folders; leaves out private folders (`_x`) and `node_modules`.
 * @throws {EveryrouteError} `ERR_ROUTES_DIR_MISSING`, `ERR_UNREADABLE`, `ERR_SYMLINK_LOOP`, `ERR_SEGMENT_SYNTAX`; `ERR_FOLDER_FILE_NAME` for a name that
 * looks like `_middleware.ts`, which would guard nothing.
 */
export async function scanRoutes(routesDir: string, { isNextApp = false }: ScanOptions = {}): Promise<ScanResult> {
  const real = await realRoutesDir(routesDir)
  const scan: Scan = { files: [], warnings: [], isNextApp }
  await scanFolder({ path: routesDir, name: '', real: [real] }, scan)
  const byFile = (a: { file: string }, b: { file: string }) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)
  return { files: scan.files.sort(byFile), warnings: scan.warnings.sort(byFile) }
}

/** A scan under way. */
interface Scan extends ScanResult {
  readonly isNextApp: boolean
}

interface Folder {
  readonly path: string
  /** Relative to the routes folder, with `/`; `''` for the routes folder itself. */
  readonly name: string
  /** The real paths of the folder and of all above it up to the routes folder, to notice links that lead back. */
  readonly real: readonly string[]
}

async function realRoutesDir(routesDir: string): Promise<string> {
  try {
    const real = await realpath(routesDir)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw fileSystemError(error, routesDir)
  }
  throw new EveryrouteError('ERR_ROUTES_DIR_MISSING', `The routes folder "${routesDir}" is not there, or no folder`, {
    files: [routesDir],
    fix: 'Create it with a route file in it, or name another with --routes or "routesDir" in everyroute.config.ts.',
  })
}

async function scanFolder(folder: Folder, scan: Scan): Promise<void> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder.path, { withFileTypes: true })
  } catch (error) {
    // Removed since its parent was read.
    if (folder.name && errorCode(error) === 'ENOENT') return
    throw fileSystemError(error, folder.name || folder.path)
  }
  const siblings = entries.map(({ name }) => name)
  await Promise.all(
    entries.map(async (entry) => {
      const isPrivate = entry.name.startsWith('_')
      if ((isPrivate && !isLikeFolderFile(entry.name)) || entry.name === 'node_modules') return
      const name = folder.name ? `${folder.name}/${entry.name}` : entry.name
      const path = join(folder.path, entry.name)
      const kind = entry.isSymbolicLink() ? await linkTargetKind(path, name, scan) : entry.isDirectory() ? 'folder' : 'file'
      if (kind === undefined) return
      const warning = checkNearMiss(entry.name, { file: name, entry: kind, isNextApp: scan.isNextApp, siblings })
      if (warning) scan.warnings.push(warning)
      if (kind === 'file') addFile(entry.name, name, scan)
      else if (!isPrivate) {
        const real = entry.isSymbolicLink() ? await realpath(path) : join(folder.real[0] ?? '', entry.name)
        if (folder.real.includes(real)) throw symlinkLoop(name)
        await scanFolder({ path, name, real: [real, ...folder.real] }, scan)
      }
    }),
  )
}

function addFile(basename: string, file: string, result: ScanResult): void {
  const claim = CLAIMING_FILE.exec(basename)
  if (claim) result.files.push({ file, kind: claim[1] === 'page' ? 'page' : 'route' })
  const kind = folderFileKind(basename)
  if (kind !== undefined) result.files.push({ file, kind })
  if ((claim !== null || kind !== undefined) && file.includes('?')) throw queryInName(file)
  if (COMMONJS_ROUTE.test(basename)) {
    result.warnings.push({ file, message: `${basename} is not read as a route file`, fix: 'Rename it to route.ts or route.js.' })
  }
}

async function linkTargetKind(path: string, name: string, result: ScanResult): Promise<'folder' | 'file' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    if (errorCode(error) === 'ELOOP') throw symlinkLoop(name)
    if (errorCode(error) !== 'ENOENT') throw fileSystemError(error, name)
    const basename = name.slice(name.lastIndexOf('/') + 1)
    const kind = folderFileKind(basename)
    if (kind === 'middleware') throw missingMiddleware(name)
    // Editors leave dangling links beside open files, so only one that stands for a file that is read is worth a word.
    if (CLAIMING_FILE.test(basename) || kind !== undefined) {
      result.warnings.push({ file: name, message: 'The symbolic link leads nowhere', fix: 'Point it at a file, or remove it.' })
    }
    return undefined
  }
}

/** Vite takes the rest of such a path for a query, and so finds no file. */
function queryInName(file: string): EveryrouteError {
  const folder = file.split('/').find((name) => name.includes('?')) ?? file
  const optional = /^\[\.{3}([^\]?]+)\?\]$/.exec(folder)?.[1]
  return new EveryrouteError('ERR_SEGMENT_SYNTAX', `The folder name "${folder}" holds "?", which cannot stand in the path of a module`, {
    files: [file],
    fix: optional === undefined ? 'Give the folder a name without it.' : `Write [[...${optional}]] for an optional catch-all.`,
  })
}

function symlinkLoop(name: string): EveryrouteError {
  return new EveryrouteError('ERR_SYMLINK_LOOP', `The symbolic link "${name}" leads back to a folder that contains it`, {
    files: [name],
    fix: 'Remove the link, or point it at a folder outside its own parents.',
  })
}

function missingMiddleware(name: string): EveryrouteError {
  return new EveryrouteError('ERR_UNREADABLE', `The symbolic link "${name}" leads nowhere`, {
    files: [name],
    fix: 'Point it at a file, or remove it.',
  })
}

function fileSystemError(error: unknown, name: string): EveryrouteError {
  const code = errorCode(error)
  if (code === 'ELOOP') return symlinkLoop(name)
  const mayNot = code === 'EACCES' || code === 'EPERM'
  return new EveryrouteError('ERR_UNREADABLE', `"${name}" cannot be read${code ? ` (${code})` : ''}`, {
    files: [name],
    fix: mayNot ? 'Give the user who runs this read permission (chmod u+rX).' : 'See the cause, and make the path readable.',
    cause: error,
  })
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
