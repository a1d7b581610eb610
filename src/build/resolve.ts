import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { RunnableDevEnvironment } from 'vite'
import { sourceCandidates } from './source-candidates.js'

/** Finds the file behind a relative specifier as bundlers do: as written, with an extension, as a folder's index. */
export async function resolveRelative(specifier: string, importer: string): Promise<string | null> {
  for (const candidate of sourceCandidates(resolve(dirname(importer), specifier))) {
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
