import { type ErrorCode, EveryrouteError } from '../routing/errors.js'
import { type Output, tableLines } from './output.js'

/** A wrong command line: reported with the way to the help, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What went wrong, in a few words; the error's message has the particulars. */
const TITLES: Record<ErrorCode, string> = {
  ERR_SEGMENT_SYNTAX: 'A folder name is not a valid segment',
  ERR_DUPLICATE_PATH: 'Two files answer one path',
  ERR_ROUTE_AND_PAGE: 'A route and a page answer one path',
  ERR_PARAM_NAMES_DIFFER: 'Two names for one dynamic segment',
  ERR_PARAM_REPEATED: 'One param name used twice in a path',
  ERR_PARAM_TOO_SIMILAR: 'Two param names differ by punctuation only',
  ERR_OPTIONAL_CATCH_ALL_CONFLICT: 'A route beside an optional catch-all that answers the same path',
  ERR_CATCH_ALL_CONFLICT: 'A required and an optional catch-all at one level',
  ERR_CATCH_ALL_NOT_LAST: 'A catch-all segment is not the last one',
  ERR_ROUTES_DIR_MISSING: 'No routes folder',
  ERR_UNREADABLE: 'A file or folder cannot be read',
  ERR_SYMLINK_LOOP: 'A symbolic link leads back into itself',
  ERR_PARSE: 'A file cannot be parsed',
  ERR_UNKNOWN_NEXT_EXPORT: 'An unknown import from next/*',
  ERR_PROXY_CONFLICT: 'More than one proxy file',
  ERR_PROXY_EXPORT: 'The proxy file exports no proxy',
  ERR_PROXY_MATCHER: 'The matcher of the proxy is not valid',
  ERR_FOLDER_FILE_NAME: 'A name that looks like _middleware and would not be read',
  ERR_FOLDER_FILE_CONFLICT: 'Two files of one kind in a folder',
  ERR_FOLDER_FILE_EXPORT: 'A file of a folder has no default export',
  ERR_CONFIG_INVALID: 'A setting is not valid',
  ERR_CONFIG_LOAD: 'The config file cannot be loaded',
  ERR_SEGMENT_CONFIG: 'Route segment config is not valid',
  ERR_MANIFEST_VERSION: 'The manifest was written by another version',
  ERR_BUNDLE: 'The server cannot be bundled',
  ERR_PRERENDER: 'An answer cannot be made at build time',
  ERR_OUTPUT_MISSING: 'Nothing has been built',
  ERR_PORT_IN_USE: 'The port is in use',
}

/** Writes an error to stderr: code, title, message, files and mend for our own; the stack for one that nobody foresaw. */
export function reportError(error: unknown, output: Output): void {
  const { red, bold, dim } = output.colors
  if (!(error instanceof EveryrouteError)) {
    output.error(`${red('error')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return
  }
  output.error(`${red('error')} ${bold(error.code)}  ${TITLES[error.code] ?? ''}`.trimEnd())
  output.error('')
  const text = error.frame === undefined || error.message.includes(error.frame) ? error.message : `${error.message}\n\n${error.frame}`
  for (const line of text.split('\n')) output.error(line === '' ? '' : `  ${line}`)
  const rows = error.files.map((file) => ['file', file])
  if (error.fix !== undefined) rows.push(['fix', error.fix])
  if (rows.length > 0) output.error('')
  for (const line of tableLines(rows)) output.error(dim(line))
}
