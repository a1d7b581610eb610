import { RequestCookies } from '@edge-runtime/cookies'
import { parse, tokensToRegexp } from 'path-to-regexp'

type Condition = { readonly type: string; readonly key?: string; readonly value?: string }

interface MatcherObject {
  readonly source: string
  readonly has?: readonly Condition[]
  readonly missing?: readonly Condition[]
}

/** Whether a proxy is to run for a request, given its pathname as sent, base path included. */
export type ProxyMatch = (pathname: string, request: Request) => boolean

const invalid = (file: string, value: unknown, mend: string): TypeError =>
  new TypeError(`${file}: config.matcher holds ${JSON.stringify(value)}; ${mend}`)

function compileSource(matcher: MatcherObject, basePath: string, file: string): RegExp {
  const { source } = matcher
  if (typeof source !== 'string' || !source.startsWith('/')) throw invalid(file, source, 'a source is a path that starts with a slash')
  try {
    // As in Next.js: case-sensitive, and with the suffix of its data requests.
    const pattern = source === '/' ? basePath || '/' : `${basePath}${source}{(\\.json)}?`
    return new RegExp(tokensToRegexp(parse(pattern)).source)
  } catch (cause) {
    throw Object.assign(invalid(file, source, 'it is not a path-to-regexp pattern'), { cause })
  }
}

function conditionValue(condition: Condition, request: Request): string | undefined {
  const key = condition.key ?? ''
  switch (condition.type) {
    case 'header':
      return request.headers.get(key) ?? undefined
    case 'cookie':
      return new RequestCookies(request.headers).get(key)?.value
    case 'query':
      return new URL(request.url).searchParams.getAll(key).at(-1)
    case 'host':
      return request.headers.get('host')?.replace(/:\d*$/, '').toLowerCase()
    default:
      return undefined
  }
}

function holds(condition: Condition, request: Request): boolean {
  const value = conditionValue(condition, request)
  if (!value) return false
  return condition.value === undefined || condition.value === '' || new RegExp(`^${condition.value}$`).test(value)
}

const decoded = (pathname: string): string => {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

/**
 * Compiles `config.matcher` of a proxy; without one, the proxy runs for every path.
 * @throws {TypeError} naming the file and the pattern that is not one
 * @see https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher
 */
export function compileMatcher(matcher: unknown, basePath: string, file: string): ProxyMatch {
  if (matcher === undefined) return () => true
  const all = (Array.isArray(matcher) ? matcher : [matcher]).map((one: unknown) => {
    const object = (typeof one === 'string' ? { source: one } : one) as MatcherObject | null
    if (typeof object !== 'object' || object === null) throw invalid(file, one, 'give a path or an object with a source')
    return { pattern: compileSource(object, basePath, file), has: object.has ?? [], missing: object.missing ?? [] }
  })
  return (pathname, request) => {
    const readable = decoded(pathname)
    return all.some(
      ({ pattern, has, missing }) =>
        (pattern.test(pathname) || pattern.test(readable)) &&
        has.every((condition) => holds(condition, request)) &&
        !missing.some((condition) => holds(condition, request)),
    )
  }
}
