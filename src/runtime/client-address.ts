import type { Context } from 'hono'
import { isWorkers } from './env.js'

/** Where an adapter of ours leaves the address that a request's connection comes from, in the request's bindings. */
export const CLIENT_ADDRESS: unique symbol = Symbol.for('everyroute.clientAddress@1') as never

/** What hosts and other adapters hand out as bindings, as far as it tells of the connection. */
interface ConnectionBindings {
  readonly [CLIENT_ADDRESS]?: string
  /** `@hono/node-server` */
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
  /** `Deno.serve(app.fetch)` */
  readonly remoteAddr?: { readonly hostname?: string }
  /** `Bun.serve({ fetch: app.fetch })` */
  readonly requestIP?: (request: Request) => { readonly address: string } | null
}

/**
 * The IP address that a request's connection comes from: the client's or, behind a proxy, the proxy's. On Cloudflare Workers it
 * is the client's, by the `cf-connecting-ip` that Cloudflare sets. Never by a header that a client could send itself.
 * @returns as the host spells it (`192.0.2.1`, `::ffff:192.0.2.1`, `2001:db8::1`); `undefined` where nobody tells: inside
 * Next.js, behind `app.request()`, once the client has gone
 */
export function clientAddress(c: Context): string | undefined {
  if (isWorkers) return c.req.header('cf-connecting-ip')
  const bindings = c.env as ConnectionBindings | undefined
  if (!bindings) return undefined
  const address =
    bindings[CLIENT_ADDRESS] ??
    bindings.incoming?.socket?.remoteAddress ??
    bindings.remoteAddr?.hostname ??
    bindings.requestIP?.(c.req.raw)?.address
  return address === '' ? undefined : address
}
