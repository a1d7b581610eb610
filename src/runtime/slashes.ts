import type { RouteManifest } from '../routing/manifest.js'
import { HAS_BASE_PATH, HAS_TRAILING_SLASH } from './features.js'

type SlashSettings = Pick<RouteManifest, 'basePath' | 'trailingSlash'>

const WELL_KNOWN = /^\/\.well-known(?:\/|$)/
const FILE_WITH_SLASH = /\/[^/]+\.\w+\/$/
const LAST_WITHOUT_DOT = /\/[^/.]+$/

/** Collapses runs of slashes and backslashes of a request target's path, keeping the query as it is. */
export function collapseSlashes(target: string): string {
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (!path.includes('//') && !path.includes('\\')) return target
  return path.replace(/[\\/]+/g, '/') + (query === -1 ? '' : target.slice(query))
}

/**
 * The pathname that Next.js redirects to with 308, or `undefined` where the pathname is canonical already.
 * Repeated slashes go first, a trailing slash in a redirect of its own.
 * @see https://nextjs.org/docs/app/api-reference/config/next-config-js/trailingSlash
 */
export function canonicalPathname(pathname: string, settings: SlashSettings): string | undefined {
  const collapsed = collapseSlashes(pathname)
  if (collapsed !== pathname) return collapsed
  const { basePath = '', trailingSlash = false } = settings
  if (HAS_BASE_PATH && basePath !== '' && pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return undefined
  if (!HAS_TRAILING_SLASH || !trailingSlash) return pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : undefined
  const inner = pathname.slice(basePath.length)
  if (basePath !== '' && inner === '') return `${pathname}/`
  if (WELL_KNOWN.test(inner)) return undefined
  if (FILE_WITH_SLASH.test(inner)) return pathname.slice(0, -1)
  return LAST_WITHOUT_DOT.test(inner) ? `${pathname}/` : undefined
}
