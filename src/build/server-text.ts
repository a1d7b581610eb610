import { createRequire } from 'node:module'

export interface ServerTextOptions {
  /** Absolute path of the generated manifest. */
  readonly manifest: string
  readonly strict?: boolean
  /** Absolute path of the module that gives the cache store. Default: the cache is in memory. */
  readonly cacheHandler?: string | undefined
  /** Whether the build has prerendered answers, which `everyroute:prerendered` gives. */
  readonly hasPrerendered: boolean
  /** What the build has prerendered, as JSON, where it is known before the server is bundled. */
  readonly prerendered?: string | undefined
  /** Absolute path of the project's own entry module, on hosts that have one. */
  readonly main?: string | undefined
  /** Of draft mode's cookie; the same for all processes that run the build. */
  readonly draftModeSecret: string
}

/** The file beside `server.mjs` that holds what the build has prerendered. */
export const PRERENDERED_FILE = 'prerendered.json'

/**
 * The modules that a server with a `process` and a file system is bundled from, by specifier.
 * @param adapter the specifier of the module whose `serve` starts it
 *
 * The server's own module comes first and alone: Node's adapter puts its Request and Response on globalThis, and classes of
 * `next/server` extend what they find there. Everything else follows by a dynamic import, which no chunk order can move ahead.
 */
export function serverModules(options: ServerTextOptions, adapter: string): Record<string, string> {
  return {
    'everyroute:server': serverText(adapter),
    'everyroute:app': appText(options),
    'everyroute:env': adapter === 'everyroute/bun' ? BUN_ENV_TEXT + envText() : envText(),
    'everyroute:prerendered': PRERENDERED,
    'everyroute:prerender': prerenderText(options),
  }
}

const serverText = (adapter: string): string => `import 'everyroute:env'
import { serve } from ${JSON.stringify(adapter)}
const port = process.env.PORT === undefined || process.env.PORT === '' ? 3000 : Number(process.env.PORT)
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error('PORT is ' + JSON.stringify(process.env.PORT) + ': set it to a whole number from 0 to 65535')
  process.exit(1)
}
try {
  const { default: app } = await import('everyroute:app')
  await serve(app, { port, ...(process.env.HOST ? { hostname: process.env.HOST } : {}) })
  // As in Next.js, what a handler leaves unhandled doesn't end the server.
  for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, (error) => console.error('everyroute: ' + event + ':', error))
} catch (error) {
  if (error?.syscall === 'listen' || error?.syscall === 'getaddrinfo')
    console.error('error ' + error.message + '\\n  fix  Set HOST to an address of this machine, or leave it out; set PORT to a port that you may listen on.')
  else console.error(typeof error?.fix === 'string' ? 'error ' + error.code + '  ' + error.message + '\\n  fix  ' + error.fix : error)
  process.exit(1)
}
`

/** The module that makes the app, which the host's entry serves. */
export function appText({ manifest, strict = false, cacheHandler, hasPrerendered, draftModeSecret }: ServerTextOptions): string {
  const settings = [`strict: ${strict}`, `draftModeSecret: env().DRAFT_MODE_SECRET || ${JSON.stringify(draftModeSecret)}`]
  if (hasPrerendered) settings.push("prerendered: async () => (await import('everyroute:prerendered')).default")
  if (cacheHandler) settings.push("cache: await (typeof cacheHandler === 'function' ? cacheHandler() : cacheHandler)")
  return `import { createRouter, env } from 'everyroute'
import manifest from ${JSON.stringify(manifest)}
${cacheHandler ? `import cacheHandler from ${JSON.stringify(cacheHandler)}\n` : ''}export default createRouter(manifest, { ${settings.join(', ')} })
`
}

/** Reads the file when it is imported. It becomes a chunk, and chunks lie in a folder of their own. */
const PRERENDERED = `import { readFile } from 'node:fs/promises'
export default JSON.parse(await readFile(new URL('../${PRERENDERED_FILE}', import.meta.url), 'utf8'))
`

/** The module that prerenders, run once and then removed. */
export function prerenderText({ manifest, strict = false }: ServerTextOptions): string {
  return `import 'everyroute:env'
import { writeFile } from 'node:fs/promises'
const send = (message) => new Promise((resolve) => process.send(message, resolve))
process.on('disconnect', () => process.exit(1))
process.on('unhandledRejection', (error) => error?.digest === 'DYNAMIC_SERVER_USAGE' || console.error(error))
try {
  const { prerender } = await import('everyroute/prerender')
  const { default: manifest } = await import(${JSON.stringify(manifest)})
  const onStart = (file, pathname) => send({ file, pathname })
  await writeFile(process.argv[2], JSON.stringify(await prerender(manifest, { strict: ${strict}, onStart })))
  process.exit(0)
} catch (error) {
  const { message = String(error), files, fix } = error
  await send({ failure: { message, files, fix, stack: (error.cause ?? error).stack } })
  process.exit(1)
}
`
}

/** Where NODE_ENV is unset, Bun takes development's files, whose values then stand in front of production's. */
const BUN_ENV_TEXT = `import { existsSync } from 'node:fs'
if (!process.env.NODE_ENV && !process.execArgv.includes('--no-env-file') && ['.env', '.env.local', '.env.development', '.env.development.local'].some((file) => existsSync(file)))
  console.warn('everyroute: Bun has read the .env files, as for development; run bun --no-env-file ' + process.argv[1])
`

/** Loads `.env` files into `process.env`, as Next.js does. */
export function envText(): string {
  const nextEnv = createRequire(import.meta.url).resolve('@next/env')
  return `import * as nextEnv from ${JSON.stringify(nextEnv)}
process.env.NODE_ENV ||= 'production'
process.env.NEXT_RUNTIME ||= 'nodejs'
nextEnv.loadEnvConfig(process.cwd(), process.env.NODE_ENV === 'development', { info() {}, error: console.error })
`
}
