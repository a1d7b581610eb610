import type { Context, Hono } from 'hono'
import type { RouteManifest } from '../routing/manifest.js'
import { answerError } from './app-errors.js'
import type { RouterContext } from './context.js'
import { FileRoutes } from './file-routes.js'
import { rawPathname } from './incoming.js'

/**
 * The app of a build in which nothing but route files can answer, and nothing asks for Hono's context: requests go to the files
 * as Hono's dispatch would hand them on, and Hono itself is left out of the bundle.
 */
export function createDirectApp(context: RouterContext, manifest: RouteManifest): Pick<Hono, 'fetch'> {
  const files = new FileRoutes(context, manifest, (error, c) => answerError(context, error, c))

  const answer = async (request: Request, env: unknown, executionCtx: unknown): Promise<Response> => {
    const found = files.find(rawPathname(request.url))
    if (!found) return context.responses.notFound()
    const { method, url } = request
    // As much of Hono's context as file routes use without middleware.
    const c = { req: { raw: request, method, url }, env, executionCtx } as unknown as Context
    try {
      return (await found[0](c, async () => {})) as Response
    } catch (error) {
      if (error instanceof Error) return answerError(context, error, c)
      throw error
    }
  }
  return {
    fetch(request, env, executionCtx) {
      const answered = answer(request, env, executionCtx)
      return request.method === 'HEAD' ? answered.then((response) => new Response(null, response)) : answered
    },
  }
}
