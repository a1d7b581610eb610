import type { ExecutionContext, Hono } from 'hono'
import type { ClientRequestOptions } from 'hono/client'
import { testClient as honoTestClient } from 'hono/testing'
import type { AppClient } from '../client/types.js'

// biome-ignore lint/suspicious/noExplicitAny: a Hono of `any` is what Hono's own client takes.
type AnyHono = Hono<any, any, any>

/**
 * Hono's test client: its calls go straight to the app, without a server.
 * @typeParam App the types of the routes, which a router itself doesn't tell: `testClient<AppType>(createRouter(manifest))`
 * @param env what Hono's `c.env` is. Default: nothing
 * @see https://hono.dev/docs/helpers/testing
 */
export const testClient: <App>(
  app: App | AnyHono,
  env?: object,
  executionCtx?: ExecutionContext,
  options?: Omit<ClientRequestOptions, 'fetch'>,
) => AppClient<App, 'http://localhost'> = honoTestClient as never
