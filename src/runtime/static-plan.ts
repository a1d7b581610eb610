import type { RouteModule, RouteSegmentConfig } from '../routing/manifest.js'
import type { RouteEntry } from './context.js'
import type { RouteParamValues } from './matcher.js'
import { hasNonStaticMethods } from './methods.js'
import type { StaticMode } from './static-attempt.js'

type GenerateStaticParams = (context: { params: RouteParamValues }) => unknown

/** How a file's GET answers are made and kept. */
export interface StaticPlan {
  readonly mode: StaticMode
  /** Seconds; `false`: until invalidated. */
  readonly revalidate: number | false
  readonly generateParams: GenerateStaticParams | undefined
  /** Whether params that aren't generated are served. */
  readonly dynamicParams: boolean
}

/**
 * Reads from a module whether its GET answers are kept, by Next.js's rules: it asks for it, exports no other method than
 * GET and HEAD, and where its path has params, says which or forces it.
 */
export function readStaticPlan(module: RouteModule, isStaticRoute: boolean): StaticPlan | undefined {
  const { dynamic, revalidate, dynamicParams } = module as RouteSegmentConfig
  if (typeof module.GET !== 'function' || hasNonStaticMethods(module)) return undefined
  if (dynamic === 'force-dynamic' || revalidate === 0) return undefined
  const generateParams =
    typeof module.generateStaticParams === 'function' ? (module.generateStaticParams as GenerateStaticParams) : undefined
  const isForced = dynamic === 'force-static' || dynamic === 'error'
  const isAsked = isForced || revalidate === false || (typeof revalidate === 'number' && revalidate > 0) || generateParams !== undefined
  if (!isAsked || (!isStaticRoute && !isForced && !generateParams)) return undefined
  return {
    mode: dynamic === 'force-static' || dynamic === 'error' ? dynamic : 'auto',
    revalidate: typeof revalidate === 'number' ? revalidate : false,
    generateParams: isStaticRoute ? undefined : generateParams,
    dynamicParams: isStaticRoute || dynamicParams !== false,
  }
}

const isParams = (value: unknown): value is RouteParamValues => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `id` of `[id]`, `x` of `[...x]` and `[[...x]]`; `undefined` for a static segment. */
const paramName = (segment: string): string | undefined => /^\[+(?:\.\.\.)?(.+?)\]+$/.exec(segment)?.[1]

/** An empty catch-all is none. */
const isGiven = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0)

/**
 * The params that a file's `generateStaticParams` lists, without what is no param of its path.
 * @throws {Error} where it gives something else than a list, or a param of the wrong kind
 */
export async function generateStaticParams(plan: StaticPlan, { file, pathname }: RouteEntry): Promise<readonly RouteParamValues[]> {
  if (!plan.generateParams) return []
  const listed = await plan.generateParams({ params: {} })
  if (!Array.isArray(listed) || !listed.every(isParams)) {
    throw new Error(`generateStaticParams of ${file} must return an array of params objects, such as [{ slug: 'a' }].`)
  }
  const segments = pathname.split('/').filter((segment) => paramName(segment) !== undefined)
  return listed.map((given) => Object.fromEntries(segments.flatMap((segment) => paramOf(segment, given, file))))
}

/** The name and value of a segment's param; none where it is missing. */
function paramOf(segment: string, given: RouteParamValues, file: string): [string, string | string[]][] {
  const name = paramName(segment)!
  const value = given[name]
  if (value === undefined) return []
  const isRest = segment.includes('...')
  if (isRest ? Array.isArray(value) : typeof value === 'string') return [[name, value]]
  throw new Error(
    `generateStaticParams of ${file} gives ${JSON.stringify(value)} for ${segment}; give ${isRest ? 'an array of strings' : 'a string'}.`,
  )
}

/** One string for params that are equal, whatever the order of their names; an empty catch-all is none. */
export function paramsKey(params: RouteParamValues): string {
  return JSON.stringify(
    Object.keys(params)
      .filter((name) => isGiven(params[name]))
      .sort()
      .map((name) => [name, params[name]]),
  )
}

/** A segment of a path with its param filled in; `undefined` where the param is missing. */
function fillSegment(segment: string, params: RouteParamValues): string | undefined {
  const name = paramName(segment)
  if (name === undefined) return segment
  const value = params[name]
  return Array.isArray(value) ? value.map(encodeURIComponent).join('/') : value && encodeURIComponent(value as string)
}

/**
 * The paths that generated params make, each once. As in Next.js there are none at all where some params leave a segment open;
 * those with an empty segment make none.
 */
export function listedPaths(pathname: string, listed: readonly RouteParamValues[]): Map<string, RouteParamValues> {
  const paths = new Map<string, RouteParamValues>()
  const segments = pathname.split('/').slice(1)
  for (const given of listed) {
    const filled = segments.map((segment) => fillSegment(segment, given))
    if (filled.includes(undefined)) return new Map()
    if (filled.some((text, at) => text === '' && !segments[at]!.startsWith('[['))) continue
    const params = Object.fromEntries(Object.entries(given).filter(([, value]) => isGiven(value)))
    paths.set(`/${filled.filter((text) => text !== '').join('/')}`, params)
  }
  return paths
}
