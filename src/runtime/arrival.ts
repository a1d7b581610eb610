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

function hostContext(c: Context): HostContext | undefined {
  try {
    return c.executionCtx as HostContext
  } catch {
    return undefined
  }
}

/** What is known of one request before its file is looked for. */
export class Arrival {
  readonly request: Request
  readonly serverOrigin: string | undefined
  private readonly ending: ResponseLifetime

  constructor(request: Request, serverOrigin: string | undefined, ending: ResponseLifetime) {
    this.request = request
    this.serverOrigin = serverOrigin
    this.ending = ending
  }

  get lifetime(): () => ResponseLifetime {
    return () => this.ending
  }

  /** Hands an answer out, once it is complete. */
  release(response: Response): Response {
    return this.ending instanceof BodyLifetime ? this.ending.watch(response, this.request.method !== 'HEAD') : response
  }

  withRequest(request: Request): Arrival {
    return new Arrival(request, this.serverOrigin, this.ending)
  }
}

export function arrive(c: Context, request: Request = c.req.raw): Arrival {
  // A framework around the router has a `fetch` of its own.
  if (HAS_FETCH && !mountOf(c.env)) installFetch()
  noticeEnv(c.env)
  const host = hostContext(c)
  const { serverOrigin } = (c.env ?? {}) as AdapterBindings
  return new Arrival(request, serverOrigin, host?.onClose ? (host as ResponseLifetime) : new BodyLifetime(host))
}
