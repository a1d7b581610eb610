import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs']

/** The extensions under which TypeScript's source of a JavaScript specifier is found: `./other.js` may be `other.ts`. */
const SOURCE_EXTENSIONS: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'] }

/** Finds the file behind a relative specifier as bundlers do: as written, with an extension, as a folder's index. */
export async function resolveRelative(specifier: string, importer: string): Promise<string | null> {
  const path = resolve(dirname(importer), specifier)
  const written = /\.(?:m?js|jsx)$/.exec(path)?.[0] ?? ''
  const candidates = [
    path,
    ...(SOURCE_EXTENSIONS[written] ?? []).map((extension) => path.slice(0, -written.length) + extension),
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => `${path}/index${extension}`),
  ]
  for (const candidate of candidates) {
    if (await isFile(candidate)) return candidate
  }
  return null
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}
