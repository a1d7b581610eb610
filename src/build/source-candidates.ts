const EXTENSIONS = ['.ts', '.tsx', '.mts', '.js', '.jsx', '.mjs']

/** The extensions under which TypeScript's source of a JavaScript specifier is found: `./other.js` may be `other.ts`. */
const SOURCE_EXTENSIONS: Readonly<Record<string, readonly string[]>> = { '.js': ['.ts', '.tsx'], '.jsx': ['.tsx'], '.mjs': ['.mts'] }

/** The files that bundlers look for behind a path of an import: as written, with an extension, as a folder's index. */
export function sourceCandidates(path: string): string[] {
  const written = /\.(?:m?js|jsx)$/.exec(path)?.[0] ?? ''
  return [
    path,
    ...(SOURCE_EXTENSIONS[written] ?? []).map((extension) => path.slice(0, -written.length) + extension),
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => `${path}/index${extension}`),
  ]
}
