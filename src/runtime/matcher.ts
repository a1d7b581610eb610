export type RouteParamValues = Record<string, string | string[]>

export interface RouteMatch<T> {
  readonly route: T
  /** Decoded values by name; empty for a static route and for an optional catch-all that matched nothing. */
  readonly params: RouteParamValues
  /** Whether the pathname has no dynamic segment. */
  readonly isStatic: boolean
}

export interface Matcher<T> {
  /**
   * Finds the route of a raw pathname (as it stands in the request line, without query, trailing slash already gone).
   * @throws {URIError} where a segment that became a param has malformed percent-encoding
   */
  match(pathname: string): RouteMatch<T> | undefined
}

interface Leaf<T> {
  readonly route: T
  readonly names: readonly string[]
  readonly rest: boolean
  readonly staticMatch: RouteMatch<T> | undefined
}

interface Node<T> {
  leaf: Leaf<T> | undefined
  statics: Map<string, Node<T>> | undefined
  dynamic: Node<T> | undefined
  catchAll: Leaf<T> | undefined
  optionalCatchAll: Leaf<T> | undefined
}

/** Requests share it: what one of them writes would be another's. */
const NO_PARAMS: RouteParamValues = Object.freeze({})

function createNode<T>(): Node<T> {
  return { leaf: undefined, statics: undefined, dynamic: undefined, catchAll: undefined, optionalCatchAll: undefined }
}

function childOf<T>(node: Node<T>, text: string): Node<T> {
  node.statics ??= new Map()
  let child = node.statics.get(text)
  if (!child) node.statics.set(text, (child = createNode()))
  return child
}

function insert<T>(root: Node<T>, pathname: string, route: T): Leaf<T> {
  const names: string[] = []
  let node = root
  let place: 'leaf' | 'catchAll' | 'optionalCatchAll' = 'leaf'
  for (const text of pathname.split('/')) {
    if (text === '') continue
    if (text.startsWith('[[...')) {
      names.push(text.slice(5, -2))
      place = 'optionalCatchAll'
    } else if (text.startsWith('[...')) {
      names.push(text.slice(4, -1))
      place = 'catchAll'
    } else if (text.startsWith('[') && text.endsWith(']')) {
      names.push(text.slice(1, -1))
      node = node.dynamic ??= createNode()
    } else node = childOf(node, text)
  }
  const staticMatch: RouteMatch<T> | undefined = names.length === 0 ? { route, params: NO_PARAMS, isStatic: true } : undefined
  const leaf: Leaf<T> = { route, names, rest: place !== 'leaf', staticMatch }
  node[place] = leaf
  return leaf
}

/**
 * Walks the trie depth first, static child before dynamic before catch-all, and gives the first leaf that the whole
 * path reaches: Next.js's order, with full backtracking. `values` holds the raw segments on the way to it.
 */
function walk<T>(node: Node<T>, path: string, start: number, values: string[]): Leaf<T> | undefined {
  if (start > path.length) return node.leaf ?? node.optionalCatchAll
  const slash = path.indexOf('/', start)
  const end = slash === -1 ? path.length : slash
  const child = node.statics?.get(path.slice(start, end))
  const found = child && walk(child, path, end + 1, values)
  if (found) return found
  if (end === start) return undefined
  if (node.dynamic) {
    values.push(path.slice(start, end))
    const below = walk(node.dynamic, path, end + 1, values)
    if (below) return below
    values.pop()
  }
  const rest = node.catchAll ?? node.optionalCatchAll
  if (rest) values.push(path.slice(start))
  return rest
}

const decode = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

function paramsOf<T>(leaf: Leaf<T>, values: readonly string[]): RouteParamValues {
  const params: RouteParamValues = {}
  const last = leaf.names.length - 1
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    params[leaf.names[i]!] = leaf.rest && i === last ? value.split('/').map(decode) : decode(value)
  }
  return params
}

/**
 * Builds the segment trie of a route table. Static pathnames are found through a Map; the cost of a lookup depends on the
 * depth of the path, not on the number of routes.
 */
export function createMatcher<T extends { readonly pathname: string }>(routes: readonly T[]): Matcher<T> {
  const root = createNode<T>()
  const statics = new Map<string, RouteMatch<T>>()
  for (const route of routes) {
    const { staticMatch } = insert(root, route.pathname, route)
    if (staticMatch) statics.set(route.pathname, staticMatch)
  }
  return {
    match(pathname) {
      const exact = statics.get(pathname)
      if (exact) return exact
      const values: string[] = []
      const leaf = walk(root, pathname, pathname === '/' ? 2 : 1, values)
      if (!leaf) return undefined
      return leaf.staticMatch ?? { route: leaf.route, params: paramsOf(leaf, values), isStatic: false }
    },
  }
}
