import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import nextEnv from '@next/env'
import { loadConfig, type ResolvedConfig } from '../build/config.js'
import { registerNativeHooks } from '../build/native-hooks.js'
import type { BuildWarning } from '../build/scan.js'
import { EveryrouteError } from '../routing/errors.js'
import { stringOf, type Values } from './args.js'
import type { Output } from './output.js'

export type Mode = 'development' | 'production'

/**
 * Goes to the project folder and readies `process.env` as Next.js does: `NODE_ENV` where it is unset, then the `.env` files in
 * their order. Comes before anything of the project is imported, its config included.
 * @throws EveryrouteError `ERR_UNREADABLE` where `--root` is no folder
 */
export async function enterProject(values: Values, mode: Mode): Promise<string> {
  const root = resolve(stringOf(values, 'root') ?? '.')
  const found = await stat(root).catch(() => undefined)
  if (found?.isDirectory() !== true) {
    throw new EveryrouteError('ERR_UNREADABLE', `The project folder ${root} is not a folder.`, {
      fix: 'Name an existing folder with --root.',
    })
  }
  process.chdir(root)
  // Types of @types/node 24 and Next.js's own make NODE_ENV read-only.
  const env: Record<string, string | undefined> = process.env
  env.NODE_ENV ||= mode
  // What files such as instrumentation.ts tell Node.js from the edge by.
  env.NEXT_RUNTIME ||= 'nodejs'
  nextEnv.loadEnvConfig(root, mode === 'development', { info() {}, error: console.error })
  return process.cwd()
}

/** The names that the project's `.env` files set, once they have been loaded. */
export function envFileNames(root: string): string[] {
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(root, false, { info() {}, error() {} })
  return [...new Set(loadedEnvFiles.flatMap(({ env }) => Object.keys(env)))].sort()
}

export async function loadProjectConfig(root: string, values: Values, mode: Mode): Promise<ResolvedConfig> {
  registerNativeHooks()
  const routes = stringOf(values, 'routes')
  return loadConfig({ root, mode, ...(routes === undefined ? {} : { routes }) })
}

export function reportWarnings(warnings: readonly BuildWarning[], output: Output): void {
  const { yellow, dim } = output.colors
  for (const { file, message, fix } of warnings) {
    output.error(`${yellow('warning')} ${file}: ${message}`)
    output.error(dim(`  fix  ${fix}`))
  }
}
