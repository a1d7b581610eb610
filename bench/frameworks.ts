import { fileURLToPath } from 'node:url'

/** Absolute path of this folder. */
export const BENCH: string = fileURLToPath(new URL('.', import.meta.url))

/** How a framework's server is started. */
export interface Framework {
  /** As the tables name it. */
  readonly name: string
  /** The package whose version is shown, where it has one. */
  readonly package?: string
  /** The script that starts the server on `PORT` and `HOST`, relative to `cwd`. */
  readonly entry: string
  readonly args?: readonly string[]
  /** Default: this folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What has to be run before, once. */
  readonly build?: { readonly cwd: string; readonly command: readonly string[]; readonly output: string }
  /** Where its case lies at another path. */
  readonly paths?: Readonly<Record<string, string>>
  /** Left out of `bench:quick`. */
  readonly slow?: boolean
  /** What was measured, where the name does not tell. */
  readonly note?: string
}

const SITE = `${BENCH}site`
const bin = (path: string): string => `${BENCH}node_modules/${path}`

export const RAW = 'node:http'
export const OURS = 'everyroute'
export const HONO_SYNC = 'hono sync'
export const HONO_ASYNC = 'hono async'

export const FRAMEWORKS: readonly Framework[] = [
  { name: RAW, entry: 'adapters/raw.mjs' },
  {
    name: 'fetch handler',
    package: '@hono/node-server',
    entry: 'adapters/fetch.mjs',
    note: 'A handler by hand on @hono/node-server: what no framework on it can do better.',
  },
  {
    name: OURS,
    entry: '.output/server.mjs',
    cwd: SITE,
    build: { cwd: SITE, command: [process.execPath, `${BENCH}../dist/cli/main.js`, 'build', '--root', '.'], output: '.output/server.mjs' },
    note: 'Route files as for Next.js, built by `everyroute build`; the chain is the `_middleware.ts` of a folder.',
  },
  { name: HONO_SYNC, package: 'hono', entry: 'adapters/hono-sync.mjs', note: 'Synchronous handlers, `c.json`.' },
  { name: HONO_ASYNC, package: 'hono', entry: 'adapters/hono-async.mjs', note: 'Async handlers, `Response.json`.' },
  { name: 'fastify', package: 'fastify', entry: 'adapters/fastify.mjs' },
  { name: 'h3', package: 'h3', entry: 'adapters/h3.mjs', note: 'On srvx.' },
  {
    name: 'nitro',
    package: 'nitro',
    entry: '.work/nitro/server/index.mjs',
    build: {
      cwd: BENCH,
      command: [process.execPath, bin('nitro/dist/cli/index.mjs'), 'build', '--dir', 'adapters/nitro'],
      output: '.work/nitro/server/index.mjs',
    },
  },
  { name: 'elysia', package: 'elysia', entry: 'adapters/elysia.mjs', note: 'With @elysiajs/node; made for Bun.' },
  { name: 'itty-router', package: 'itty-router', entry: 'adapters/itty-router.mjs', note: 'On @hono/node-server.' },
  {
    name: 'Remix fetch-router',
    package: '@remix-run/fetch-router',
    entry: 'adapters/fetch-router.mjs',
    note: 'On @remix-run/node-fetch-server.',
  },
  {
    name: 'expo-server',
    package: 'expo-server',
    entry: 'adapters/expo-server.mjs',
    note: 'Its server for Node.js over an export written by hand.',
  },
  {
    name: 'vinext',
    package: 'vinext',
    entry: bin('vinext/dist/cli.js'),
    args: ['start', '--port', '0', '--hostname', '127.0.0.1'],
    cwd: SITE,
    build: { cwd: SITE, command: [process.execPath, bin('vinext/dist/cli.js'), 'build'], output: 'dist/server/index.js' },
    paths: { '/account': '/wrapped/account' },
    slow: true,
    note: 'The same route files; the chain wraps the handler.',
  },
  {
    name: 'next start',
    package: 'next',
    entry: bin('next/dist/bin/next'),
    args: ['start', '--port', '0', '--hostname', '127.0.0.1'],
    cwd: SITE,
    build: { cwd: SITE, command: [process.execPath, bin('next/dist/bin/next'), 'build'], output: '.next/BUILD_ID' },
    paths: { '/account': '/wrapped/account' },
    slow: true,
    note: 'The same route files; the chain wraps the handler.',
  },
]

/** @throws {Error} where no framework has the name */
export function frameworkOf(name: string): Framework {
  const found = FRAMEWORKS.find((framework) => framework.name === name)
  if (!found) throw new Error(`No framework is named ${name}`)
  return found
}
