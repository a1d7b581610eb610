import { readFile } from 'node:fs/promises'
import { extname, relative, sep } from 'node:path'
import { type ESTree, parseSync } from 'vite'
import { type ErrorCode, EveryrouteError } from '../routing/errors.js'

/** A module of the project, parsed and not run. */
export interface ParsedModule {
  /** Absolute. */
  readonly path: string
  /** Relative to the project root, with `/`. */
  readonly file: string
  readonly source: string
  readonly program: ESTree.Program
}

/**
 * Reads and parses a JavaScript or TypeScript module.
 * @throws {EveryrouteError} `ERR_PARSE` with line, column and a code frame; `ERR_UNREADABLE`.
 */
export async function parseModuleFile(path: string, root: string): Promise<ParsedModule> {
  const file = relativeFile(path, root)
  let source: string
  try {
    source = await readFile(path, 'utf8')
  } catch (error) {
    throw new EveryrouteError('ERR_UNREADABLE', `"${file}" cannot be read`, {
      files: [file],
      fix: 'Give the user who runs this read permission (chmod u+r).',
      cause: error,
    })
  }
  const result = parseSync(path, source, { lang: languageOf(path), sourceType: 'module' })
  const [fault] = result.errors
  if (fault) {
    const label = fault.labels[0] ?? { start: 0, end: 0 }
    throw sourceError({ path, file, source }, label, 'ERR_PARSE', fault.message, fault.helpMessage ?? 'Correct the syntax.')
  }
  return { path, file, source, program: result.program }
}

/** The path of a file relative to the project root, with `/`. */
export function relativeFile(path: string, root: string): string {
  return relative(root, path).split(sep).join('/')
}

// Next.js accepts JSX in every JavaScript file.
function languageOf(path: string): 'jsx' | 'ts' | 'tsx' {
  const extension = extname(path)
  return extension === '.tsx' ? 'tsx' : extension === '.ts' || extension === '.mts' ? 'ts' : 'jsx'
}

/** An error at a place in a source file: the message starts with `file:line:column`, the frame shows the place. */
export function sourceError(
  module: Pick<ParsedModule, 'path' | 'file' | 'source'>,
  span: { readonly start: number; readonly end: number },
  code: ErrorCode,
  message: string,
  fix: string,
): EveryrouteError {
  const before = module.source.slice(0, span.start).split('\n')
  const line = before.length
  const column = (before.at(-1)?.length ?? 0) + 1
  return new EveryrouteError(code, `${module.file}:${line}:${column}: ${message}`, {
    files: [module.file],
    fix,
    frame: codeFrame(module.source, line, column, span.end - span.start),
  })
}

/** Two lines before and after; the line at fault is marked, with carets below the fault as far as that line goes. */
function codeFrame(source: string, line: number, column: number, length: number): string {
  const lines = source.split(/\r?\n/)
  const first = Math.max(1, line - 2)
  const last = Math.min(lines.length, line + 2)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const text = lines[number - 1] ?? ''
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd())
    if (number === line) {
      const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
      const carets = '^'.repeat(Math.max(1, Math.min(length, text.length - column + 1)))
      frame.push(`  ${' '.repeat(width)} | ${indent}${carets}`)
    }
  }
  return frame.join('\n')
}
