import type { Context } from 'hono'

/** Where the Node adapter tells, in the request's bindings, that it has dropped further Authorization lines, as Next.js does. */
export const REPEATED_AUTHORIZATION: unique symbol = Symbol.for('everyroute.repeatedAuthorization@1') as never

/** Whether the request had more Authorization lines than its headers show. */
export const hasRepeatedAuthorization = (c: Context): boolean =>
  (c.env as { readonly [REPEATED_AUTHORIZATION]?: boolean } | undefined)?.[REPEATED_AUTHORIZATION] === true
