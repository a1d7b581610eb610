import type { Hono } from 'hono'
import type { RouteManifest } from '../routing/manifest.js'
import { createDirectApp } from './direct-app.js'
import { HAS_FETCH } from './features.js'
import { setFetchCache } from './fetch.js'
import { createHonoApp } from './hono-app.js'
import { createContext, type RouterOptions } from './router-context.js'

declare const __EVERYROUTE_MIDDLEWARE__: boolean | undefined

/**
 * Makes a Hono app that answers by the route files of a manifest. Middleware added with `use` runs in front of them;
 * handlers added afterwards answer what no file does.
 * @throws {EveryrouteError} `ERR_MANIFEST_VERSION` where the manifest is of another version
 * @throws {TypeError} where an option's value is out of its range
 */
export function createRouter(manifest: RouteManifest, options: RouterOptions = {}): Hono {
  const context = createContext(manifest, options)
  if (HAS_FETCH) setFetchCache(context.cache)
  // Only where a build knows that nobody will ask for a Hono app.
  if (typeof __EVERYROUTE_MIDDLEWARE__ !== 'undefined' && !__EVERYROUTE_MIDDLEWARE__) return createDirectApp(context, manifest) as Hono
  return createHonoApp(context, manifest)
}
