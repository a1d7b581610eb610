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

/** Requests share it: what one of them writes would be another's. */
const NO_PARAMS: RouteParamValues = Object.freeze({})

/** Where a path of the trie ends: a static pathname's match itself. */
class Leaf<T> implements RouteMatch<T> {
  readonly route: T
  readonly params: RouteParamValues = NO_PARAMS
  readonly isStatic: boolean
  /** Of the params that the path gives, in its order. */
  readonly names: readonly string[]
  /** Whether the last param is the path's whole rest. */
  readonly isRest: boolean

  constructor(route: T, names: readonly string[], isStatic: boolean, isRest = false) {
    this.route = route
    this.isStatic = isStatic
    this.names = names
    this.isRest = isRest
  }
}

/** A stretch of text that the pathnames below it have in common, which may begin and end within a segment. */
class Node<T> {
  text: string
  /** By {@link slotOf} the first character of their texts, less {@link low}. */
  children: (Node<T> | undefined)[] | undefined = undefined
  low = 0
  /** Another child of the same parent in the same place. */
  sibling: Node<T> | undefined = undefined
  /** Of the path that ends with the text. */
  leaf: Leaf<T> | undefined = undefined
  /** What follows a dynamic segment behind the text, which then ends with a slash, or is the root's. */
  dynamic: Node<T> | undefined = undefined
  /** Of the catch-all behind the text, optional or not. */
  rest: Leaf<T> | undefined = undefined

  constructor(text: string) {
    this.text = text
  }
}

const SLASH = 47

/** How many characters a text has in common with another, from a place there on. */
function commonLength(text: string, other: string, start: number, end: number): number {
  const limit = Math.min(text.length, end - start)
  let length = 0
  while (length < limit && text.charCodeAt(length) === other.charCodeAt(start + length)) length++
  return length
}

/** Characters that URLs have in their paths are all told apart; no table becomes large by others. */
const slotOf = (code: number): number => code & 127

/** The child whose text begins with the character. */
function childOf<T>({ children, low }: Node<T>, code: number): Node<T> | undefined {
  const index = slotOf(code) - low
  if (children === undefined || index < 0 || index >= children.length) return undefined
  let child = children[index]
  while (child !== undefined && child.text.charCodeAt(0) !== code) child = child.sibling
  return child
}

function addChild<T>(node: Node<T>, child: Node<T>): void {
  const slot = slotOf(child.text.charCodeAt(0))
  node.children ??= []
  const { children } = node
  if (children.length === 0) node.low = slot
  for (; slot < node.low; node.low--) children.unshift(undefined)
  while (slot >= node.low + children.length) children.push(undefined)
  child.sibling = children[slot - node.low]
  children[slot - node.low] = child
}

/** Parts a node: its own text becomes shorter, and what it led to is led to by a new child. */
function split<T>(node: Node<T>, length: number): void {
  const lower = new Node<T>(node.text.slice(length))
  lower.low = node.low
  lower.children = node.children
  lower.leaf = node.leaf
  lower.dynamic = node.dynamic
  lower.rest = node.rest
  node.text = node.text.slice(0, length)
  node.children = node.leaf = node.dynamic = node.rest = undefined
  addChild(node, lower)
}

/** The node that a stretch of a pathname leads to from another, made where it is missing. */
function nodeAt<T>(from: Node<T>, pathname: string, start: number, end: number): Node<T> {
  let node = from
  let at = start
  while (at < end) {
    const child = childOf(node, pathname.charCodeAt(at))
    if (!child) {
      const added = new Node<T>(pathname.slice(at, end))
      addChild(node, added)
      return added
    }
    const length = commonLength(child.text, pathname, at, end)
    if (length < child.text.length) split(child, length)
    at += length
    node = child
  }
  return node
}

const NO_NAMES: readonly string[] = []

/** Puts a pathname into the trie. */
function insert<T>(root: Node<T>, pathname: string, route: T): void {
  let names = NO_NAMES
  let node = root
  /** Up to where the node stands for the pathname. */
  let start = 1
  let end = 0
  for (let slash = pathname.indexOf('/['); slash !== -1; slash = pathname.indexOf('/[', end)) {
    const next = pathname.indexOf('/', slash + 1)
    end = next === -1 ? pathname.length : next
    // A segment that merely begins with a bracket is a text.
    if (pathname.charAt(end - 1) !== ']') continue
    const isOptional = pathname.startsWith('[[...', slash + 1)
    const isRest = isOptional || pathname.startsWith('[...', slash + 1)
    // First: it may part the node that follows.
    const empty = isOptional ? nodeAt(node, pathname, start, Math.max(slash, start)) : undefined
    const inner = [...names, pathname.slice(slash + (isOptional ? 6 : isRest ? 5 : 2), isOptional ? end - 2 : end - 1)]
    const before = nodeAt(node, pathname, start, slash + 1)
    if (isRest) {
      // Of several at one place the last stands, for what it matches empty too.
      if (empty && (!empty.leaf || empty.leaf.route === before.rest?.route)) empty.leaf = new Leaf(route, names, false)
      before.rest = new Leaf(route, inner, false, true)
      return
    }
    names = inner
    node = before.dynamic ??= new Node('')
    start = end
  }
  nodeAt(node, pathname, start, pathname.length).leaf = new Leaf(route, names, names.length === 0)
}

/** Where the values of dynamic segments begin and end in the path that is being matched, by turns. */
const bounds: number[] = []

/**
 * Goes down the trie, by text before a dynamic segment before a catch-all, and gives the first leaf that the whole path reaches:
 * Next.js's order, with full backtracking. {@link bounds} then tells the values on the way to it.
 * @param start where the node's text has to stand, its first character as it does
 * @param depth how many values there are already
 */
function walk<T>(from: Node<T>, path: string, start: number, depth: number): Leaf<T> | undefined {
  let node = from
  let at = start
  for (;;) {
    const { text } = node
    for (let i = 1; i < text.length; i++) if (text.charCodeAt(i) !== path.charCodeAt(at + i)) return undefined
    at += text.length
    if (at === path.length) return node.leaf
    const code = path.charCodeAt(at)
    const { dynamic, rest } = node
    const child = childOf(node, code)
    if (dynamic === undefined && rest === undefined) {
      if (child === undefined) return undefined
      node = child
      continue
    }
    const found = child && walk(child, path, at, depth)
    if (found) return found
    if (code === SLASH) return undefined
    if (dynamic !== undefined) {
      const slash = path.indexOf('/', at)
      const end = slash === -1 ? path.length : slash
      bounds[depth * 2] = at
      bounds[depth * 2 + 1] = end
      const below = walk(dynamic, path, end, depth + 1)
      if (below || !rest) return below
    }
    bounds[depth * 2] = at
    bounds[depth * 2 + 1] = path.length
    return rest
  }
}

const decode = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

function paramsOf<T>({ isRest, names }: Leaf<T>, path: string): RouteParamValues {
  const params: RouteParamValues = {}
  for (let i = 0; i < names.length; i++) {
    const value = path.slice(bounds[i * 2], bounds[i * 2 + 1])
    params[names[i]!] = isRest && i === names.length - 1 ? value.split('/').map(decode) : decode(value)
  }
  return params
}

/**
 * Builds the trie of a route table. The cost of a lookup depends on the length of the path and the number of its segments, not on
 * the number of routes.
 */
export function createMatcher<T extends { readonly pathname: string }>(routes: readonly T[]): Matcher<T> {
  const root = new Node<T>('')
  for (const route of routes) insert(root, route.pathname, route)
  return {
    match(pathname) {
      const leaf = walk(root, pathname, 1, 0)
      if (!leaf || leaf.isStatic) return leaf
      return { route: leaf.route, params: paramsOf(leaf, pathname), isStatic: false }
    },
  }
}

/** The same for tables in which no pathname has a dynamic segment. */
export function createStaticMatcher<T extends { readonly pathname: string }>(routes: readonly T[]): Matcher<T> {
  const matches = new Map(routes.map((route) => [route.pathname, { route, params: NO_PARAMS, isStatic: true }]))
  return { match: (pathname) => matches.get(pathname) }
}
