import type { Context } from 'hono'
import type { ResponseLifetime } from './after.js'
import { noticeEnv } from './env.js'
import { HAS_FETCH } from './features.js'
import { installFetch } from './fetch.js'
import { BodyLifetime, type HostContext } from './lifetime.js'
import { mountOf } from './mount.js'

/** Bindings that an adapter of ours adds to the host's. */
interface AdapterBindings {
  /** The origin that the server listens on, for strict mode. */
  serverOrigin?: string
}

/** What is known of one request before its file is looked for. */
export interface Arrival {
  readonly request: Request
  readonly serverOrigin: string | undefined
  readonly lifetime: () => ResponseLifetime
  /** Hands an answer out, once it is complete. */
  readonly release: (response: Response) => Response
}

function hostContext(c: Context): HostContext | undefined {
  try {
    return c.executionCtx as HostContext
  } catch {
    return undefined
  }
}

export function arrive(c: Context, request: Request = c.req.raw): Arrival {
  // A framework around the router has a `fetch` of its own.
  if (HAS_FETCH && !mountOf(c.env)) installFetch()
  noticeEnv(c.env)
  const host = hostContext(c)
  const own = host?.onClose ? undefined : new BodyLifetime(host)
  return {
    request,
    serverOrigin: (c.env as AdapterBindings | undefined)?.serverOrigin,
    lifetime: () => own ?? (host as ResponseLifetime),
    release: (response) => (own ? own.watch(response, request.method !== 'HEAD') : response),
  }
}
