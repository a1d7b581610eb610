import type { Result, Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { getPath } from 'hono/utils/url'
import { HAS_ENTRY } from './features.js'

declare const __EVERYROUTE_ENTRY__: boolean | undefined

/** Both of Hono's result shapes, as far as merging needs them: matches, and where their params are indexes, the values. */
type Matches<T> = [[T, unknown][], string[]?]

/** Finds the file route of a raw pathname: what Hono is to run, or `undefined`. */
export type FindFileRoute<T> = (path: string) => T | undefined

/** The path as Hono gives it to its routers: decoded but for what parts segments and for `%` itself, so that params are decoded once. */
export const decodePath = (path: string): string => (path.includes('%') ? getPath({ url: `http://_${path}` } as Request) : path)

const withoutSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)

/** For middleware and handlers that the application adds by itself. */
function createOwnRouter<T>(): Router<T> | undefined {
  if (typeof __EVERYROUTE_ENTRY__ !== 'undefined' && !__EVERYROUTE_ENTRY__) return undefined
  return new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })
}

/**
 * File routes as a Hono router. They stand where the application registers them: middleware added with `use`, before or
 * after, runs in front of them; handlers added afterwards come behind. Without handlers of the application's own a match
 * is a single handler, which Hono runs without composing.
 */
export class FileRouter<T> implements Router<T> {
  readonly name = 'FileRouter'
  readonly #find: FindFileRoute<T>
  readonly #isPlaceholder: (entry: T) => boolean
  readonly #behindMiddleware: (entry: T) => T
  readonly #spell: (path: string) => string
  readonly #own: Router<T> | undefined = createOwnRouter()
  readonly #behind: Set<T> = new Set()
  #hasOwn = false
  #placed = false
  /** Set while the application calls `use`. */
  isAddingMiddleware = false

  /**
   * @param isPlaceholder tells the entry by which the application registers the file routes
   * @param behindMiddleware makes of a file's entry the one that runs where middleware is in front of it
   * @param trailingSlash whether every path gets a slash: the application's middleware and handlers then match with or without
   */
  constructor(find: FindFileRoute<T>, isPlaceholder: (entry: T) => boolean, behindMiddleware: (entry: T) => T, trailingSlash: boolean) {
    this.#find = find
    this.#isPlaceholder = isPlaceholder
    this.#behindMiddleware = behindMiddleware
    this.#spell = trailingSlash ? withoutSlash : (path) => path
  }

  /** Whether the application has added nothing of its own. */
  get isBare(): boolean {
    return !this.#hasOwn
  }

  add(method: string, path: string, entry: T): void {
    if (this.#isPlaceholder(entry)) {
      this.#placed = true
      return
    }
    if (this.#placed && !this.isAddingMiddleware) this.#behind.add(entry)
    this.#hasOwn = true
    this.#own?.add(method, this.#spell(path), entry)
  }

  match(method: string, path: string): Result<T> {
    const found = this.#find(path)
    const router = this.#own
    if (!HAS_ENTRY || !router || !this.#hasOwn) return [found === undefined ? [] : [[found, {}]]] as unknown as Result<T>
    const result = router.match(method, this.#spell(decodePath(path)))
    if (found === undefined) return result
    const [own, stash] = result as unknown as Matches<T>
    const inFront = own.filter(([entry]) => !this.#behind.has(entry))
    const file = inFront.length > 0 ? this.#behindMiddleware(found) : found
    const merged = [...inFront, [file, {}], ...own.filter(([entry]) => this.#behind.has(entry))]
    return (stash ? [merged, stash] : [merged]) as unknown as Result<T>
  }
}
