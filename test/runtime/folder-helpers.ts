import type { MiddlewareHandler } from 'hono/types'
import type { FolderFiles, ManifestFile, RouteManifest, RouteModule } from '../../src/index.js'
import { manifestOf } from './helpers.js'

/** A file of a folder. */
export const file = (name: string, module: RouteModule | (() => Promise<RouteModule>)): ManifestFile => ({
  file: name,
  load: typeof module === 'function' ? (module as () => Promise<RouteModule>) : async () => module,
})

const log: string[] = []

/** Middleware that tells when it runs, by {@link taken}. */
export const trace =
  (name: string): MiddlewareHandler =>
  async (_c, next) => {
    log.push(name)
    await next()
    log.push(`/${name}`)
  }

/** What has run since the last time. */
export const taken = (): string[] => log.splice(0)

/** A manifest's routes and folders, with the files of folders by pathname. */
export const withFolders = (
  modules: Record<string, RouteModule>,
  byPath: Record<string, FolderFiles>,
  more: object = {},
): Partial<RouteManifest> => {
  const manifest = manifestOf(modules)
  return {
    routes: manifest.routes.map((route) => ({ ...route, ...byPath[route.pathname] })),
    folders: Object.entries(byPath).map(([pathname, files]) => ({ pathname, ...files })),
    ...more,
  }
}

export const GET = (): Response => {
  log.push('handler')
  return new Response('ok')
}
