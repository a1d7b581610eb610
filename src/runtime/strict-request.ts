/** Names that Next.js takes away from a request before a handler sees it. */
export const INTERNAL_HEADERS: readonly string[] = [
  'x-matched-path',
  'x-middleware-override-headers',
  'x-middleware-next',
  'x-middleware-rewrite',
  'x-middleware-redirect',
  'x-middleware-set-cookie',
  'x-middleware-skip',
  'x-now-route-matches',
  'x-nextjs-data',
  'x-next-resume-state-length',
  'next-resume',
]

/** Query names by which Next.js hands params on: `nxtP…` and `nxtI…`. */
const isInternalQuery = (name: string): boolean => /^nxt[PI]./.test(name)

/** The query as Next.js gives it to a handler: values of one name together, whole numbers first, everything encoded anew. */
function regroupQuery(search: string): string {
  const groups: Record<string, string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(search)) {
    if (isInternalQuery(name) || name === '__proto__') continue
    groups[name] ??= []
    groups[name].push(value)
  }
  const query = new URLSearchParams()
  for (const [name, values] of Object.entries(groups)) for (const value of values) query.append(name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** The URL of a request as Next.js's server gives it: the server's own origin, the query regrouped, no empty `?`. */
export function strictUrl(url: URL, origin: string | undefined): string {
  return `${origin ?? url.origin}${url.pathname}${regroupQuery(url.search)}`
}

/** Requests whose internal headers are a proxy's, and no client's. */
const handedOn = new WeakSet<Request>()

export const markHandedOn = (request: Request): void => void handedOn.add(request)
export const isHandedOn = (request: Request): boolean => handedOn.has(request)

export function removeInternalHeaders(headers: Headers): void {
  for (const name of INTERNAL_HEADERS) if (headers.has(name)) headers.delete(name)
}
