import { inspect } from 'node:util'
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

/** Errors from outside that point at a source file, as those of a transform do in `dev`. */
interface SourceError extends Error {
  /** Relative to the project root. */
  readonly file?: unknown
  readonly frame?: unknown
}

/** An error and its causes, as far as they are errors, each once. */
function causesOf(error: unknown): SourceError[] {
  const chain: SourceError[] = []
  for (let current = error; current instanceof Error && !chain.includes(current); current = current.cause) chain.push(current)
  return chain
}

/** Writes an error to stderr: code, title, message, files and mend for our own; stack, causes and details for one that nobody foresaw. */
export function reportError(error: unknown, output: Output): void {
  if (error instanceof EveryrouteError) reportOwnError(error, output)
  else reportForeignError(error, output)
}

function reportOwnError(error: EveryrouteError, output: Output): void {
  const { red, bold, dim } = output.colors
  output.error(`${red('error')} ${bold(error.code)}  ${TITLES[error.code] ?? ''}`.trimEnd())
  output.error('')
  const text = error.frame === undefined || error.message.includes(error.frame) ? error.message : `${error.message}\n\n${error.frame}`
  printIndented(text, output)
  const rows = error.files.map((file) => ['file', file])
  if (error.fix !== undefined) rows.push(['fix', error.fix])
  if (rows.length > 0) output.error('')
  for (const line of tableLines(rows)) output.error(dim(line))
}

function reportForeignError(error: unknown, output: Output): void {
  const { red, dim, isColorSupported } = output.colors
  const chain = causesOf(error)
  const depth = chain.findIndex(({ frame }) => typeof frame === 'string')
  if (depth < 0) {
    output.error(`${red('error')} ${inspect(error, { colors: isColorSupported })}`)
    return
  }
  // The frame says where the fault is; the stacks would lead through the loader alone, and such an error carries whole sources.
  const { file, frame } = chain[depth]!
  output.error(
    `${red('error')} ${chain
      .slice(0, depth + 1)
      .map(({ name, message }) => `${name}: ${message}`)
      .join('\n  caused by ')}`,
  )
  output.error('')
  printIndented(String(frame), output)
  output.error('')
  if (typeof file === 'string') output.error(dim(`  file  ${file}`))
}

function printIndented(text: string, output: Output): void {
  for (const line of text.split('\n')) output.error(line === '' ? '' : `  ${line}`)
}
