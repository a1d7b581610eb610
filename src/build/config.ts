import { stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { EveryrouteError } from '../routing/errors.js'
import type { EveryrouteConfig } from './define-config.js'
import { describeError, thrownAt } from './describe-error.js'
import { nearestName } from './nearest-name.js'
import { resolvePlugin } from './vite.js'
import type { BuildWarning } from './warning.js'

export { defineConfig, type EveryrouteConfig } from './define-config.js'

/** The settings of a project with every default filled in. Paths are absolute. */
export interface ResolvedConfig {
  readonly root: string
  /** The first of flag, `routesDir`, `routes`, `app`, `src/routes`, `src/app`; `routes` where none is there. */
  readonly routesDir: string
  readonly outDir: string
  /** Where the manifest and `routes.d.ts` are written: `.everyroute` below the root. */
  readonly generatedDir: string
  readonly basePath: string
  readonly trailingSlash: boolean
  readonly authInterrupts: boolean
  readonly port?: number
  readonly hostname?: string
  readonly external: readonly string[]
  /** Absolute. */
  readonly cacheHandler?: string
  /** Seconds. */
  readonly staticPageGenerationTimeout?: number
  /** The `env` of `next.config`: values to be written in place of `process.env.NAME`. Default: none. */
  readonly env?: Readonly<Record<string, unknown>>
  /** The file the settings come from, absolute; `undefined` where all are defaults. */
  readonly configFile?: string
  /** What of `next.config` counts in Next.js and not here. Default: nothing. */
  readonly warnings?: readonly BuildWarning[]
}

export interface LoadConfigOptions {
  /** Default: the working directory. */
  readonly root?: string
  /** The routes folder, relative to the root; wins over the config's. */
  readonly routes?: string
  /** Chooses the phase that a function in `next.config` is called with. */
  readonly mode: 'development' | 'production'
}

const EXTENSIONS = ['ts', 'mts', 'js', 'mjs']
const CONFIG_FILES = [
  ...EXTENSIONS.map((extension) => `everyroute.config.${extension}`),
  ...EXTENSIONS.map((extension) => `.config/everyroute.${extension}`),
]
const NEXT_CONFIG_FILES = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts']
const ROUTES_DIRS = ['routes', 'app', 'src/routes', 'src/app']

const basePathSchema = z.string().regex(/^(?:\/[^/?#]+)*$/, "must be '' or start with '/' and not end with '/', such as '/api'")
const folderSchema = z.string().min(1, 'must name a folder')

const timeoutSchema = z.number().positive().max(2_147_483)

const configSchema = z.strictObject({
  routesDir: folderSchema.optional(),
  outDir: folderSchema.optional(),
  basePath: basePathSchema.optional(),
  trailingSlash: z.boolean().optional(),
  authInterrupts: z.boolean().optional(),
  port: z.int().min(0).max(65_535).optional(),
  hostname: z.string().min(1).optional(),
  external: z.array(z.string().min(1)).optional(),
  cacheHandler: z.string().min(1, 'must name a module').optional(),
  staticPageGenerationTimeout: timeoutSchema.optional(),
})

/** Settings of `next.config` that change the answers of route handlers, and that nothing here reads. */
const UNREAD_SETTINGS = [
  'headers',
  'i18n',
  'pageExtensions',
  'redirects',
  'rewrites',
  'skipMiddlewareUrlNormalize',
  'skipProxyUrlNormalize',
  'skipTrailingSlashRedirect',
]

function warnOfUnread(config: object, file: string): BuildWarning[] | undefined {
  const names = UNREAD_SETTINGS.filter((name) => Reflect.get(config, name) !== undefined)
  if (names.length === 0) return undefined
  const fix = 'Do in proxy.ts, or by Hono middleware, what the API needs of it.'
  return [{ file, message: `${names.join(', ')} of ${file} ${names.length === 1 ? 'is' : 'are'} not read`, fix }]
}

interface ReadConfig {
  readonly config: EveryrouteConfig
  readonly env?: Readonly<Record<string, unknown>> | undefined
  readonly file?: string
  readonly warnings?: readonly BuildWarning[]
}

const envSchema = z.record(
  z.string().regex(/^(?!NODE_|__|NEXT_RUNTIME$)/i, 'a name may not start with NODE_ or __, nor be NEXT_RUNTIME'),
  z.unknown(),
)

// Next.js checks the rest of its config; only what everyroute reads is looked at here.
const nextConfigSchema = z.object({
  basePath: basePathSchema.optional(),
  trailingSlash: z.boolean().optional(),
  staticPageGenerationTimeout: timeoutSchema.optional(),
  env: envSchema.optional(),
  experimental: z.object({ authInterrupts: z.boolean().optional() }).optional(),
})

/**
 * Reads the settings of a project: `everyroute.config.*` or `.config/everyroute.*`, and where there is neither, `basePath`,
 * `trailingSlash`, `env`, `staticPageGenerationTimeout` and `experimental.authInterrupts` of `next.config.*`.
 * @throws {EveryrouteError} `ERR_CONFIG_LOAD` where the file fails to load, `ERR_CONFIG_INVALID` where a setting is wrong.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ResolvedConfig> {
  const root = resolve(options.root ?? '.')
  const { config, env, file, warnings } = await readConfig(root, options.mode)
  return {
    root,
    routesDir: await findRoutesDir(root, options.routes ?? config.routesDir),
    outDir: resolve(root, config.outDir ?? '.output'),
    generatedDir: join(root, '.everyroute'),
    basePath: config.basePath ?? '',
    trailingSlash: config.trailingSlash ?? false,
    authInterrupts: config.authInterrupts ?? false,
    external: config.external ?? [],
    ...(config.cacheHandler !== undefined && { cacheHandler: resolve(root, config.cacheHandler) }),
    ...(config.staticPageGenerationTimeout !== undefined && { staticPageGenerationTimeout: config.staticPageGenerationTimeout }),
    ...(config.port !== undefined && { port: config.port }),
    ...(config.hostname !== undefined && { hostname: config.hostname }),
    ...(env !== undefined && { env }),
    ...(file !== undefined && { configFile: join(root, file) }),
    ...(warnings && { warnings }),
  }
}

/** The files that {@link loadConfig} looks for, in its order, absolute: a change of any of them may change the settings. */
export function configFileCandidates(root: string): string[] {
  return [...CONFIG_FILES, ...NEXT_CONFIG_FILES].map((file) => join(root, file))
}

/** Whether the routes folder is, or lies in, the `app` folder of a Next.js application, whose files Next.js serves as well. */
export async function isNextAppFolder({ root, routesDir }: Pick<ResolvedConfig, 'root' | 'routesDir'>): Promise<boolean> {
  const isApp = ['app', 'src/app'].some((name) => `${routesDir}${sep}`.startsWith(join(root, name, sep)))
  return isApp && (await firstExisting(root, NEXT_CONFIG_FILES, 'file')) !== undefined
}

async function readConfig(root: string, mode: LoadConfigOptions['mode']): Promise<ReadConfig> {
  const file = await firstExisting(root, CONFIG_FILES, 'file')
  if (file) return { config: validate(configSchema, await importDefault(root, file), file), file }
  const nextFile = await firstExisting(root, NEXT_CONFIG_FILES, 'file')
  if (!nextFile) return { config: {} }
  const given = await readNextConfig(root, nextFile, mode)
  const { basePath, trailingSlash, staticPageGenerationTimeout, env, experimental } = validate(nextConfigSchema, given, nextFile)
  const unread = warnOfUnread(given as object, nextFile)
  return {
    file: nextFile,
    env,
    ...(unread && { warnings: unread }),
    config: {
      ...(basePath !== undefined && { basePath }),
      ...(trailingSlash !== undefined && { trailingSlash }),
      ...(staticPageGenerationTimeout !== undefined && { staticPageGenerationTimeout }),
      ...(experimental?.authInterrupts !== undefined && { authInterrupts: experimental.authInterrupts }),
    },
  }
}

async function findRoutesDir(root: string, chosen: string | undefined): Promise<string> {
  return resolve(root, chosen ?? (await firstExisting(root, ROUTES_DIRS, 'folder')) ?? 'routes')
}

async function firstExisting(root: string, names: readonly string[], kind: 'file' | 'folder'): Promise<string | undefined> {
  for (const name of names) {
    const found = await stat(join(root, name)).catch(() => undefined)
    if (kind === 'file' ? found?.isFile() : found?.isDirectory()) return name
  }
  return undefined
}

async function importDefault(root: string, file: string): Promise<unknown> {
  try {
    const module = file.endsWith('ts') ? await importTypeScript(root, file) : await importJavaScript(join(root, file))
    if (!('default' in module)) throw new Error('It has no default export')
    return module.default
  } catch (error) {
    const fix = 'Correct the error, and export the settings as default: export default defineConfig({ … }).'
    throw configError(`${file} failed to load`, error, { root, file, fix })
  }
}

function configError(what: string, thrown: unknown, { root, file, fix }: { root: string; file: string; fix: string }): EveryrouteError {
  const error = describeError(thrown, root)
  const message = error instanceof Error ? error.message : String(error)
  const { file: fault, frame } = error as { file?: string; frame?: string }
  const place = frame === undefined ? thrownAt(error, root) : undefined
  return new EveryrouteError('ERR_CONFIG_LOAD', `${what}: ${message}${place === undefined ? '' : ` (${place})`}`, {
    files: [...new Set([fault ?? file, file])],
    fix,
    cause: thrown,
    ...(frame !== undefined && { frame }),
  })
}

async function importTypeScript(root: string, file: string): Promise<object> {
  const { runnerImport } = await import('vite')
  const hadSourceMaps = process.sourceMapsEnabled
  process.setSourceMapsEnabled(true)
  try {
    const { module } = await runnerImport<object>(join(root, file), {
      root,
      configFile: false,
      envDir: false,
      logLevel: 'silent',
      resolve: { tsconfigPaths: true },
      plugins: [resolvePlugin()],
    })
    return module
  } catch (error) {
    // A stack is written when it is first read: here, while source maps still lead to the lines of the file.
    if (error instanceof Error) error.stack = String(error.stack)
    throw error
  } finally {
    process.setSourceMapsEnabled(hadSourceMaps)
  }
}

// Native, since next.config.js may be CommonJS. The query lets an edited file be read again.
async function importJavaScript(path: string): Promise<object> {
  const { mtimeMs } = await stat(path)
  return import(`${pathToFileURL(path).href}?t=${mtimeMs}`)
}

async function readNextConfig(root: string, file: string, mode: LoadConfigOptions['mode']): Promise<unknown> {
  const exported = await importDefault(root, file)
  if (typeof exported !== 'function') return exported
  const phase = mode === 'development' ? 'phase-development-server' : 'phase-production-build'
  try {
    return await exported(phase, { defaultConfig: {} })
  } catch (error) {
    const fix = 'Correct the error, or write the settings into everyroute.config.ts, which is read in its place.'
    throw configError(`The function that ${file} exports failed`, error, { root, file, fix })
  }
}

function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, file: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const known = Object.keys(configSchema.shape)
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys
    const nearest = nearestName(key, known)
    throw new EveryrouteError('ERR_CONFIG_INVALID', `${file} has an unknown setting "${key}"`, {
      files: [file],
      fix: nearest ? `Write "${nearest}" in its place.` : `Remove it; the settings are ${known.join(', ')}.`,
    })
  }
  const path = issue?.path.join('.') || 'the default export'
  throw new EveryrouteError(
    'ERR_CONFIG_INVALID',
    `${file}: "${path}" is wrong: ${issue?.message ?? 'invalid'} (it is ${show(value, issue?.path)})`,
    {
      files: [file],
      fix: `Correct "${path}" in ${file}.`,
    },
  )
}

function show(value: unknown, path: readonly PropertyKey[] = []): string {
  const found = path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
  return typeof found === 'function' ? 'a function' : (JSON.stringify(found) ?? String(found))
}
