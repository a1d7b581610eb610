import { join } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import type { FolderFile, FolderFileKind } from '../routing/folder-files.js'
import type { ResolvedConfig } from './config.js'
import { collectExports } from './module-exports.js'
import { relativeFile } from './parse-module.js'
import type { ResolveModule } from './resolve.js'
import type { BuildWarning } from './warning.js'

const EXPORT_FIX: Readonly<Record<FolderFileKind, string>> = {
  middleware: 'Export Hono middleware, or an array of it, as default: export default auth({ … }).',
  error: 'Export the function that answers as default: export default (error, c) => c.json({ … }, 500).',
  'not-found': 'Export the function that answers as default: export default (c) => c.json({ … }, 404).',
}

/**
 * Checks, without running it, that a folder's file has the default export by which it is used.
 * @throws {EveryrouteError} `ERR_FOLDER_FILE_EXPORT`; `ERR_PARSE`, `ERR_UNREADABLE`, `ERR_UNKNOWN_NEXT_EXPORT`.
 */
export async function checkFolderFileExports(
  { file, kind }: FolderFile,
  { root, routesDir }: Pick<ResolvedConfig, 'root' | 'routesDir'>,
  resolve: ResolveModule,
): Promise<void> {
  const path = join(routesDir, file)
  const { names, isCommonJs } = await collectExports(path, root, resolve)
  if (isCommonJs || names.has('default')) return
  const shown = relativeFile(path, root)
  const found = [...names.keys()].map((name) => `"${name}"`).join(', ')
  const what = found === '' ? 'it exports nothing' : `it exports ${found}`
  throw new EveryrouteError('ERR_FOLDER_FILE_EXPORT', `"${shown}" has no default export: ${what}`, {
    files: [shown],
    fix: EXPORT_FIX[kind],
  })
}

/** Says, of files below a Next.js application's `app`, what Next.js makes of middleware there: nothing. */
export function nativeWarning(files: readonly FolderFile[]): BuildWarning[] {
  const [first, ...others] = files.filter(({ kind }) => kind === 'middleware')
  if (first === undefined) return []
  const more = others.length === 0 ? '' : ` (this one and ${others.length} more)`
  return [
    {
      file: first.file,
      message: `Next.js does not run _middleware files${more}: the route files that it serves itself go without them`,
      fix: 'Name the same middleware in `use` of the handlers (defineHandler); the router runs it once.',
    },
  ]
}
