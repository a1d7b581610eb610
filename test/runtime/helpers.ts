import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import {
  createRouter,
  type ErrorContext,
  type ManifestRoute,
  type RouteManifest,
  type RouteModule,
  type RouterOptions,
} from '../../src/index.js'

export type Logged = [error: unknown, context: ErrorContext]

/** A manifest of modules in memory, by pathname; the file of `/users/[id]` is `users/[id]/route.ts`. */
export function manifestOf(modules: Record<string, RouteModule>, more: Partial<RouteManifest> = {}): RouteManifest {
  const routes = Object.entries(modules).map(
    ([pathname, module]): ManifestRoute => ({
      pathname,
      file: `${pathname === '/' ? '' : `${pathname.slice(1)}/`}route.ts`,
      load: async () => module,
    }),
  )
  return { version: 2, routes, ...more }
}

/** A router of modules in memory, with what it logged. */
export function setUp(
  modules: Record<string, RouteModule>,
  options: RouterOptions = {},
  more: Partial<RouteManifest> = {},
): { app: Hono; logged: Logged[] } {
  const logged: Logged[] = []
  const app = createRouter(manifestOf(modules, more), { logError: (...args) => void logged.push(args), ...options })
  return { app, logged }
}

export interface Source {
  readonly url: string
  readonly requests: IncomingMessage[]
  close(): Promise<void>
}

/** A server on a free port that answers by a listener and remembers what it was asked. */
export async function startSource(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<Source> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const settled = (milliseconds = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A handler that does something and answers 200. */
export const done =
  (run: (request: Request) => unknown): ((request: Request) => Promise<Response>) =>
  async (request) => {
    await run(request)
    return new Response()
  }
