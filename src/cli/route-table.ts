import type { RouteSegmentConfig } from '../routing/manifest.js'

interface TableRoute {
  readonly pathname: string
  readonly file: string
  readonly methods: readonly string[] | undefined
  readonly config: RouteSegmentConfig
}

/** One row per route: methods, pathname, file, segment config. */
export function routeRows(routes: readonly TableRoute[]): string[][] {
  return routes.map(({ pathname, file, methods, config }) => [methods?.join(',') ?? '?', pathname, file, configText(config)])
}

function configText(config: RouteSegmentConfig): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ')
}

/** `id="1" path=["a","b"]` */
export function paramsText(params: Readonly<Record<string, string | readonly string[]>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' ')
}
