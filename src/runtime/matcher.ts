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

/** Requests share it: what one of them writes would be another's. */
const NO_PARAMS: RouteParamValues = Object.freeze({})

/** Where a path of the trie ends: a static pathname's match itself. */
interface Leaf<T> extends RouteMatch<T> {
  /** Of the params that the path gives, in its order. */
  readonly names: readonly string[]
  /** Whether the last param is the path's whole rest. */
  readonly isRest: boolean
  /** Whether it stands for what an optional catch-all matches besides: nothing. */
  readonly isEmptyRest: boolean
}

/** What stands in a {@link keysOf key} for a dynamic segment and for a catch-all: no path has them. */
const DYNAMIC = 0
const REST = 1

/** A dynamic segment, or a catch-all, behind which nothing counts. One that merely begins with a bracket is a text. */
const PARAM = /(?<=\/)\[(?:(\[)?\.{3}([^/]*?)\]?\](?:\/.*)?|([^/]*)\])(?=\/|$)/g

/** The table's pathnames without the names of params, each with what it leads to. */
function keysOf<T extends { readonly pathname: string }>(routes: readonly T[]): Map<string, Leaf<T>> {
  const leaves = new Map<string, Leaf<T>>()
  for (const route of routes) {
    const names: string[] = []
    let isRest = false
    let isOptional = false
    const key = route.pathname.replace(PARAM, (_segment, bracket?: string, rest?: string, name?: string) => {
      isRest = rest !== undefined
      isOptional = bracket !== undefined
      names.push((rest ?? name)!)
      return String.fromCharCode(isRest ? REST : DYNAMIC)
    })
    const leaf = { route, params: NO_PARAMS, isStatic: names.length === 0, names, isRest, isEmptyRest: false, hasSlashes: false }
    if (isOptional) {
      const empty = key.slice(0, -2) || '/'
      // Of several at one place the last stands, for what it matches empty too.
      if (leaves.get(empty)?.isEmptyRest !== false)
        leaves.set(empty, { ...leaf, names: names.slice(0, -1), isRest: false, isEmptyRest: true })
    }
    leaves.set(key, leaf)
  }
  return leaves
}

/**
 * A trie in one array of numbers, in which nodes stand one after the other. A node is a stretch of text that the pathnames below it
 * have in common, which may begin and end within a segment. It consists of these fields, the text's characters and the nodes of its
 * children by {@link slotOf} their first character, less LOW. Nodes are told by where they begin, leaves by their number from 1 on;
 * 0 is none.
 */
type Trie = Int32Array

const LENGTH = 0
/** The leaf of the path that ends with the text. */
const LEAF = 1
/** The node of what follows a dynamic segment behind the text, which then ends with a slash, or is the root's. */
const BEHIND_DYNAMIC = 2
/** The leaf of the catch-all behind the text, optional or not. */
const REST_LEAF = 3
const LOW = 4
const SLOTS = 5
/** Another child of the same parent in the same slot. */
const SIBLING = 6
const TEXT = 7

/** Characters that URLs have in their paths are all told apart; no table becomes large by others. */
const MAX_SLOT = 127

const slotOf = (code: number): number => code & MAX_SLOT

/**
 * Appends the node of sorted keys that are alike up to a place.
 * @returns where it begins
 */
function append(trie: number[], keys: readonly string[], from: number, to: number, start: number): number {
  const node = trie.length
  const key = keys[from]!
  const last = keys[to - 1]!
  trie.push(0, 0, 0, 0, 0, 0, 0)
  let end = start
  for (let code = key.charCodeAt(end); code > REST && code === last.charCodeAt(end); code = key.charCodeAt(++end)) trie.push(code)
  trie[node + LENGTH] = end - start
  let next = from
  if (key.length === end) trie[node + LEAF] = ++next
  /** Where keys begin that go on with the same character. */
  const groups: number[] = []
  let low = MAX_SLOT
  let high = -1
  for (let i = next, previous = -1; i < to; i++) {
    const code = keys[i]!.charCodeAt(end)
    if (code === previous) continue
    previous = code
    groups.push(i)
    if (code <= REST) continue
    low = Math.min(low, slotOf(code))
    high = Math.max(high, slotOf(code))
  }
  const table = trie.length
  for (let slot = low; slot <= high; slot++) trie.push(0)
  trie[node + LOW] = low
  trie[node + SLOTS] = trie.length - table
  for (let i = 0; i < groups.length; i++) {
    const first = groups[i]!
    const after = groups[i + 1] ?? to
    const code = keys[first]!.charCodeAt(end)
    if (code === REST) trie[node + REST_LEAF] = after
    else if (code === DYNAMIC) trie[node + BEHIND_DYNAMIC] = append(trie, keys, first, after, end + 1)
    else {
      const slot = table + slotOf(code) - low
      const child = append(trie, keys, first, after, end)
      trie[child + SIBLING] = trie[slot]!
      trie[slot] = child
    }
  }
  return node
}

const SLASH = 47
const PERCENT = 37
const BACKSLASH = 92

/** Of each value in the path that is being matched: where it begins, where it ends, and whether it has to be looked at, 1 or 0. */
const bounds: number[] = []

function setBounds(depth: number, start: number, end: number, isOdd: number): void {
  bounds[depth * 3] = start
  bounds[depth * 3 + 1] = end
  bounds[depth * 3 + 2] = isOdd
}

/**
 * Goes down the trie, by text before a dynamic segment before a catch-all, and gives the first leaf that the whole path reaches:
 * Next.js's order, with full backtracking. {@link bounds} then tells the values on the way to it.
 * @param start where the node's text has to stand
 * @param depth how many values there are already
 */
function walk(trie: Trie, from: number, path: string, start: number, depth: number): number {
  let node = from
  let at = start
  for (;;) {
    const length = trie[node + LENGTH]!
    const text = node + TEXT
    if (at + length > path.length) return 0
    for (let i = 0; i < length; i++) if (trie[text + i] !== path.charCodeAt(at + i)) return 0
    at += length
    if (at === path.length) return trie[node + LEAF]!
    const code = path.charCodeAt(at)
    const slot = slotOf(code) - trie[node + LOW]!
    let child = slot >= 0 && slot < trie[node + SLOTS]! ? trie[text + length + slot]! : 0
    while (child !== 0 && trie[child + TEXT] !== code) child = trie[child + SIBLING]!
    const dynamic = trie[node + BEHIND_DYNAMIC]!
    const rest = trie[node + REST_LEAF]!
    if (dynamic === 0 && rest === 0) {
      if (child === 0) return 0
      node = child
      continue
    }
    const found = child === 0 ? 0 : walk(trie, child, path, at, depth)
    if (found !== 0) return found
    if (code === SLASH) return 0
    if (dynamic !== 0) {
      let end = at
      let isOdd = 0
      for (let one = code; one !== SLASH; one = path.charCodeAt(end)) {
        if (one === PERCENT || one === BACKSLASH) isOdd = 1
        if (++end === path.length) break
      }
      setBounds(depth, at, end, isOdd)
      const below = walk(trie, dynamic, path, end, depth + 1)
      if (below !== 0 || rest === 0) return below
    }
    setBounds(depth, at, path.length, 1)
    return rest
  }
}

const decode = (text: string): string => (text.includes('%') ? decodeURIComponent(text) : text)

/** The match of a path that has led to a leaf. */
function matchOf<T>({ isRest, names, route }: Leaf<T>, path: string): RouteMatch<T> {
  const params: RouteParamValues = {}
  let hasSlashes = isRest
  for (let i = 0; i < names.length; i++) {
    const value = path.slice(bounds[i * 3], bounds[i * 3 + 1])
    const isOdd = bounds[i * 3 + 2] === 1
    if (isOdd && value.includes('\\')) hasSlashes = true
    if (isRest && i === names.length - 1) params[names[i]!] = value.split('/').map(decode)
    else params[names[i]!] = isOdd ? decode(value) : value
  }
  return { route, params, isStatic: false, hasSlashes }
}

/**
 * Builds the trie of a route table. The cost of a lookup depends on the length of the path and the number of its segments, not on
 * the number of routes.
 */
export function createMatcher<T extends { readonly pathname: string }>(routes: readonly T[]): Matcher<T> {
  const leavesByKey = keysOf(routes)
  const keys = [...leavesByKey.keys()].sort()
  const leaves = keys.map((key) => leavesByKey.get(key)!)
  const numbers: number[] = []
  if (keys.length > 0) append(numbers, keys, 0, keys.length, 1)
  const trie = new Int32Array(numbers)
  return {
    match(pathname) {
      const found = trie.length === 0 ? 0 : walk(trie, 0, pathname, 1, 0)
      if (found === 0) return undefined
      const leaf = leaves[found - 1]!
      return leaf.isStatic ? leaf : matchOf(leaf, pathname)
    },
  }
}

/** The same for tables in which no pathname has a dynamic segment. */
export function createStaticMatcher<T extends { readonly pathname: string }>(routes: readonly T[]): Matcher<T> {
  const matches = new Map(routes.map((route) => [route.pathname, { route, params: NO_PARAMS, isStatic: true, hasSlashes: false }]))
  return { match: (pathname) => matches.get(pathname) }
}
