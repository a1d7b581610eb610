import type { InlineConfig, Plugin } from 'vite'
import { resolveOwnModule } from './next-alias.js'

const EMPTY = '\0everyroute:empty'

/** What {@link resolvePlugin} asks of its host. */
export interface ResolvePluginOptions {
  /** Turns a file of this package into a module id. Default: the file itself, so that it is bundled. */
  readonly ownModuleId?: (file: string) => string
}

/**
 * Resolves what a route file may import besides its own project: `next/*` and `everyroute/*` are this package's files, also where
 * `next` is installed; `server-only` and `client-only` are markers for a bundler of components and mean nothing to a handler.
 */
export function resolvePlugin(options: ResolvePluginOptions = {}): Plugin {
  const { ownModuleId = (file) => file } = options
  return {
    name: 'everyroute:resolve',
    enforce: 'pre',
    resolveId(source) {
      if (source === 'server-only' || source === 'client-only') return EMPTY
      const own = resolveOwnModule(source)
      return own === undefined ? undefined : ownModuleId(own)
    },
    load(id) {
      return id === EMPTY ? 'export {}' : undefined
    },
  }
}

/** Finds in a package what Node.js itself would find, so that `build` bundles the file that `dev` runs. */
export const NODE_RESOLVE: { readonly conditions: string[]; readonly mainFields: string[] } = { conditions: ['node'], mainFields: ['main'] }

/** Has values of `next.config` written in place of `process.env.NAME`, as Next.js does; names that no such text has, and what JSON has no value for, are left out. */
export function envDefinitions(env: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const given = Object.entries(env).filter(([name, value]) => /^[a-z_$][\w$]*$/i.test(name) && value !== undefined && value !== null)
  return Object.fromEntries(given.map(([name, value]) => [`process.env.${name}`, JSON.stringify(value)]))
}

/** The part of the Vite config that `dev` and `build` share. Project-level Vite and PostCSS configs are not read. */
export function sharedViteConfig(root: string): InlineConfig {
  return {
    root,
    configFile: false,
    envDir: false,
    publicDir: false,
    appType: 'custom',
    clearScreen: false,
    css: { postcss: {} },
    resolve: { tsconfigPaths: true },
    // Next.js writes `"jsx": "preserve"` into tsconfig.json, which is for its own compiler.
    oxc: { jsx: { runtime: 'automatic' } },
  }
}
