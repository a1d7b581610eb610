import { statSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sourceCandidates } from './source-candidates.js'

// Where Node.js has no hooks in the thread itself, it loads this module into a thread of its own.

const NOT_FOUND = new Set(['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT', 'MODULE_NOT_FOUND'])
const RELATIVE = /^(?:\.{1,2}(?:\/|$)|\/|file:)/

/**
 * The file that a bundler would find where Node.js finds none: with an extension, or as a folder's index.
 * @param error what Node.js threw; thrown again where there is no such file either
 */
export function findSource(error: unknown, specifier: string, parentURL: string | undefined): string {
  const code = (error as { code?: string }).code ?? ''
  if (!NOT_FOUND.has(code) || !RELATIVE.test(specifier) || !parentURL?.startsWith('file:') || parentURL.includes('/node_modules/'))
    throw error
  const path = fileURLToPath(new URL(specifier, parentURL))
  const found = sourceCandidates(path).find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile())
  if (found === undefined) throw error
  return pathToFileURL(found).href
}

interface Context {
  readonly parentURL?: string | undefined
}

/** The hook of that thread. */
export async function resolve<Result>(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await next(specifier, context)
  } catch (error) {
    return next(findSource(error, specifier, context.parentURL), context)
  }
}
