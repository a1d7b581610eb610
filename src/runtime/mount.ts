import type { ErrorContext, RouterContext } from './context.js'
import { canonicalPathname } from './slashes.js'

/** What a framework that answers a request through the router hands to it, in the request's env. */
export interface Mount {
  /** The raw path below the place of the mount: `/users/7`. */
  readonly pathname: string
  /** The framework's own request. */
  readonly request: Request
  /** What a file threw, as it was thrown. */
  thrown?: unknown
  /** Set where something was thrown that the framework itself should answer. */
  held?: HeldError
  /** Whether the router's answer is sent whatever was thrown, as handlers with middleware of their own send it without a router. */
  answersItself?: boolean
}

/** Something thrown, and the answer that stands for it while the middleware's part runs. */
export interface HeldError {
  readonly thrown: unknown
  /** Whether no answer of the router's may take its place: it belongs to the framework's own rendering. */
  readonly isInternal: boolean
  /** What the standing answer looked like. */
  readonly fingerprint: string
  /** Reports it, where the framework doesn't get to see it. */
  readonly report: () => Promise<void>
}

const MOUNT: unique symbol = Symbol.for('everyroute.mount@1') as never

/** The env of a request that comes through a framework. */
export const mountEnv = (mount: Mount): object => ({ [MOUNT]: mount })

/** `undefined` where the request comes from a host, as most do. */
export const mountOf = (env: unknown): Mount | undefined => (env as { [MOUNT]?: Mount } | undefined)?.[MOUNT]

/** Status and headers of an answer as text. */
const fingerprintOf = (response: Response): string => JSON.stringify([response.status, ...response.headers])

/** Lets an answer stand for what was thrown. */
export function hold(mount: Mount, standIn: Response, held: Omit<HeldError, 'fingerprint'>): Response {
  mount.held = { ...held, fingerprint: fingerprintOf(standIn) }
  return standIn
}

/**
 * Gives the answer to the framework, or throws what it stands for: the framework then answers and logs as for any handler of
 * its own. An answer that middleware has changed, by CORS headers say, or that is the middleware's own, is given as it is.
 */
export async function releaseMounted(mount: Mount, response: Response): Promise<Response> {
  const { answersItself, held } = mount
  if (!held) return response
  if (held.isInternal || (!answersItself && fingerprintOf(response) === held.fingerprint)) throw held.thrown
  await held.report()
  return response
}

/** The path by which the router looks for a mounted request: below its own base path, and never one to redirect from. */
export function mountedPathname(context: RouterContext, mount: Mount): string {
  const path = context.basePath + (mount.pathname === '/' && context.basePath !== '' ? '' : mount.pathname)
  return canonicalPathname(path, context) ?? path
}

/** Lets the router's answer stand for an error, which the framework answers and logs unless middleware changes that answer. */
export function holdError(
  context: RouterContext,
  mount: Mount,
  error: Error,
  origin: ErrorContext | undefined,
  request: Request,
  standIn: Response,
): void {
  if (origin?.phase === 'middleware') mount.answersItself = true
  hold(mount, standIn, {
    thrown: mount.thrown ?? error,
    isInternal: false,
    async report() {
      context.report(error, origin ?? { phase: 'handler' })
      await context.instrumentation?.onRequestError(error, request, origin?.pathname ?? '')
    },
  })
}
