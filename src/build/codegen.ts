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
  readonly settings: { readonly basePath: string; readonly trailingSlash: boolean; readonly authInterrupts: boolean }
  /** `proxy.ts` or `middleware.ts`, relative to the project root. */
  readonly proxy?: string
  /** `instrumentation.ts`, relative to the project root. */
  readonly instrumentation?: string
  /** The import specifier, from the manifest's folder, of a route file. */
  readonly routeSpecifier: (file: string) => string
  /** The import specifier, from the manifest's folder, of a file relative to the project root. */
  readonly rootSpecifier: (file: string) => string
}

const HEADER = '// Written by everyroute: edits are lost. Run `everyroute typegen` after adding or moving a route file.\n'

/** The text of a TypeScript module whose default export is the `RouteManifest`. Equal input gives equal text. */
export function generateManifest(input: ManifestInput): string {
  const { settings, proxy, instrumentation } = input
  return `${HEADER}import type { RouteManifest } from 'everyroute'

const manifest: RouteManifest = {
  version: ${MANIFEST_VERSION},
  basePath: ${quote(settings.basePath)},
  trailingSlash: ${settings.trailingSlash},
  authInterrupts: ${settings.authInterrupts},
${rootFile('proxy', proxy, input)}${rootFile('instrumentation', instrumentation, input)}  routes: [
${input.routes.map((route) => routeText(route, input)).join('')}  ],
}

export default manifest
`
}

function rootFile(key: string, file: string | undefined, input: ManifestInput): string {
  if (file === undefined) return ''
  return `  ${key}: { file: ${quote(file)}, load: () => import(${quote(importPath(input.rootSpecifier(file)))}) },\n`
}

function routeText(route: ManifestInputRoute, input: ManifestInput): string {
  const lines = [`pathname: ${quote(route.pathname)},`, `file: ${quote(route.file)},`]
  if (route.methods) lines.push(`methods: [${route.methods.map(quote).join(', ')}],`)
  const config = Object.entries(route.config).map(([key, value]) => `${key}: ${literal(value)}`)
  if (config.length > 0) lines.push(`config: { ${config.join(', ')} },`)
  if (route.hasStaticParams) lines.push('hasStaticParams: true,')
  lines.push(`load: () => import(${quote(importPath(input.routeSpecifier(route.file)))}),`)
  return `    {\n${lines.map((line) => `      ${line}\n`).join('')}    },\n`
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  return typeof value === 'string' ? quote(value) : String(value)
}

/** A single-quoted string literal; JSON's escapes cover control characters, quotes and backslashes. */
function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** TypeScript allows no `.ts` in a specifier; every bundler finds the file without it, but `.mts` and `.mjs` only as `.mjs`. */
function importPath(specifier: string): string {
  return specifier.replace(/\.(?:ts|tsx|js|jsx)$/, '').replace(/\.mts$/, '.mjs')
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

/**
 * The text of `routes.d.ts`, a global script: `RouteContext<'/users/[id]'>` as Next.js generates it, and types for
 * `next/*` and `fetch`'s `next` option where `next` is not installed. One flat map, so that checking it costs next to nothing per route.
 */
export function generateTypes({ routes, nextModules }: TypesInput): string {
  const params = routes.map(({ pathname, segments }) => `  ${JSON.stringify(pathname)}: ${paramsType(segments)}\n`)
  const context = `
/** The params of every route file, by its pathname. */
interface RouteParamsMap {
${params.join('')}}

/**
 * The second argument of a route handler.
 * @example export async function GET(request: NextRequest, { params }: RouteContext<'/users/[id]'>) {}
 */
interface RouteContext<Route extends keyof RouteParamsMap> {
  params: Promise<RouteParamsMap[Route]>
}
`
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
