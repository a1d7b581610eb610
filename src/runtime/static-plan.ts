import type { RouteModule, RouteSegmentConfig } from '../routing/manifest.js'
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
    generateParams,
    dynamicParams: dynamicParams !== false,
  }
}

const isParams = (value: unknown): value is RouteParamValues => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The params that a file's `generateStaticParams` lists. @throws {Error} where it gives something else than a list */
export async function generateStaticParams(plan: StaticPlan, file: string): Promise<readonly RouteParamValues[]> {
  if (!plan.generateParams) return []
  const listed = await plan.generateParams({ params: {} })
  if (Array.isArray(listed) && listed.every(isParams)) return listed
  throw new Error(`generateStaticParams of ${file} must return an array of params objects, such as [{ slug: 'a' }].`)
}

/** One string for params that are equal, whatever the order of their names; an empty catch-all is none. */
export function paramsKey(params: RouteParamValues): string {
  return JSON.stringify(
    Object.keys(params)
      .filter((name) => params[name]?.length !== 0)
      .sort()
      .map((name) => [name, params[name]]),
  )
}
