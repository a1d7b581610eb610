import { existsSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Plugin, ViteDevServer } from 'vite'
import { EveryrouteError } from '../routing/errors.js'
import { configFileCandidates, loadConfig, type ResolvedConfig } from './config.js'
import { NEXT_MODULE } from './next-alias.js'
import { loadProject, writeGenerated } from './project.js'
import { resolvePlugin } from './vite.js'

export interface EveryrouteOptions {
  /** The project's folder, absolute or relative to Vite's root. Default: Vite's root. */
  readonly root?: string
  /** The routes folder, relative to the project's. Default: that of the config, or the first of `routes`, `app`, `src/routes`, `src/app`. */
  readonly routes?: string
}

/** Modules that Vite has to ask plugins for, even where a package of that name is installed. */
const NO_EXTERNAL = [NEXT_MODULE, /^everyroute(?:\/|$)/, 'server-only', 'client-only']

/** Milliseconds between the first change of a file and the writing of the manifest, so that a moved folder is one change. */
const SETTLE = 20

/**
 * Makes a Vite or Vitest project understand route files: `next/*` leads to this package, and `.everyroute/manifest.ts`, which
 * the project imports and hands to `createRouter`, is written at start and whenever a route file is added, moved, removed or
 * exports something else.
 */
export function everyroute(options: EveryrouteOptions = {}): Plugin[] {
  return [resolvePlugin(), manifestPlugin(options)]
}

function manifestPlugin(options: EveryrouteOptions): Plugin {
  let root = ''
  let isServing = false
  /** By the config of its server: a restarted one begins before the old one ends. */
  const stopWatching = new WeakMap<object, () => Promise<void>>()

  const generate = async (): Promise<ResolvedConfig> => {
    const mode = isServing ? 'development' : 'production'
    const config = await loadConfig({ root, mode, ...(options.routes !== undefined && { routes: options.routes }) })
    await writeGenerated(await loadProject(config))
    return config
  }

  return {
    name: 'everyroute:manifest',
    config: () => ({ resolve: { tsconfigPaths: true }, ssr: { noExternal: NO_EXTERNAL } }),
    configResolved(config) {
      root = resolve(config.root, options.root ?? '.')
      isServing = config.command === 'serve'
    },
    async buildStart() {
      try {
        await generate()
      } catch (error) {
        // A server goes on with the manifest of the last time, if there was one.
        if (!isServing || !existsSync(join(root, '.everyroute/manifest.ts'))) throw withFix(error)
        this.warn(textOf(error))
      }
    },
    configureServer(server) {
      stopWatching.set(server.config, watchRoutes(server, root, options, generate))
    },
    async closeBundle() {
      await stopWatching.get(this.environment.getTopLevelConfig())?.()
    },
  }
}

/**
 * Writes the manifest anew after changes; a project that is broken for the moment keeps the last one.
 * @returns A function that ends this, and waits for what is being written.
 */
function watchRoutes(
  server: ViteDevServer,
  root: string,
  options: EveryrouteOptions,
  generate: () => Promise<ResolvedConfig>,
): () => Promise<void> {
  const { logger } = server.config
  let waiting: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  let routesDir: string | undefined
  let running = Promise.resolve()
  const settings = new Set(configFileCandidates(root))

  const learnRoutes = async (): Promise<void> => {
    const config = await loadConfig({ root, mode: 'development', ...(options.routes !== undefined && { routes: options.routes }) })
    routesDir = config.routesDir
    server.watcher.add(routesDir)
  }
  const update = async (): Promise<void> => {
    try {
      ;({ routesDir } = await generate())
      server.watcher.add(routesDir)
    } catch (error) {
      logger.error(textOf(error), { timestamp: true })
    }
  }
  const concerns = (file: string): boolean =>
    settings.has(file) ||
    (routesDir !== undefined && file.startsWith(routesDir + sep)) ||
    /^(?:src\/)?(?:proxy|middleware|instrumentation)\.\w+$/.test(inRoot(file))
  const inRoot = (file: string): string => relative(root, file).split(sep).join('/')

  server.watcher.on('all', (_event, file) => {
    if (isStopped || waiting !== undefined || !concerns(resolve(file))) return
    waiting = setTimeout(() => {
      waiting = undefined
      running = running.then(update)
    }, SETTLE)
  })
  running = learnRoutes().catch((error: unknown) => logger.error(textOf(error)))
  return async () => {
    isStopped = true
    clearTimeout(waiting)
    await running
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof EveryrouteError)) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [error.message, error.frame, error.fix].filter(Boolean).join('\n')
}

const withFix = (error: unknown): unknown => (error instanceof EveryrouteError ? new Error(textOf(error), { cause: error }) : error)
