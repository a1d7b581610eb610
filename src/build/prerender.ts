import { type ChildProcess, spawn } from 'node:child_process'
import { rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import { PRERENDERED_FILE } from './server-text.js'

/** The bundled module that prerenders; it is gone from the finished output. */
export const PRERENDER_ENTRY = 'prerender.mjs'

export interface PrerenderRun {
  /** The project root, which is the working directory of handlers; absolute. */
  readonly root: string
  /** Absolute. */
  readonly routesDir: string
  /** Seconds that one answer may take, more than 0. Default 60. */
  readonly staticPageGenerationTimeout?: number | undefined
}

/** Seconds, as in Next.js. */
const DEFAULT_TIMEOUT = 60

/** What the process that prerenders says of its progress. */
type Message =
  | { readonly file: string; readonly pathname: string }
  | { readonly failure: { readonly message: string; readonly files?: readonly string[]; readonly fix?: string; readonly stack?: string } }

/** Handlers may send messages too, such as `process.send('ready')` for a process manager. */
const isMessage = (message: unknown): message is Message =>
  typeof message === 'object' && message !== null && ('failure' in message || 'pathname' in message)

/** What the process was about, or had to say, when it ended. */
interface Progress {
  readonly code: number | null
  readonly isLate: boolean
  readonly last: Message | undefined
}

/** Waits for the process to end, and ends it where an answer takes too long: its handler may never come back. */
function watch(child: ChildProcess, seconds: number): Promise<Progress> {
  return new Promise((resolve, reject) => {
    let last: Message | undefined
    let isLate = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const giveTime = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        isLate = true
        child.kill('SIGKILL')
      }, seconds * 1000)
    }
    child.on('message', (message) => {
      if (!isMessage(message)) return
      last = message
      giveTime()
    })
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, isLate, last })
    })
    giveTime()
  })
}

/** The part of a stack that is the project's: what lies above our own call of the handler. */
const ownStack = (stack: string): string => stack.split(/\n.*\b(?:callHandler|runFast|async produce)\b/, 1)[0]!

/** The error that a run ended with, by what the process said last. */
function failureOf(
  { code, isLate, last }: Progress,
  { root, routesDir, staticPageGenerationTimeout = DEFAULT_TIMEOUT }: PrerenderRun,
): EveryrouteError {
  const inRoot = (file: string): string => relative(root, join(routesDir, file)).split(sep).join('/')
  if (last && 'failure' in last) {
    const { message, files = [], fix = 'Mend what it says; the routes are loaded at build time.', stack } = last.failure
    return new EveryrouteError('ERR_PRERENDER', stack ? `${message}\n${ownStack(stack)}` : message, { files: files.map(inRoot), fix })
  }
  const what = last ? `GET ${last.pathname}` : 'Loading the routes'
  const files = last ? [inRoot(last.file)] : []
  if (isLate) {
    return new EveryrouteError(
      'ERR_PRERENDER',
      `${what} took more than ${staticPageGenerationTimeout} seconds while the build made its answer.`,
      {
        files,
        fix: "Mend the handler, give it more time by staticPageGenerationTimeout, or export `dynamic = 'force-dynamic'`.",
      },
    )
  }
  return new EveryrouteError('ERR_PRERENDER', `${what} ended the process that prerenders (exit code ${code}).`, {
    files,
    fix: 'Mend what the process wrote above; a handler that is run by the build must not call process.exit.',
  })
}

/**
 * Runs the bundle's handlers whose answers are kept, in a process of their own, and leaves their answers beside the server. What
 * handlers write to the console is shown. Connections and timers that they leave open don't hold the build up.
 * @param dir the folder that was bundled into, absolute
 * @throws {EveryrouteError} `ERR_PRERENDER` where a handler fails or takes too long
 */
export async function runPrerender(dir: string, run: PrerenderRun): Promise<void> {
  const entry = join(dir, PRERENDER_ENTRY)
  const output = join(dir, PRERENDERED_FILE)
  const child = spawn(process.execPath, [entry, output], {
    cwd: run.root,
    // As Next.js calls the build, which route files look at.
    env: { ...process.env, NEXT_PHASE: 'phase-production-build' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const progress = await watch(child, run.staticPageGenerationTimeout ?? DEFAULT_TIMEOUT).finally(() => process.off('exit', kill))
  await rm(entry, { force: true })
  const isWritten = await stat(output).then(Boolean, () => false)
  if (progress.code !== 0 || !isWritten) throw failureOf(progress, run)
}
