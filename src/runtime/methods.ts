import { ROUTE_METHODS, type RouteModule } from '../routing/manifest.js'

export type RouteHandlerFunction = (request: Request, context: { params: unknown }) => unknown

/** QUERY (an IETF draft) is served when exported; Next.js knows only the seven. */
const SERVED = new Set<string>([...ROUTE_METHODS, 'QUERY'])
const NEXT_METHODS = /* @__PURE__ */ new Set<string>(ROUTE_METHODS)

export const isNextMethod = (method: string): boolean => NEXT_METHODS.has(method)

const exported = (module: RouteModule, method: string): boolean => module[method] !== undefined && module[method] !== null

/**
 * The handler of a method: HEAD falls back to GET. `undefined` where the file has none.
 */
export function handlerFor(module: RouteModule, method: string): RouteHandlerFunction | undefined {
  if (!SERVED.has(method)) return undefined
  const own = module[method] as RouteHandlerFunction | null | undefined
  if (own !== undefined && own !== null) return own
  return method === 'HEAD' && exported(module, 'GET') ? (module.GET as RouteHandlerFunction) : undefined
}

/**
 * The methods that a file answers, sorted: with HEAD where GET is, and OPTIONS always.
 * @param served the names to look for; the default adds QUERY to Next.js's seven
 */
export function allowedMethods(module: RouteModule, served: Iterable<string> = SERVED): string {
  const names = new Set(['OPTIONS'])
  for (const method of served) if (exported(module, method)) names.add(method)
  if (names.has('GET')) names.add('HEAD')
  return [...names].sort().join(', ')
}

export const nextAllowedMethods = (module: RouteModule): string => allowedMethods(module, NEXT_METHODS)

/** Methods other than GET and HEAD, any of which makes a file dynamic. */
export const hasNonStaticMethods = (module: RouteModule): boolean =>
  ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].some((method) => Boolean(module[method]))
