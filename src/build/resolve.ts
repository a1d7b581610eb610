import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { RunnableDevEnvironment } from 'vite'

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

/** Finds the file behind a specifier that is not relative; `null` where there is none. */
export type ResolveModule = (specifier: string, importer: string) => Promise<string | null>

export interface ProjectResolver {
  readonly resolve: ResolveModule
  close(): Promise<void>
}

/**
 * Resolves as the bundler does: tsconfig `paths`, `imports` of package.json, installed packages. Vite starts on first use only,
 * since few route files pass on names through an alias.
 */
export function createProjectResolver(root: string): ProjectResolver {
  let environment: Promise<RunnableDevEnvironment> | undefined
  return {
    async resolve(specifier, importer) {
      environment ??= createEnvironment(root)
      const found = await (await environment).pluginContainer.resolveId(specifier, importer)
      return found && !found.external && isAbsolute(found.id) ? found.id : null
    },
    async close() {
      await (await environment)?.close()
    },
  }
}

async function createEnvironment(root: string): Promise<RunnableDevEnvironment> {
  const { createRunnableDevEnvironment, resolveConfig } = await import('vite')
  const config = await resolveConfig(
    { root, cacheDir: root, configFile: false, envDir: false, logLevel: 'silent', resolve: { tsconfigPaths: true } },
    'serve',
  )
  const environment = createRunnableDevEnvironment('ssr', config, { runnerOptions: { hmr: { logger: false } }, hot: false })
  await environment.init()
  return environment
}
