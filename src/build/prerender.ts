import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EveryrouteError } from '../routing/errors.js'
import { PRERENDERED_FILE } from './server-text.js'

/** The bundled module that prerenders; it is gone from the finished output. */
export const PRERENDER_ENTRY = 'prerender.mjs'

interface Failure {
  readonly code?: string
  readonly message: string
  readonly files?: readonly string[]
  readonly fix?: string
  readonly stack?: string
}

function readFailure(text: string): Failure {
  try {
    return JSON.parse(text.slice(text.lastIndexOf('{"')))
  } catch {
    return { message: text.trim() || 'The process that prerenders ended early.' }
  }
}

/**
 * Runs the bundle's handlers whose answers are kept, in a process of their own, and leaves their answers beside the server.
 * @param dir the folder that was bundled into
 * @param root the project root, which is the working directory of handlers
 * @throws {EveryrouteError} `ERR_PRERENDER` where a handler fails
 */
export async function runPrerender(dir: string, root: string): Promise<void> {
  const entry = join(dir, PRERENDER_ENTRY)
  const child = spawn(process.execPath, [entry, join(dir, PRERENDERED_FILE)], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  await rm(entry, { force: true })
  if (code === 0) {
    if (errors !== '') process.stderr.write(errors)
    return
  }
  const failure = readFailure(errors)
  throw new EveryrouteError('ERR_PRERENDER', failure.stack ? `${failure.message}\n${failure.stack}` : failure.message, {
    files: failure.files ?? [],
    fix: failure.fix ?? 'Mend the route file; it must run at build time.',
  })
}
