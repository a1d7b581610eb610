import type { RouteMethod } from '../routing/manifest.js'
import { rawPathname } from '../runtime/incoming.js'
import { type Mount, mountEnv, releaseMounted } from '../runtime/mount.js'

/** As much of an app as is mounted; every Hono app is one. */
export interface MountableApp {
  fetch(request: Request, env?: object, executionContext?: never): Response | Promise<Response>
}

/** The second argument of Next.js's route handlers. `params` is missing where the path of the file has none. */
export interface MountContext {
  readonly params?: Promise<object> | undefined
}

export type MountHandler = (request: Request, context: MountContext) => Promise<Response>

/** The exports of a `route.ts` of Next.js. */
export type MountHandlers = Readonly<Record<RouteMethod, MountHandler>>

const isDecodedTo = (raw: string, value: string): boolean => {
  try {
    return decodeURIComponent(raw) === value
  } catch {
    return false
  }
}

/**
 * The raw path below the mount: as many of the last segments of the URL as the catch-all has values, as they were sent.
 * After a rewrite by the proxy the URL is the one before it, so that the values are encoded anew.
 */
function pathBelowMount(url: string, rest: readonly string[]): string {
  if (rest.length === 0) return '/'
  const raw = rawPathname(url)
    .split('/')
    .filter((segment) => segment !== '')
    .slice(-rest.length)
  const isSent = raw.length === rest.length && rest.every((value, i) => isDecodedTo(raw[i]!, value))
  return `/${(isSent ? raw : rest.map(encodeURIComponent)).join('/')}`
}

/** The values of the one catch-all segment that the path of a mount has; none where it is optional and empty. */
async function catchAllOf({ params }: MountContext): Promise<readonly string[]> {
  return Object.values((await params) ?? {}).find((value) => Array.isArray(value)) ?? []
}

/** What Hono's `c.executionCtx` is inside Next.js. */
const executionContext = {
  waitUntil(work: Promise<unknown>): void {
    // Where Next.js refuses, since the request is over, the work goes on all the same.
    import('next/server').then(({ after }) => after(work)).catch(() => {})
  },
  passThroughOnException(): void {},
  props: {},
}

/**
 * Mounts an app in Next.js: `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(app)` in
 * `app/api/[[...route]]/route.ts`. The app's paths start at the folder of the catch-all segment, below the base path that its
 * manifest has. Handlers get Next.js's own request; what they throw by `redirect()`, `notFound()` and the like, and errors,
 * Next.js answers. A `proxy.ts` and an `instrumentation.ts` of the manifest are left to Next.js.
 */
export function handle(app: MountableApp): MountHandlers {
  const handler: MountHandler = async (request, context) => {
    const mount: Mount = { request, pathname: pathBelowMount(request.url, await catchAllOf(context)) }
    const response = await app.fetch(request, mountEnv(mount), executionContext as never)
    return releaseMounted(mount, response)
  }
  return { GET: handler, HEAD: handler, OPTIONS: handler, POST: handler, PUT: handler, DELETE: handler, PATCH: handler }
}
