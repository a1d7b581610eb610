import { RequestCookies, ResponseCookies } from '@edge-runtime/cookies'

const READ_ONLY =
  'Cookies can only be modified in a Server Action or Route Handler. Read more: https://nextjs.org/docs/app/api-reference/functions/cookies#options'

type SetArguments = Parameters<ResponseCookies['set']>
type DeleteArguments = Parameters<ResponseCookies['delete']>

/** What `cookies()` gives in a route handler: the request's cookies, with changes that go out with the answer. */
export interface MutableCookies {
  readonly view: ResponseCookies
  /** Names set or deleted by the handler, whose values go out. */
  readonly modified: ReadonlySet<string>
}

const refuse = (): never => {
  throw new Error(READ_ONLY)
}

/** What `cookies()` gives once the answer is on its way: the cookies as the client sent them. */
export class ReadonlyCookies extends RequestCookies {
  override set(): never {
    return refuse()
  }
  override delete(): never {
    return refuse()
  }
  override clear(): never {
    return refuse()
  }
}

const nameOf = (argument: string | { name: string }): string => (typeof argument === 'string' ? argument : argument.name)

/**
 * Builds the cookies of one request.
 * @param isWritable asked before each change; where it says no, the change throws
 */
export function createMutableCookies(headers: Headers, isWritable: () => boolean): MutableCookies {
  const view = new ResponseCookies(new Headers())
  for (const cookie of new RequestCookies(headers).getAll()) view.set(cookie)
  const modified = new Set<string>()
  const set = view.set.bind(view)
  const remove = view.delete.bind(view)
  const guard = (name: string): void => {
    if (!isWritable()) refuse()
    modified.add(name)
  }
  view.set = (...args: SetArguments) => {
    guard(nameOf(args[0]))
    set(...args)
    return view
  }
  view.delete = (...args: DeleteArguments) => {
    guard(nameOf(args[0] as string | { name: string }))
    remove(...args)
    return view
  }
  return { view, modified }
}

/**
 * Adds the changed cookies to an answer's headers. The answer's own cookies are written again in normal form and win
 * where names are equal.
 * @returns whether anything changed
 */
export function appendModifiedCookies(headers: Headers, cookies: MutableCookies | undefined): boolean {
  if (!cookies || cookies.modified.size === 0) return false
  const merged = new ResponseCookies(headers)
  const own = merged.getAll()
  for (const cookie of cookies.view.getAll()) if (cookies.modified.has(cookie.name)) merged.set(cookie)
  for (const cookie of own) merged.set(cookie)
  return true
}
