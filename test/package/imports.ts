import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

export const REPOSITORY: string = fileURLToPath(new URL('../..', import.meta.url))
export const SOURCE: string = join(REPOSITORY, 'src')

/** Stands for a dynamic import whose specifier is not written out. */
export const COMPUTED = '<computed>'

const FROM = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ExportNamedDeclaration', 'ImportExpression', 'TSImportType'])

interface AnyNode {
  readonly type?: string
  readonly source?: AnyNode | null
  readonly value?: unknown
}

/** All module specifiers of a text in order, those of types and of dynamic imports too. */
export function importsOf(file: string, text: string): string[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, source } = node as AnyNode
    if (type !== undefined && FROM.has(type) && source) found.push(typeof source.value === 'string' ? source.value : COMPUTED)
    for (const child of Object.values(node)) visit(child)
  }
  visit(program)
  return found
}

export interface SourceFile {
  /** Relative to `src`, with `/`. */
  readonly file: string
  readonly text: string
}

export function readSource(): SourceFile[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => ({ file: file.replaceAll('\\', '/'), text: readFileSync(join(SOURCE, file), 'utf8') }))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}
