import { EveryrouteError } from '../routing/errors.js'

/** As much of an app as is served; every Hono app is one. */
export interface FetchApp {
  fetch(request: Request, env?: object, executionContext?: never): Response | Promise<Response>
}

/** The options that `serve` has on every host. */
export interface CommonServeOptions {
  /** 0 to 65,535; 0 picks a free one. Default 3000. */
  port?: number
  /** Address to listen on. Default: all addresses. */
  hostname?: string
  /** Milliseconds, 0 to 2,147,483,647, that running answers have after SIGINT or SIGTERM before they are ended. Default 10,000. */
  shutdownTimeout?: number
  /** Whether SIGINT and SIGTERM end the process, once answers have finished. Default `true`. */
  signals?: boolean
  /** Keeps the address from being printed. Default `false`. */
  quiet?: boolean
}

export const DEFAULT_PORT = 3000
export const DEFAULT_SHUTDOWN_TIMEOUT = 10_000

/** Milliseconds; timers of more run at once. */
const MAX_TIMEOUT = 2_147_483_647

/** @throws {TypeError} where an option is out of its range */
export function checkOptions(options: CommonServeOptions): void {
  const { port = 0, shutdownTimeout = 0 } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new TypeError(`port is ${port}; give a whole number from 0 to 65535`)
  if (!(shutdownTimeout >= 0 && shutdownTimeout <= MAX_TIMEOUT)) {
    throw new TypeError(`shutdownTimeout is ${shutdownTimeout}; give milliseconds from 0 to ${MAX_TIMEOUT}`)
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code

/** What a system without IPv6 answers to the address of all. */
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

/** What to throw where a host fails to listen. */
export function listenError(error: unknown, port: number): unknown {
  if (codeOf(error) !== 'EADDRINUSE') return error
  const fix = 'Stop the other process, or choose another port with PORT or --port; 0 picks a free one.'
  return new EveryrouteError('ERR_PORT_IN_USE', `Port ${port} is in use.`, { fix, cause: error })
}

function listenOn<Server>(hostname: string, port: number, listen: (hostname: string) => Server): Server {
  try {
    return listen(hostname)
  } catch (error) {
    throw listenError(error, port)
  }
}

/**
 * Starts a server on an address or, where there is none, on all of them, as Node.js does.
 * @throws {EveryrouteError} `ERR_PORT_IN_USE`
 */
export function listenOnAny<Server>(hostname: string | undefined, port: number, listen: (hostname: string) => Server): Server {
  if (hostname !== undefined) return listenOn(hostname, port, listen)
  try {
    return listenOn('::', port, listen)
  } catch (error) {
    if (!NO_IPV6.has(String(codeOf(error)))) throw error
    return listenOn('0.0.0.0', port, listen)
  }
}

const isWildcard = (address: string): boolean => address === '::' || address === '0.0.0.0'
const urlHost = (hostname: string): string => (hostname.includes(':') ? `[${hostname}]` : hostname)

/** Where a server is reached that listens on the given address, all addresses being called `localhost`. */
export function publicAddress(protocol: 'http' | 'https', address: string | undefined, port: number): { hostname: string; origin: string } {
  const hostname = address && !isWildcard(address) ? address : 'localhost'
  return { hostname, origin: `${protocol}://${urlHost(hostname)}:${port}` }
}
