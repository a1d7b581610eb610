// Written by everyroute: edits are lost. Run `everyroute typegen` after adding or moving a route file.
import type { ClientApp, ClientRoute } from 'everyroute/client'

/** Every route file by its path. */
export interface AppRoutes {
  '/api/events': ClientRoute<typeof import('../../routes/events/route')>
  '/api/health': ClientRoute<typeof import('../../routes/health/route')>
  '/api/me': ClientRoute<typeof import('../../routes/me/route')>
  '/api/posts': ClientRoute<typeof import('../../routes/posts/route')>
  '/api/posts/:slug': ClientRoute<typeof import('../../routes/posts/[slug]/route'), 'slug'>
  '/api/uploads': ClientRoute<typeof import('../../routes/uploads/route')>
  '/api/users': ClientRoute<typeof import('../../routes/users/route')>
  '/api/users/:id': ClientRoute<typeof import('../../routes/users/[id]/route'), 'id'>
  '/api/users/:id/avatar': ClientRoute<typeof import('../../routes/users/[id]/avatar/route'), 'id'>
}

/** Which segments may follow each path; '' is the path "/" itself. */
export interface AppSegments {
  '': 'api'
  '/api': 'events' | 'health' | 'me' | 'posts' | 'uploads' | 'users'
  '/api/posts': ':slug'
  '/api/users': ':id'
  '/api/users/:id': 'avatar'
}

/**
 * The routes for a typed client.
 * @example const client = hc<AppType>('https://example.com')
 */
export type AppType = ClientApp<AppRoutes, AppSegments>
