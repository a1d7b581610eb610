import { bounds, PathTrie } from './path-trie.js'

export type RouteParamValues = Record<string, string | string[]>

export interface RouteMatch<T> {
  readonly route: T
  /** Decoded values by name; empty for a static route and for an optional catch-all that matched nothing. */
  readonly params: RouteParamValues
  /** Whether the pathname has no dynamic segment. */
  readonly isStatic: boolean
  /** Whether a value, as it stands in the path, is that of a catch-all or has backslashes. */
  readonly hasSlashes: boolean
}

export interface Matcher<T> {
  /**
   * Finds the route of a raw pathname (as it stands in the request line, without query, trailing slash already gone).
   * @throws {URIError} where a segment that became a param has malformed percent-encoding
   */
  match(pathname: string): RouteMatch<T> | undefined
}

interface HasPathname {
  readonly pathname: string
}

/** Requests share it: what one of them writes would be another's. */
const NO_PARAMS: RouteParamValues = Object.freeze({})

const staticMatch = <T>(route: T): RouteMatch<T> => ({ route, params: NO_PARAMS, isStatic: true, hasSlashes: false })

/** As {@link PathTrie} takes them. */
const DYNAMIC_MARK = '/\0'
const REST_MARK = '/\x01'

/** A segment that merely begins with a bracket is a text. */
const DYNAMIC_SEGMENT = /\/\[[^/]*\](?=\/|$)/g
const CATCH_ALL = /\/\[\[?\.{3}[^/]*\]$/
const OPTIONAL_CATCH_ALL = /\/\[\[\.{3}[^/]*\]\]$/
const NAME = /\/\[(?:\[?\.{3})?([^/]*?)\]{1,2}(?=\/|$)/g

const isOptional = ({ pathname }: HasPathname): boolean => OPTIONAL_CATCH_ALL.test(pathname)

/** The routes by their pathnames without the names of params, and by what optional catch-alls match besides: nothing. */
function byKeyOf<R extends HasPathname>(routes: readonly R[]): Map<string, R> {
  const byKey = new Map<string, R>()
  for (const route of routes) {
    const key = route.pathname.replace(CATCH_ALL, REST_MARK).replace(DYNAMIC_SEGMENT, DYNAMIC_MARK)
    byKey.set(key, route)
    if (!isOptional(route)) continue
    const empty = key.slice(0, -REST_MARK.length) || '/'
    const known = byKey.get(empty)
    // Of several at one place the last stands, for what it matches empty too.
    if (!known || isOptional(known)) byKey.set(empty, route)
  }
  return byKey
}

/** What a key leads to: a static pathname's match, or what the matches of others are made of. */
interface Leaf<T> {
  readonly match: RouteMatch<T> | undefined
  readonly route: T
  /** Of the params that the path gives, in its order. */
  readonly names: readonly string[]
  /** Whether the last param is the path's whole rest. */
  readonly isRest: boolean
}

/** The interned copy of a text: V8 looks any other up among all interned ones each time it is a key. */
const toKey = (text: string): string => Object.keys({ [text]: 0 })[0]!

function createLeaf<T>(route: T, source: HasPathname, key: string): Leaf<T> {
  const isRest = key.endsWith(REST_MARK)
  const names = Array.from(source.pathname.matchAll(NAME), ([, name]) => toKey(name!))
  const match = names.length === 0 ? staticMatch(route) : undefined
  return { match, route, names: isRest || !isOptional(source) ? names : names.slice(0, -1), isRest }
}

const decode = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

/** The match of a path that has just been found. */
function matchOf<T>({ isRest, names, route }: Leaf<T>, path: string): RouteMatch<T> {
  const params: RouteParamValues = {}
  let hasSlashes = isRest
  for (let i = 0; i < names.length; i++) {
    const value = path.slice(bounds[i * 3], bounds[i * 3 + 1])
    const mayBeEncoded = bounds[i * 3 + 2] === 1
    if (mayBeEncoded && value.includes('\\')) hasSlashes = true
    if (isRest && i === names.length - 1) params[names[i]!] = value.split('/').map(decode)
    else params[names[i]!] = mayBeEncoded ? decode(value) : value
  }
  return { route, params, isStatic: false, hasSlashes }
}

/**
 * Makes the matcher of a route table.
 * @param open makes what a match gives as its route, once for each that is found; it must not look up paths itself. Default: that of
 * the table
 */
export function createMatcher<R extends HasPathname, T = R>(
  routes: readonly R[],
  open: (route: R) => T = (route) => route as unknown as T,
): Matcher<T> {
  const byKey = byKeyOf(routes)
  const keys = [...byKey.keys()].sort()
  const trie = keys.length > 0 ? new PathTrie(keys) : undefined
  const leaves = new Array<Leaf<T> | undefined>(keys.length).fill(undefined)
  const opened = new Map<R, T>()
  const leafOf = (index: number): Leaf<T> => {
    const known = leaves[index]
    if (known) return known
    const key = keys[index]!
    const source = byKey.get(key)!
    // An optional catch-all has two keys.
    const route = opened.get(source) ?? open(source)
    opened.set(source, route)
    const leaf = createLeaf(route, source, key)
    leaves[index] = leaf
    return leaf
  }
  return {
    match(pathname) {
      const found = trie ? trie.find(pathname) : 0
      if (found === 0) return undefined
      const leaf = leafOf(found - 1)
      return leaf.match ?? matchOf(leaf, pathname)
    },
  }
}

/** The same for tables in which no pathname has a dynamic segment, all of whose routes are opened at once. */
export function createStaticMatcher<R extends HasPathname, T>(routes: readonly R[], open: (route: R) => T): Matcher<T> {
  const matches = new Map(routes.map((route) => [route.pathname, staticMatch(open(route))]))
  return { match: (pathname) => matches.get(pathname) }
}
