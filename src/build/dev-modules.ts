import { setTimeout } from 'node:timers/promises'
import type { EnvironmentModuleNode, Plugin, RunnableDevEnvironment } from 'vite'
import type { RouteModule } from '../routing/manifest.js'
import { describeError } from './describe-error.js'
import { createInteropEvaluator } from './dev-interop.js'
import { createNativeEntries, NATIVE, nativeModule } from './dev-native.js'
import { fileStamp } from './file-stamp.js'
import { isNextModule, NEXT_MODULE, resolveOwnModule } from './next-alias.js'
import { isCommonJsSource, isInPackages } from './packages.js'
import { envDefinitions, NODE_RESOLVE, resolvePlugin, sharedViteConfig } from './vite.js'

/** The project's modules as `dev` runs them: transformed by Vite, evaluated in this process. */
export interface DevModules {
  /**
   * Loads a module of the project.
   * @param file Absolute.
   * @throws what the module throws; an error of the transform carries `file` (relative to the root) and `frame`
   */
  load(file: string): Promise<RouteModule>
  /** Finds the file behind an import specifier, tsconfig `paths` included; `null` where there is none. */
  resolve(specifier: string, importer: string): Promise<string | null>
  /**
   * Forgets each module whose file has changed since it was read, whatever imports it, and whatever failed to load.
   * Compares times and sizes on disk, so that it doesn't wait for a watcher. Gives whether there was any.
   */
  refresh(): Promise<boolean>
  close(): Promise<void>
}

const pathOf = (id: string): string => id.replace(NATIVE, '').split('?', 1)[0]!

/** Notes each file's stamp before it is read, and gives ES modules the `__dirname` that bundled ones have as well. */
function devPlugin(stamps: Map<string, string>): Plugin {
  return {
    name: 'everyroute:dev',
    enforce: 'pre',
    async resolveId(source, importer) {
      const resolved = await this.resolve(source, importer, { skipSelf: true })
      if (resolved === null || resolved.external || !isCommonJsSource(resolved.id)) return resolved
      stamps.set(resolved.id, fileStamp(resolved.id))
      return NATIVE + resolved.id
    },
    load(id) {
      const file = pathOf(id)
      if (file.startsWith('/') || /^[a-z]:/i.test(file)) stamps.set(file, fileStamp(file))
      return undefined
    },
    transform: {
      order: 'post',
      handler(code, id) {
        if (isInPackages(id) || !/\b__(?:dirname|filename)\b/.test(code)) return undefined
        const missing = ['dirname', 'filename'].filter((name) => !new RegExp(`\\b(?:const|let|var|function)\\s+__${name}\\b`).test(code))
        // On the first line, so that line numbers stay what they are.
        return { code: missing.map((name) => `const __${name} = import.meta.${name};`).join('') + code, map: null }
      },
    },
  }
}

/** Milliseconds that a refresh waits for modules that are being loaded. */
const LONGEST_WAIT = 2000

/**
 * Starts Vite without a server, a watcher or a client.
 * @param env written in place of `process.env.NAME`
 */
export async function createDevModules(root: string, env?: Readonly<Record<string, unknown>>): Promise<DevModules> {
  const { createRunnableDevEnvironment, createServer } = await import('vite')
  const stamps = new Map<string, string>()
  const evaluator = await createInteropEvaluator(root)
  const natives = createNativeEntries((url) => evaluator.runExternalModule(url))
  const server = await createServer({
    ...sharedViteConfig(root),
    mode: 'development',
    define: envDefinitions(env),
    logLevel: 'silent',
    // This package's modules are the command's own: imported by Node.js, so that there is one instance of each.
    plugins: [resolvePlugin({ ownModuleId: (file) => NATIVE + file }), devPlugin(stamps)],
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    environments: {
      ssr: {
        resolve: {
          ...NODE_RESOLVE,
          noExternal: [NEXT_MODULE, /^everyroute(?:\/|$)/, 'server-only', 'client-only'],
        },
        dev: {
          createEnvironment(name, config) {
            const environment = createRunnableDevEnvironment(name, config, { runnerOptions: { hmr: false, evaluator } })
            const fetchModule = environment.fetchModule.bind(environment)
            environment.fetchModule = async (url, importer, options) => {
              const file = url.includes(NATIVE)
                ? url.slice(url.indexOf(NATIVE) + NATIVE.length)
                : isNextModule(url)
                  ? resolveOwnModule(url)
                  : undefined
              return file === undefined ? fetchModule(url, importer, options) : nativeModule(file)
            }
            return environment
          },
        },
      },
    },
  })
  const environment = server.environments.ssr as RunnableDevEnvironment
  const loading = new Set<Promise<unknown>>()
  let failed = false
  return {
    async load(file) {
      const loaded: Promise<RouteModule> = isCommonJsSource(file) ? natives.load(file) : environment.runner.import(file)
      loading.add(loaded)
      try {
        return await loaded
      } catch (error) {
        failed = true
        throw describeError(error, root, pathOf)
      } finally {
        loading.delete(loaded)
      }
    },
    async resolve(specifier, importer) {
      const resolved = await environment.pluginContainer.resolveId(specifier, importer)
      return resolved === null || !resolved.id.startsWith('/') ? null : resolved.id
    },
    async refresh() {
      const changed = changedModules(environment, stamps)
      // The runner must not lose a module while it loads it; a load that takes longer than that waits for something itself.
      if (changed.length > 0 || failed)
        await Promise.race([Promise.allSettled(loading), setTimeout(LONGEST_WAIT, undefined, { ref: false })])
      if (failed) changed.push(...(await failedModules(environment)))
      failed = false
      const hasNative = natives.refresh()
      return invalidate(environment, changed) || hasNative
    },
    close: () => server.close(),
  }
}

function changedModules({ moduleGraph }: RunnableDevEnvironment, stamps: Map<string, string>): EnvironmentModuleNode[] {
  const changed: EnvironmentModuleNode[] = []
  for (const [id, modules] of moduleGraph.fileToModulesMap) {
    const file = pathOf(id)
    if (isInPackages(file)) continue
    const known = stamps.get(file)
    const now = known === undefined ? undefined : fileStamp(file)
    if (now === known || now === undefined) continue
    // Reported once: what imports the module next reads the file, and its stamp, again.
    stamps.set(file, now)
    changed.push(...modules)
  }
  return changed
}

/** The modules whose evaluation was rejected, or that never got as far. */
async function failedModules({ moduleGraph, runner }: RunnableDevEnvironment): Promise<EnvironmentModuleNode[]> {
  const failed: EnvironmentModuleNode[] = []
  for (const [id, evaluated] of runner.evaluatedModules.idToModuleMap) {
    const isFailed =
      evaluated.promise !== undefined &&
      (await Promise.race([evaluated.promise, undefined]).then(
        () => false,
        () => true,
      ))
    const module = moduleGraph.getModuleById(id)
    if (isFailed && module !== undefined) failed.push(module)
  }
  for (const module of moduleGraph.idToModuleMap.values()) if (module.transformResult === null) failed.push(module)
  return failed
}

/** Invalidates modules and all their importers, in Vite's graph and in the runner's. */
function invalidate({ moduleGraph, runner }: RunnableDevEnvironment, modules: readonly EnvironmentModuleNode[]): boolean {
  const seen = new Set<EnvironmentModuleNode>()
  const queue = [...modules]
  for (let module = queue.pop(); module !== undefined; module = queue.pop()) {
    if (seen.has(module)) continue
    seen.add(module)
    moduleGraph.invalidateModule(module)
    const evaluated = module.id === null ? undefined : runner.evaluatedModules.getModuleById(module.id)
    if (evaluated !== undefined) runner.evaluatedModules.invalidateModule(evaluated)
    queue.push(...module.importers)
  }
  return seen.size > 0
}
