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

/** Whether this Node.js takes types out of TypeScript: 22.18 and later do. */
const STRIPS_TYPES = Boolean(process.features.typescript)

/**
 * Lets pass what Node.js can load.
 * @throws {Error} where it is TypeScript that this Node.js can't run, with the mend
 */
export function requireRunnable<Resolved extends { readonly url: string }>(resolved: Resolved): Resolved {
  const { url } = resolved
  const isRunnable = !url.startsWith('file:') || url.includes('/node_modules/') || !(STRIPS_TYPES ? /\.tsx$/ : /\.[mc]?tsx?$/).test(url)
  if (isRunnable) return resolved
  const file = fileURLToPath(url)
  throw new Error(
    STRIPS_TYPES
      ? `${file}: Node.js does not run JSX. Run the project with \`everyroute dev\`, or build it with \`everyroute build\`.`
      : `${file}: Node.js ${process.versions.node} does not run TypeScript. Use Node.js 22.18 or later, or build the project with \`everyroute build\`.`,
  )
}

interface Context {
  readonly parentURL?: string | undefined
}

/** The hook of that thread. */
export async function resolve<Result extends { readonly url: string }>(
  specifier: string,
  context: Context,
  next: (specifier: string, context: Context) => Result | Promise<Result>,
): Promise<Result> {
  try {
    return requireRunnable(await next(specifier, context))
  } catch (error) {
    return requireRunnable(await next(findSource(error, specifier, context.parentURL), context))
  }
}
