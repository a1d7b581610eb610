import type { Context, Hono } from 'hono'
import type { RouteManifest } from '../routing/manifest.js'
import { answerError } from './app-errors.js'
import type { RouterContext } from './context.js'
import { createDirect } from './direct.js'
import { withServeDirectly } from './exchange.js'
import { HAS_DIRECT } from './features.js'
import { FileRoutes } from './file-routes.js'
import { rawPathname } from './incoming.js'

/** As much of Hono's context as file routes use without middleware. */
function contextOf(request: Request, env: unknown, executionCtx: unknown): Context {
  const { method, url } = request
  return { req: { raw: request, method, url }, env, executionCtx } as unknown as Context
}

/**
 * The app of a build in which nothing but route files can answer, and nothing asks for Hono's context: requests go to the files
 * as Hono's dispatch would hand them on, and Hono itself is left out of the bundle.
 */
export function createDirectApp(context: RouterContext, manifest: RouteManifest): Pick<Hono, 'fetch'> {
  const files = new FileRoutes(context, manifest, (error, c) => answerError(context, error, c))

  const answer = async (request: Request, env: unknown, executionCtx: unknown): Promise<Response> => {
    const found = files.find(rawPathname(request.url))
    if (!found) return context.responses.notFound()
    const c = contextOf(request, env, executionCtx)
    try {
      return (await found[0](c, async () => {})) as Response
    } catch (error) {
      if (error instanceof Error) return answerError(context, error, c)
      throw error
    }
  }
  const direct = HAS_DIRECT
    ? createDirect({
        files,
        createContext: ({ request, env, executionContext }) => contextOf(request, env, executionContext),
        onError: (error, c) => answerError(context, error, c),
      })
    : undefined
  const fetch: Hono['fetch'] = (request, env, executionCtx) => {
    const directly = direct?.answer(request, env, executionCtx)
    if (directly) return directly
    const answered = answer(request, env, executionCtx)
    return request.method === 'HEAD' ? answered.then((response) => new Response(null, response)) : answered
  }
  return { fetch: HAS_DIRECT && direct ? withServeDirectly(fetch, direct.serve) : fetch }
}
