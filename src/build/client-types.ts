import type { RouteEntry } from '../routing/route-tree.js'
import type { RouteSegment } from '../routing/segment.js'
import { HEADER, importText, quote } from './codegen.js'

export interface ClientTypesInput {
  /** In match order. */
  readonly routes: readonly (RouteEntry & { readonly methods: readonly string[] | undefined })[]
  /** `''` or `/base`. */
  readonly basePath: string
  /** The import specifier, from the generated file's folder, of a file relative to the routes folder. */
  readonly routeSpecifier: (file: string) => string
}

/** A path that Hono's client can send, in Hono's notation. */
interface ClientPath {
  readonly path: string
  /** The names of its params. */
  readonly names: readonly string[]
  readonly route: ClientTypesInput['routes'][number]
}

const CLIENT_METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']

/**
 * The text of `client.d.ts`: `AppType`, the routes as Hono's client sees them. It only imports types, and no type that it
 * names looks into a route file before that route's method is used. Equal input gives equal text.
 */
export function generateClientTypes({ routes, basePath, routeSpecifier }: ClientTypesInput): string {
  const all = routes.flatMap((route) => clientPaths(route, basePath))
  const paths = all.filter(isSendable)
  const leftOut = all.filter((path) => !isSendable(path)).map(({ path }) => `// Left out, as hc cannot send it: ${path}\n`)
  const lines = paths.map(({ path, names, route }) => {
    const types = [moduleType(route, routeSpecifier), ...(names.length > 0 ? [names.map(quote).join(' | ')] : [])]
    return `  ${quote(path)}: ClientRoute<${types.join(', ')}>\n`
  })
  const untyped = lines.some((line) => line.includes('<UntypedModule<')) ? ', UntypedModule' : ''
  const segments = [...segmentsOf(paths)].map(([path, next]) => `  ${quote(path)}: ${[...next].map(quote).join(' | ')}\n`)
  return `${HEADER}/// <reference path="./routes.d.ts" />
import type { ClientApp${lines.length > 0 ? ', ClientRoute' : ''}${untyped} } from 'everyroute/client'

${leftOut.join('')}/** Every route file by its path. */
export interface AppRoutes {
${lines.join('')}}

/** Which segments may follow each path; '' is the path "/" itself. */
export interface AppSegments {
${segments.join('')}}

/**
 * The routes for a typed client.
 * @example const client = hc<AppType>('https://example.com')
 */
export type AppType = ClientApp<AppRoutes, AppSegments>
`
}

/** An optional catch-all is two paths, for Hono's client has no way to leave a param out. */
function clientPaths(route: ClientPath['route'], basePath: string): ClientPath[] {
  const last = route.segments.at(-1)
  const own = pathOf(route, route.segments, basePath)
  return last?.kind === 'optional-catch-all' ? [pathOf(route, route.segments.slice(0, -1), basePath), own] : [own]
}

function pathOf(route: ClientPath['route'], segments: readonly RouteSegment[], basePath: string): ClientPath {
  const texts = segments.flatMap(({ kind, name }) => {
    if (kind === 'static') return [name]
    if (kind === 'dynamic') return [`:${name}`]
    return kind === 'catch-all' || kind === 'optional-catch-all' ? [`:${name}{.+}`] : []
  })
  const names = segments.filter(({ kind }) => isParam(kind)).map(({ name }) => name)
  return { path: [basePath, ...texts].join('/') || '/', names, route }
}

const isParam = (kind: RouteSegment['kind']): boolean => kind === 'dynamic' || kind === 'catch-all' || kind === 'optional-catch-all'

/**
 * Whether Hono's client sends a request to the path: it takes "index" at the end for the folder above, "then" for a promise's,
 * a param's name for part of a regular expression, and encodes nothing.
 */
function isSendable({ path, names }: ClientPath): boolean {
  const segments = path.split('/').slice(1)
  if (segments[0] === 'index' || segments.at(-1) === 'index' || segments.includes('then')) return false
  return !names.some((name) => /[$()*+?\\^|]/.test(name)) && !/[?#]/.test(path)
}

/** JavaScript has no types to import; what parsing tells of it is given in their place. */
function moduleType({ file, methods = CLIENT_METHODS }: ClientPath['route'], routeSpecifier: (file: string) => string): string {
  if (!/\.m?jsx?$/.test(file)) return `typeof ${importText(routeSpecifier(file))}`
  const known = methods.filter((method) => CLIENT_METHODS.includes(method))
  return `UntypedModule<${known.map(quote).join(' | ') || 'never'}>`
}

/** Of each path's beginning the segments that follow it, so that no type has to split paths. */
function segmentsOf(paths: readonly ClientPath[]): Map<string, Set<string>> {
  const segments = new Map<string, Set<string>>()
  for (const { path } of paths) {
    let above = ''
    for (const segment of path.split('/').slice(1)) {
      segments.set(above, (segments.get(above) ?? new Set()).add(segment))
      above += `/${segment}`
    }
  }
  return segments
}
