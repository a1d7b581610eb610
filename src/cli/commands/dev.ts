import { watch } from 'node:fs'
import { relative } from 'node:path'
import nextEnv from '@next/env'
import type { FetchApp } from '../../adapters/node.js'
import type { DevState } from '../../build/dev-project.js'
import { createDevSession } from '../../build/dev-session.js'
import { EveryrouteError } from '../../routing/errors.js'
import { type CommandContext, parsePort, portOf, stringOf } from '../args.js'
import { reportError } from '../errors.js'
import { formatDuration, type Output, tableLines } from '../output.js'
import { enterProject, loadProjectConfig, reportWarnings } from '../project.js'
import { routeRows } from '../route-table.js'

export async function run({ values, output }: CommandContext): Promise<number> {
  const started = performance.now()
  const flags = { port: portOf(values), host: stringOf(values, 'host') }
  const root = await enterProject(values, 'development')
  // Read now that the .env files are loaded, as a built server reads them.
  const port = flags.port ?? (process.env.PORT ? parsePort(process.env.PORT, 'PORT') : undefined)
  const host = flags.host ?? (process.env.HOST || undefined)
  // The Node adapter puts its Request and Response on globalThis, which the modules of `next/server` build upon: it comes first.
  const { serve } = await import('../../adapters/node.js')
  const { createRouter } = await import('../../runtime/router.js')
  const { memoryStore } = await import('../../cache/memory.js')

  // Routers come and go with each edit; what they keep stays.
  const cache = memoryStore()
  const draftModeSecret = crypto.randomUUID().replaceAll('-', '')
  const show = createReporter(root, output)
  const reported = new WeakSet<object>()
  let isFirst = true
  const session = createDevSession<FetchApp>({
    root,
    async loadConfig() {
      if (!isFirst) {
        output.line('Settings changed: starting over')
        nextEnv.loadEnvConfig(root, true, { info() {}, error: console.error }, true)
      }
      isFirst = false
      return loadProjectConfig(root, values, 'development')
    },
    createApp(state) {
      show(state)
      return createRouter(state.manifest, {
        development: true,
        strict: values.strict === true,
        draftModeSecret,
        cache,
        logError(error, context) {
          // A module that fails to load gives one error to every request that needs it; what a handler throws again has happened again.
          if (LOADING.has(context.phase) && typeof error === 'object' && error !== null) {
            if (reported.has(error)) return
            reported.add(error)
          }
          output.error(`${context.method ?? ''} ${context.pathname ?? context.file ?? ''} (${context.phase})`.trim())
          reportError(error, output)
        },
      }) as FetchApp
    },
    createFailure(error) {
      reportError(error, output)
      return { fetch: () => failureResponse(error) }
    },
  })

  const config = await loadProjectConfig(root, values, 'development')
  await session.current()
  followRoutes(config.routesDir, () => session.current())
  const served = await serve(
    { fetch: async (request, env, context) => (await session.current()).fetch(request, env, context) },
    { port: port ?? config.port ?? 3000, quiet: true, ...hostOption(host ?? config.hostname) },
  ).catch((error: unknown) => Promise.reject(listenError(error)))
  // As in Next.js, what a handler leaves unhandled doesn't end the server.
  process.on('unhandledRejection', (error) => reportError(error, output))
  process.on('uncaughtException', (error) => reportError(error, output))
  output.line(`${output.colors.green('ready')} in ${formatDuration(performance.now() - started)}`)
  output.line(served.url)
  return 0
}

/** The phases in which modules are loaded. */
const LOADING: ReadonlySet<string> = new Set(['load', 'instrumentation'])

/** Milliseconds within which changes count as one. */
const SETTLE = 50

/**
 * Has the generated types follow the route files before the next request does: an editor needs them. What a watcher misses,
 * that request makes good.
 */
function followRoutes(routesDir: string, refresh: () => Promise<unknown>): void {
  let waiting: ReturnType<typeof setTimeout> | undefined
  try {
    const watcher = watch(routesDir, { recursive: true, persistent: false }, () => {
      if (waiting !== undefined) return
      waiting = setTimeout(() => {
        waiting = undefined
        void refresh()
      }, SETTLE)
    })
    // A folder that went while it was looked at.
    watcher.on('error', () => {})
  } catch {
    // No folder yet, or no watchers left.
  }
}

const hostOption = (hostname: string | undefined): { hostname?: string } => (hostname === undefined ? {} : { hostname })

function listenError(error: unknown): unknown {
  const { syscall } = error as NodeJS.ErrnoException
  if (!(error instanceof Error) || (syscall !== 'listen' && syscall !== 'getaddrinfo')) return error
  const fix = 'Give --host an address of this machine, or leave it out; give --port a port that you may listen on.'
  return new EveryrouteError('ERR_CONFIG_INVALID', error.message, { fix, cause: error })
}

/** Prints the route table at first and whenever it differs, and each warning once. */
function createReporter(root: string, output: Output): (state: DevState) => void {
  let table = ''
  let known: readonly string[] = []
  return ({ manifest, config, warnings }) => {
    const routes = manifest.routes.map(({ pathname, file, methods, config: segmentConfig = {} }) => ({
      pathname,
      file,
      methods,
      config: segmentConfig,
    }))
    const text = tableLines(routeRows(routes)).join('\n')
    if (text !== table) {
      output.line(`Routes in ${relative(root, config.routesDir) || '.'}${routes.length === 0 ? ': none yet' : ''}`)
      if (text !== '') output.line(text)
    }
    table = text
    const fresh = warnings.filter((warning) => !known.includes(JSON.stringify(warning)))
    known = warnings.map((warning) => JSON.stringify(warning))
    reportWarnings(fresh, output)
  }
}

/** What every request is answered with while the project as a whole is broken. */
function failureResponse(error: unknown): Response {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof EveryrouteError)) return Response.json({ error: message }, { status: 500 })
  const { code, files, fix, frame } = error
  return Response.json({ error: message, code, file: files[0], files, frame, fix }, { status: 500 })
}
