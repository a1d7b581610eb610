/**
 * The tags that Next.js derives from paths, and the limits that it sets to tags: `next/dist/server/lib/implicit-tags`,
 * `web/spec-extension/revalidate` and `lib/patch-fetch` of Next.js 16.4.6.
 */

const PATH_TAG = '_N_T_'
const MAX_TAG_LENGTH = 256
const MAX_TAGS = 128
const MAX_PATH_LENGTH = 1024

/**
 * A tag as it is stored and compared: characters outside of tab and printable ASCII are percent-encoded, so that
 * `é` and `%C3%A9` are one tag, as in Next.js.
 */
export function encodeTag(tag: string): string {
  return /[^\t\x20-\x7e]/.test(tag) ? tag.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[^\t\x20-\x7e]+/g, encodeURIComponent) : tag
}

export interface CheckedTags {
  /** In the order given. */
  readonly tags: readonly string[]
  /** What was left out and why, in words. */
  readonly dropped: readonly { readonly tag: unknown; readonly reason: string }[]
}

/** Keeps of the tags that a handler gave those that Next.js keeps: strings of at most 256 UTF-16 units, at most 128 of them. */
export function checkTags(given: readonly unknown[]): CheckedTags {
  const tags: string[] = []
  const dropped: { tag: unknown; reason: string }[] = []
  for (const tag of given) {
    if (typeof tag !== 'string') dropped.push({ tag, reason: 'a tag must be a string' })
    else if (tag.length > MAX_TAG_LENGTH) dropped.push({ tag, reason: `a tag has at most ${MAX_TAG_LENGTH} characters` })
    else if (tags.length === MAX_TAGS) dropped.push({ tag, reason: `at most ${MAX_TAGS} tags are kept` })
    else tags.push(tag)
  }
  return { tags, dropped }
}

const PLAIN = /^[\w\-.~/]*$/

/** The one spelling of all paths with the same params: each segment decoded and encoded anew. A malformed path stays as it is. */
function plainPath(path: string): string {
  if (PLAIN.test(path)) return path
  try {
    return path
      .split('/')
      .map((segment) => encodeURIComponent(decodeURIComponent(segment)))
      .join('/')
  } catch {
    return path
  }
}

/**
 * The tags by which `revalidatePath` reaches an answer: one for each folder of the route as a layout, one for the route
 * file, one for the path itself and, where that is another, for its plain spelling.
 * @param pathname the request's path without base path and query, as it was sent: `/users/7`
 * @param page the route file without its extension, with groups: `/(shop)/users/[id]/route`
 * @param strict leaves the plain spelling out, as Next.js does. Default `false`: there, a client that asks for `/users/%37` first makes an
 *   answer for `/users/7` that no `revalidatePath('/users/7')` reaches
 */
export function pathTags(pathname: string, page: string, strict = false): readonly string[] {
  const tags = new Set<string>([`${PATH_TAG}/layout`])
  for (let end = page.indexOf('/', 1); ; end = page.indexOf('/', end + 1)) {
    const folder = end === -1 ? page : page.slice(0, end)
    const isFile = folder.endsWith('/route') || folder.endsWith('/page')
    tags.add(encodeTag(PATH_TAG + (isFile ? folder : `${folder}/layout`)))
    if (end === -1) break
  }
  tags.add(encodeTag(PATH_TAG + pathname))
  if (!strict) tags.add(PATH_TAG + plainPath(pathname))
  if (pathname === '/') tags.add(`${PATH_TAG}/index`)
  if (pathname === '/index') tags.add(`${PATH_TAG}/`)
  return [...tags]
}

/**
 * The tags that `revalidatePath(path, type)` invalidates; none for a path of more than 1024 UTF-16 units, which Next.js ignores.
 * @param path a path or, with a type, a route's pattern: `/users/[id]`; one trailing slash is dropped
 * @param strict compares a path as it is spelled alone, and not in its plain spelling too. Default `false`
 */
export function revalidatePathTags(path: string, type?: 'layout' | 'page', strict = false): readonly string[] {
  if (path.length > MAX_PATH_LENGTH) return []
  const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  const base = PATH_TAG + encodeTag(bare)
  const tag = type === undefined ? base : `${base}${base.endsWith('/') ? '' : '/'}${type}`
  const plain = PATH_TAG + plainPath(bare)
  if (type === undefined && !strict && plain !== base) return [base, plain]
  if (tag === `${PATH_TAG}/`) return [tag, `${PATH_TAG}/index`]
  if (tag === `${PATH_TAG}/index`) return [tag, `${PATH_TAG}/`]
  return [tag]
}
