import type { FolderChain, FolderEntry } from '../routing/folder-files.js'
import { MANIFEST_VERSION, type RouteSegmentConfig } from '../routing/manifest.js'
import type { RouteEntry } from '../routing/route-tree.js'
import type { RouteSegment } from '../routing/segment.js'

/** A route with what is known of its file before it runs. */
export interface ManifestInputRoute extends RouteEntry {
  readonly methods: readonly string[] | undefined
  readonly config: RouteSegmentConfig
  readonly hasStaticParams: boolean
}

export interface ManifestInput {
  /** In match order. */
  readonly routes: readonly ManifestInputRoute[]
  /** In match order. Default: none. */
  readonly folders?: readonly FolderEntry[]
  readonly settings: { readonly basePath: string; readonly trailingSlash: boolean; readonly authInterrupts: boolean }
  /** `proxy.ts` or `middleware.ts`, relative to the project root. */
  readonly proxy?: string
  /** `instrumentation.ts`, relative to the project root. */
  readonly instrumentation?: string
  /** The import specifier, from the manifest's folder, of a file relative to the routes folder. */
  readonly routeSpecifier: (file: string) => string
  /** The import specifier, from the manifest's folder, of a file relative to the project root. */
  readonly rootSpecifier: (file: string) => string
}

/** The first line of each generated file. */
export const HEADER: string = '// Written by everyroute: edits are lost. Run `everyroute typegen` after adding or moving a route file.\n'

/** The text of a TypeScript module whose default export is the `RouteManifest`. Equal input gives equal text. */
export function generateManifest(input: ManifestInput): string {
  const { folders = [] } = input
  const names = folderFileNames([...folders, ...input.routes])
  const types = names.size > 0 ? 'ManifestFile, RouteManifest' : 'RouteManifest'
  return `${HEADER}import type { ${types} } from 'everyroute'

${folderFileTexts(names, input, ': ManifestFile')}const manifest: RouteManifest = {
  version: ${MANIFEST_VERSION},
${settingsText(input)}${rootFiles(input)}  routes: [
${input.routes.map((route) => routeText(route, names, input)).join('')}  ],
${folderTexts(folders, names)}}

export default manifest
`
}

/** The lines of a manifest's settings. */
export const settingsText = ({ settings }: ManifestInput): string => `  basePath: ${quote(settings.basePath)},
  trailingSlash: ${settings.trailingSlash},
  authInterrupts: ${settings.authInterrupts},
`

/** The name of each folder file's constant. The runtime loads each object once, so routes must share them. */
type FolderFileNames = ReadonlyMap<string, string>

export function folderFileNames(chains: readonly FolderChain[]): FolderFileNames {
  const names = new Map<string, string>()
  const number = (letter: string, files: readonly (string | undefined)[]): void => {
    const known = new Set(files.filter((file) => file !== undefined))
    for (const [index, file] of [...known].entries()) names.set(file, `${letter}${index}`)
  }
  number(
    'm',
    chains.flatMap(({ middleware }) => middleware),
  )
  number(
    'e',
    chains.map(({ error }) => error),
  )
  number(
    'n',
    chains.map(({ notFound }) => notFound),
  )
  return names
}

/**
 * The constants of folder files, a line for each.
 * @param type the annotation of each constant. Default: none
 */
export function folderFileTexts(names: FolderFileNames, input: ManifestInput, type = ''): string {
  if (names.size === 0) return ''
  const lines = [...names].map(([file, name]) => `const ${name}${type} = { file: ${quote(file)}, ${loadText(file, input)} }\n`)
  return `${lines.join('')}\n`
}

/** What a route or folder says of the files around it, by their constants. */
export function chainTexts({ middleware, error, notFound }: FolderChain, names: FolderFileNames): string[] {
  const lines: string[] = []
  if (middleware.length > 0) lines.push(`middleware: [${middleware.map((file) => names.get(file)).join(', ')}],`)
  if (error !== undefined) lines.push(`error: ${names.get(error)},`)
  if (notFound !== undefined) lines.push(`notFound: ${names.get(notFound)},`)
  return lines
}

/** The folders of a manifest; empty where there are none. */
export function folderTexts(folders: readonly FolderEntry[], names: FolderFileNames): string {
  const texts = folders.map((folder) => objectText([`pathname: ${quote(folder.pathname)},`, ...chainTexts(folder, names)]))
  return texts.length > 0 ? `  folders: [\n${texts.join('')}  ],\n` : ''
}

function objectText(lines: readonly string[]): string {
  return `    {\n${lines.map((line) => `      ${line}\n`).join('')}    },\n`
}

function loadText(file: string, input: ManifestInput): string {
  return `load: () => ${importText(input.routeSpecifier(file))}`
}

function rootFile(key: string, file: string | undefined, input: ManifestInput): string {
  if (file === undefined) return ''
  return `  ${key}: { file: ${quote(file)}, load: () => ${importText(input.rootSpecifier(file))} },\n`
}

/** The lines of the files at the project's root that there are. */
export function rootFiles(input: ManifestInput): string {
  return rootFile('proxy', input.proxy, input) + rootFile('instrumentation', input.instrumentation, input)
}

function routeText(route: ManifestInputRoute, names: FolderFileNames, input: ManifestInput): string {
  const lines = [`pathname: ${quote(route.pathname)},`, `file: ${quote(route.file)},`]
  if (route.methods) lines.push(`methods: [${route.methods.map(quote).join(', ')}],`)
  const config = Object.entries(route.config).map(([key, value]) => `${key}: ${literal(value)}`)
  if (config.length > 0) lines.push(`config: { ${config.join(', ')} },`)
  if (route.hasStaticParams) lines.push('hasStaticParams: true,')
  lines.push(...chainTexts(route, names), `${loadText(route.file, input)},`)
  return objectText(lines)
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return typeof value === 'string' ? quote(value) : String(value)
}

/** A single-quoted string literal; JSON's escapes cover control characters, quotes and backslashes. */
export function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** The import of a file. TypeScript allows no `.ts` in a specifier; every bundler finds the file without it, but `.mts` and `.mjs` only as `.mjs`. */
export function importText(specifier: string): string {
  return `import(${quote(specifier.replace(/\.(?:ts|tsx|js|jsx)$/, '').replace(/\.mts$/, '.mjs'))})`
}

export interface TypesInput {
  readonly routes: readonly RouteEntry[]
  /** The `next/*` modules to declare as `everyroute/next/*`; none where the project has `next` installed, whose types then count. */
  readonly nextModules: readonly string[]
}

/** Next.js's own, word for word, so that both may be in one program. */
const FETCH_TYPES = `
/** What \`fetch\` in a route handler takes beside the standard's options. */
interface NextFetchRequestConfig {
  revalidate?: number | false
  tags?: string[]
}

interface RequestInit {
  next?: NextFetchRequestConfig | undefined
}
`

const APP_TYPES = `
/** The app that \`everyroute build\` makes of the routes, for an entry module of one's own. */
declare module 'everyroute:app' {
  const app: import('hono').Hono
  export default app
}
`

/** Only where `next` is not installed: Next.js generates a global of this name for its own files, and the two would merge into one that takes two arguments. */
const CONTEXT_TYPE = `
/**
 * The second argument of a route handler.
 * @example export async function GET(request: NextRequest, { params }: RouteContext<'/users/[id]'>) {}
 */
interface RouteContext<Route extends keyof RouteParamsMap> {
  params: Promise<RouteParamsMap[Route]>
}
`

/**
 * The text of `routes.d.ts`, a global script: the params of every route and, where `next` is not installed,
 * `RouteContext<'/users/[id]'>` as Next.js generates it and types for `next/*` and `fetch`'s `next` option.
 * One flat map, so that checking it costs next to nothing per route.
 */
export function generateTypes({ routes, nextModules }: TypesInput): string {
  const params = routes.map(({ pathname, segments }) => `  ${JSON.stringify(pathname)}: ${paramsType(segments)}\n`)
  const context = `
/** The params of every route file, by its pathname. */
interface RouteParamsMap {
${params.join('')}}
${nextModules.length > 0 ? CONTEXT_TYPE : ''}`
  const globals = nextModules.length > 0 ? FETCH_TYPES : ''
  const modules = nextModules.map((name) => `\ndeclare module '${name}' {\n  export * from 'everyroute/${name}'\n}\n`)
  return HEADER + context + APP_TYPES + globals + modules.join('')
}

function paramsType(segments: readonly RouteSegment[]): string {
  const members = segments.flatMap((segment) => {
    const key = JSON.stringify(segment.name)
    if (segment.kind === 'dynamic') return [`${key}: string`]
    if (segment.kind === 'catch-all') return [`${key}: string[]`]
    return segment.kind === 'optional-catch-all' ? [`${key}?: string[]`] : []
  })
  return members.length > 0 ? `{ ${members.join('; ')} }` : '{}'
}
