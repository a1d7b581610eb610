import { type ClientRequestOptions, hc as honoClient } from 'hono/client'
import type { AppClient } from './types.js'

/**
 * Hono's `hc`, typed so that only the routes that are called cost the compiler and the editor anything.
 * @param baseUrl what comes before the routes' paths: `https://example.com`, or `/api` in a browser
 * @example const client = hc<AppType>('https://example.com')
 */
export const hc: <App, Prefix extends string = string>(baseUrl: Prefix, options?: ClientRequestOptions) => AppClient<App, Prefix> =
  honoClient as never
