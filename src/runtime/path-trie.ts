/** What stands in a key for a dynamic segment, and at its end for a catch-all. The same characters in a path match neither. */
const DYNAMIC = 0
const REST = 1

const SLASH = 47
const PERCENT = 37
const BACKSLASH = 92

/**
 * Of each value in the path that was looked up last, three numbers: where it begins, where it ends, and whether it may have percent
 * signs or backslashes, 1 or 0.
 */
export const bounds: number[] = []

function setBounds(depth: number, start: number, end: number, mayBeEncoded: number): void {
  bounds[depth * 3] = start
  bounds[depth * 3 + 1] = end
  bounds[depth * 3 + 2] = mayBeEncoded
}

/** How long a node's text is. */
const LENGTH = 0
/** Where the text ends in the keys that the node stands for. */
const END = 1
/** Behind the last of those keys. */
const TO = 2
/** The key that ends with the text, counted from 1; 0: none. */
const LEAF = 3
/** How many there are. */
const CHILDREN = 4
const TEXT = 5

/** Numbers; it grows. */
const INITIAL_SIZE = 256

/**
 * Finds the key that a path belongs to. The cost depends on the path's length and segments, and on how many characters keys may go on
 * with, not on the number of keys.
 *
 * A trie in one array of numbers. A node is a stretch of text that some of the keys have in common, which may begin and end within a
 * segment. It consists of the fields above, the text's characters, and for each child the next character in the keys, sorted, and the
 * child itself: where its node begins or, until a lookup first reaches it, its first key, counted downwards from -1; a catch-all's
 * key, counted from 1. Nothing but the root is made before it is needed, so that a table of a thousand costs no time at the start.
 */
export class PathTrie {
  readonly #keys: readonly string[]
  #nodes = new Int32Array(INITIAL_SIZE)
  #size = 0

  /** @param keys pathnames, at least one, without duplicates, sorted by UTF-16 code units as `sort()` does */
  constructor(keys: readonly string[]) {
    this.#keys = keys
    this.#append(0, keys.length, 1)
  }

  /**
   * Finds by text before a dynamic segment before a catch-all, Next.js's order, with full backtracking, and tells the values by
   * {@link bounds}.
   * @returns the key, counted from 1; 0 where there is none
   */
  find(path: string): number {
    return this.#walk(0, path, 1, 0)
  }

  /**
   * Goes down to the first key that the whole path leads to.
   * @param start where the node's text has to stand
   * @param depth how many values there are already
   */
  #walk(from: number, path: string, start: number, depth: number): number {
    let nodes = this.#nodes
    let node = from
    let at = start
    for (;;) {
      const length = nodes[node + LENGTH]!
      const text = node + TEXT
      if (at + length > path.length) return 0
      for (let i = 0; i < length; i++) if (nodes[text + i] !== path.charCodeAt(at + i)) return 0
      at += length
      if (at === path.length) return nodes[node + LEAF]!
      const code = path.charCodeAt(at)
      let child = text + length
      const end = child + nodes[node + CHILDREN]! * 2
      const dynamic = child < end && nodes[child] === DYNAMIC ? child : 0
      if (dynamic !== 0) child += 2
      const rest = child < end && nodes[child] === REST ? nodes[child + 1]! : 0
      if (rest !== 0) child += 2
      while (child < end && nodes[child] !== code) child += 2
      if (dynamic === 0 && rest === 0) {
        if (child === end) return 0
        node = this.#nodeOf(node, child)
        nodes = this.#nodes
        continue
      }
      const found = child === end ? 0 : this.#walk(this.#nodeOf(node, child), path, at, depth)
      if (found !== 0) return found
      if (code === SLASH) return 0
      if (dynamic !== 0) {
        let until = at
        let mayBeEncoded = 0
        for (let one = code; one !== SLASH; one = path.charCodeAt(until)) {
          if (one === PERCENT || one === BACKSLASH) mayBeEncoded = 1
          if (++until === path.length) break
        }
        setBounds(depth, at, until, mayBeEncoded)
        const below = this.#walk(this.#nodeOf(node, dynamic), path, until, depth + 1)
        if (below !== 0 || rest === 0) return below
      }
      setBounds(depth, at, path.length, 1)
      return rest
    }
  }

  /** A child's node, made where it is missing. */
  #nodeOf(parent: number, child: number): number {
    const known = this.#nodes[child + 1]!
    if (known > 0) return known
    const from = -known - 1
    const end = this.#nodes[parent + END]!
    const to = this.#groupEnd(from, this.#nodes[parent + TO]!, end)
    const node = this.#append(from, to, this.#nodes[child] === DYNAMIC ? end + 1 : end)
    this.#nodes[child + 1] = node
    return node
  }

  /**
   * Appends the node of some keys.
   * @param start up to where they are alike at least
   * @returns where it begins
   */
  #append(from: number, to: number, start: number): number {
    const node = this.#size
    const key = this.#keys[from]!
    const last = this.#keys[to - 1]!
    let end = start
    for (let field = LENGTH; field < TEXT; field++) this.#push(0)
    for (let code = key.charCodeAt(end); code > REST && code === last.charCodeAt(end); code = key.charCodeAt(++end)) this.#push(code)
    let first = key.length === end ? from + 1 : from
    let children = 0
    for (; first < to; children++) {
      const code = this.#keys[first]!.charCodeAt(end)
      this.#push(code)
      this.#push(code === REST ? first + 1 : -first - 1)
      first = this.#groupEnd(first, to, end)
    }
    this.#nodes[node + LENGTH] = end - start
    this.#nodes[node + END] = end
    this.#nodes[node + TO] = to
    this.#nodes[node + LEAF] = key.length === end ? from + 1 : 0
    this.#nodes[node + CHILDREN] = children
    return node
  }

  /** The first of some keys that has another character in a place than they begin with; they are alike before it. */
  #groupEnd(from: number, to: number, at: number): number {
    const code = this.#keys[from]!.charCodeAt(at)
    let low = from
    let high = to
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#keys[middle]!.charCodeAt(at) === code) low = middle
      else high = middle
    }
    return high
  }

  #push(value: number): void {
    if (this.#size === this.#nodes.length) {
      const larger = new Int32Array(this.#size * 2)
      larger.set(this.#nodes)
      this.#nodes = larger
    }
    this.#nodes[this.#size++] = value
  }
}
