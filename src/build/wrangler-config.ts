import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type ParseError, parse as parseJsonc, printParseErrorCode } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { EveryrouteError } from '../routing/errors.js'
import { OUTPUT_MARKER } from './output-marker.js'
import type { HostConfig } from './targets.js'

/** As of which date workerd's behaviour is taken where the project doesn't say. One that the oldest supported wrangler knows. */
const COMPATIBILITY_DATE = '2026-11-01'

/** The order in which wrangler looks for them. */
const CONFIG_FILES = ['wrangler.json', 'wrangler.jsonc', 'wrangler.toml']

const OUTPUT_FILE = 'wrangler.json'

type Json = { [name: string]: unknown }

/** What tells wrangler how to bundle: the output is bundled already. */
const BUNDLING = ['$schema', 'alias', 'base_dir', 'build', 'define', 'find_additional_modules', 'minify', 'no_bundle', 'rules', 'tsconfig']

/** Where a wrangler configuration names files or folders, relative to itself. */
const PATHS: readonly (readonly string[])[] = [
  ['assets', 'directory'],
  ['d1_databases', '*', 'migrations_dir'],
  ['site', 'bucket'],
  ['text_blobs', '*'],
  ['data_blobs', '*'],
  ['wasm_modules', '*'],
  ['containers', '*', 'image'],
]

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** Rewrites the strings at a path of keys; `*` stands for every key or item. A name that isn't a path, such as an image's, stays. */
function rewrite(value: unknown, path: readonly string[], change: (text: string) => string): void {
  const [key, ...rest] = path
  if (key === undefined || !isObject(value)) return
  for (const name of key === '*' ? Object.keys(value) : [key]) {
    const found = value[name]
    if (rest.length === 0 && typeof found === 'string') value[name] = change(found)
    else rewrite(found, rest, change)
  }
}

function parseConfig(text: string, file: string): Json {
  const invalid = (why: string, cause?: unknown): EveryrouteError =>
    new EveryrouteError('ERR_CONFIG_INVALID', `${file} can't be read: ${why}`, { files: [file], fix: `Correct ${file}.`, cause })
  if (file.endsWith('.toml')) {
    try {
      return parseToml(text) as Json
    } catch (error) {
      throw invalid(error instanceof Error ? error.message : String(error), error)
    }
  }
  const errors: ParseError[] = []
  const parsed: unknown = parseJsonc(text, errors, { allowTrailingComma: true })
  const [first] = errors
  if (first) throw invalid(`${printParseErrorCode(first.error)} in line ${text.slice(0, first.offset).split('\n').length}`)
  if (!isObject(parsed)) throw invalid('it is not an object')
  return parsed
}

async function findConfig(root: string): Promise<{ file: string; config: Json } | undefined> {
  for (const file of CONFIG_FILES) {
    const text = await readFile(join(root, file), 'utf8').catch(() => undefined)
    if (text !== undefined) return { file, config: parseConfig(text, file) }
  }
  return undefined
}

/** The flags of the project and those that the output needs beside them. */
function completeFlags(flags: readonly string[], imports: readonly string[]): string[] {
  const add: string[] = []
  const needsNode = imports.some((name) => name.startsWith('node:') && name !== 'node:async_hooks')
  const hasNode = flags.some((flag) => flag.startsWith('nodejs_compat'))
  if (needsNode && !hasNode) add.push('nodejs_compat')
  else if (!hasNode && !flags.includes('nodejs_als')) add.push('nodejs_als')
  // Without it, request.signal never tells that the client has gone.
  if (!flags.includes('disable_request_signal') && !flags.includes('enable_request_signal')) add.push('enable_request_signal')
  return [...flags, ...add]
}

const workerName = (root: string): string =>
  basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'worker'

const environmentsOf = (config: Json): Json[] => (isObject(config.env) ? Object.values(config.env).filter(isObject) : [])

function variableNames(config: Json): string[] {
  return [config, ...environmentsOf(config)].flatMap(({ vars, secrets }) => {
    const required = isObject(secrets) && Array.isArray(secrets.required) ? secrets.required.map(String) : []
    return [...(isObject(vars) ? Object.keys(vars) : []), ...required]
  })
}

/** Says what the output's configuration is, from what the project's says. */
function outputConfig(project: Json, root: string, outDir: string, entry: string, imports: readonly string[]): Json {
  const config: Json = { name: workerName(root), compatibility_date: COMPATIBILITY_DATE, ...structuredClone(project) }
  const fromOutput = (path: string): string => {
    const isPath = path.startsWith('.') || !path.includes(':')
    return isPath && !isAbsolute(path) ? relative(outDir, resolve(root, path)).split(sep).join('/') : path
  }
  for (const section of [config, ...environmentsOf(config)]) {
    for (const key of BUNDLING) delete section[key]
    for (const path of PATHS) rewrite(section, path, fromOutput)
    if ('main' in section) section.main = entry
    if (Array.isArray(section.compatibility_flags)) section.compatibility_flags = completeFlags(section.compatibility_flags, imports)
  }
  config.main = entry
  config.no_bundle = true
  config.compatibility_flags ??= completeFlags([], imports)
  return config
}

/** Whether it is what a build has written, or will write. */
async function isOutput(path: string, entry: string): Promise<boolean> {
  if (basename(path) !== entry) return false
  const names = await readdir(dirname(path)).catch((): string[] => [])
  return !names.includes(entry) || names.includes(OUTPUT_MARKER)
}

/**
 * Reads the project's wrangler configuration, whose bindings the output takes over.
 * @param entry the output's file that answers
 * @throws {EveryrouteError} `ERR_CONFIG_INVALID` where it can't be read or its `main` is missing
 */
export async function readWranglerConfig(root: string, outDir: string, entry: string): Promise<HostConfig> {
  const found = await findConfig(root)
  const { main } = found?.config ?? {}
  const path = typeof main === 'string' ? resolve(root, main) : undefined
  const isOwn = path !== undefined && !(await isOutput(path, entry))
  if (isOwn && !(await stat(path).catch(() => undefined))?.isFile()) {
    throw new EveryrouteError('ERR_CONFIG_INVALID', `${found!.file} has "main": ${JSON.stringify(main)}, which is no file`, {
      files: [found!.file],
      fix: `Name the module that exports the Worker, or ${join(relative(root, outDir), entry)} for the one that the build writes.`,
    })
  }
  return {
    main: isOwn ? path : undefined,
    minify: found?.config.minify === true,
    variables: variableNames(found?.config ?? {}),
    async write(dir, imports) {
      const config = outputConfig(found?.config ?? {}, root, outDir, entry, imports)
      await writeFile(join(dir, OUTPUT_FILE), `${JSON.stringify(config, null, 2)}\n`)
      return [OUTPUT_FILE]
    },
  }
}
