import type { FolderChain, FolderEntry } from '../routing/folder-files.js'
import type { RouteEntry } from '../routing/route-tree.js'
import { belowFolder } from '../runtime/folder-pattern.js'
import { createMatcher } from '../runtime/matcher.js'
import { canonicalPathname } from '../runtime/slashes.js'

export interface ExplainedRoute extends RouteEntry {
  /** `undefined` where they are known only once the file is loaded. */
  readonly methods: readonly string[] | undefined
}

export interface ExplainOptions {
  readonly basePath: string
  readonly trailingSlash: boolean
  /** `GET`, `POST`, …: compared as given, since Next.js's methods are case sensitive. */
  readonly method: string
  /** A path, with or without a query: `/users/1?page=2`. */
  readonly target: string
}

/** With what of the folders' files has a part in the answer; an error and a not-found file only where it comes to that. */
export interface Explanation extends FolderChain {
  /** The status that the router itself answers, or `undefined` where the handler decides. */
  readonly status: 204 | 308 | 400 | 404 | 405 | undefined
  /** One sentence, or two. */
  readonly outcome: string
  readonly pathname?: string
  readonly file?: string
  readonly params?: Readonly<Record<string, string | readonly string[]>>
  /** Every other route in match order, with the reason why it doesn't answer. */
  readonly others: readonly { readonly pathname: string; readonly file: string; readonly reason: string; readonly matches: boolean }[]
}

const DOT_SEGMENT = /[\\/](?:\.|%2e){1,2}(?=[\\/]|$)/i

/** The path as it reaches the router: hosts resolve dot segments before anything else. */
function arrivingPath(target: string): string {
  const path = target.split(/[?#]/, 1)[0]!
  return DOT_SEGMENT.test(path) ? new URL(`http://localhost${path}`).pathname : path
}

/**
 * Says what a request is answered with, and by which file, without running anything.
 * @param folders what holds for paths that no route answers
 */
export function explain(routes: readonly ExplainedRoute[], folders: readonly FolderEntry[], options: ExplainOptions): Explanation {
  const { basePath, trailingSlash } = options
  const path = arrivingPath(options.target)
  const canonical = canonicalPathname(path, { basePath, trailingSlash })
  if (canonical !== undefined)
    return { status: 308, outcome: `308 to ${canonical}: the canonical form of the path.`, middleware: [], others: [] }
  if (basePath !== '' && path !== basePath && !path.startsWith(`${basePath}/`)) {
    return { status: 404, outcome: `404: the path is not below the base path ${basePath}.`, middleware: [], others: [] }
  }
  const inner = path.slice(basePath.length).replace(/(?<=.)\/$/, '') || '/'
  let found: ReturnType<ReturnType<typeof createMatcher<ExplainedRoute>>['match']>
  let unmatched: FolderChain = { middleware: [] }
  try {
    found = createMatcher(routes).match(inner)
    unmatched = found ? unmatched : folderChain(folders, inner)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return { status: 400, outcome: '400: a param has malformed percent-encoding.', middleware: [], others: [] }
  }
  const others = routes.filter((route) => route !== found?.route).map((route) => explainOther(route, inner, found?.route))
  if (found === undefined) return { status: 404, outcome: '404: no route file answers this path.', ...unmatched, others }
  const { route, params } = found
  return { ...methodOutcome(route, options.method), pathname: route.pathname, file: route.file, params, ...chainOf(route), others }
}

function chainOf({ middleware, error, notFound }: FolderChain): FolderChain {
  return { middleware, ...(error !== undefined && { error }), ...(notFound !== undefined && { notFound }) }
}

/** @throws {URIError} where a segment that became a param has malformed percent-encoding */
function folderChain(folders: readonly FolderEntry[], path: string): FolderChain {
  const matcher = createMatcher(folders.map((folder) => ({ pathname: belowFolder(folder.pathname), chain: chainOf(folder) })))
  return matcher.match(path)?.route.chain ?? { middleware: [] }
}

function methodOutcome({ methods }: ExplainedRoute, method: string): Pick<Explanation, 'status' | 'outcome'> {
  if (methods === undefined)
    return { status: undefined, outcome: `The file answers, if it exports ${method}; an export * hides its methods.` }
  if (methods.includes(method)) return { status: undefined, outcome: `The ${method} handler of the file answers.` }
  if (method === 'HEAD' && methods.includes('GET'))
    return { status: undefined, outcome: 'The GET handler of the file answers, without the body.' }
  const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort().join(', ')
  if (method === 'OPTIONS') return { status: 204, outcome: `204 with Allow: ${allow}: OPTIONS is answered automatically.` }
  return { status: 405, outcome: `405 with Allow: ${allow}: the file is chosen before the method, and it does not export ${method}.` }
}

function explainOther(route: ExplainedRoute, path: string, chosen: ExplainedRoute | undefined): Explanation['others'][number] {
  const difference = firstDifference(route, path)
  const reason = difference ?? `also matches, but is less specific than ${chosen?.pathname}`
  return { pathname: route.pathname, file: route.file, reason, matches: difference === undefined }
}

/** Why a route doesn't match a path, or `undefined` where it does. Segments count from 1. */
function firstDifference({ segments }: ExplainedRoute, path: string): string | undefined {
  const parts = path === '/' ? [] : path.slice(1).split('/')
  for (const [i, segment] of segments.entries()) {
    const part = parts[i]
    if (segment.kind === 'optional-catch-all') return undefined
    if (part === undefined || part === '') return `segment ${i + 1} (${segment.text}) is missing from the path`
    if (segment.kind === 'catch-all') return undefined
    if (segment.kind === 'static' && segment.name !== part) return `segment ${i + 1} is ${part}, not ${segment.name}`
  }
  return parts.length > segments.length ? `the path goes on after segment ${segments.length}` : undefined
}
