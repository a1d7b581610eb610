import type { Result } from 'hono/router'
import type { Handler, RouterRoute } from 'hono/types'

/** How Hono keeps a handler in its router. */
export type Registered = [Handler, RouterRoute]

export function register(handler: Handler, path = '/*'): Registered {
  return [handler, { handler, path, method: 'ALL', basePath: '/' }]
}

/** What Hono's router gives where one handler answers. */
export const matchResultOf = (registered: Registered): Result<Registered> => [[[registered, {}]]]
