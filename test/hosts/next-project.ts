import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningProcess, runNode, startNode } from './processes.ts'

export const repository: string = fileURLToPath(new URL('../..', import.meta.url))

const nextBin = join(repository, 'node_modules/next/dist/bin/next')

const ENVIRONMENT = { NEXT_TELEMETRY_DISABLED: '1', TURBOPACK: undefined }

/** As in docs/nextjs.md: with its fast refresh, Turbopack loses the chunks of modules that are imported when they are needed. */
const DEV_FLAGS = ['--no-server-fast-refresh']

/** Inside the repository, for Turbopack reads nothing from outside of the folder that has the lock file; ignored by git. */
const workFolder = join(repository, 'test/hosts/.work')

export type { RunningProcess } from './processes.ts'

/** A Next.js application in a folder of its own, with the repository's packages and the built `everyroute`. */
export interface NextProject {
  readonly root: string
  /** Writes a file; the path is relative to the root. */
  write(path: string, text: string): Promise<void>
  /** Copies a file or folder of the repository. */
  copy(from: string, to: string): Promise<void>
  /** Runs a command of `everyroute` in the project. Throws where it fails. */
  everyroute(...args: string[]): Promise<string>
  /** Runs `next build`. Throws where it fails. */
  build(): Promise<string>
  /** Runs `next start`, or `next dev`, on a free port. */
  start(command?: 'start' | 'dev', env?: NodeJS.ProcessEnv): Promise<RunningProcess>
  remove(): Promise<void>
}

/** @param name of the folder, one for each test file */
export async function createNextProject(name: string): Promise<NextProject> {
  const root = join(workFolder, name)
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  await rm(root, { recursive: true, force: true })
  for (const path of ['package.json', 'dist']) {
    await cp(join(repository, path), join(root, 'node_modules/everyroute', path), { recursive: true })
  }
  return {
    root,
    write,
    copy: (from, to) => cp(join(repository, from), join(root, to), { recursive: true }),
    everyroute: (...args) => runNode([join(root, 'node_modules/everyroute/dist/cli/main.js'), ...args], root),
    build: () => runNode([nextBin, 'build'], root, ENVIRONMENT),
    // Next.js prints its address before it answers, and `Ready` once it does.
    start: (command = 'start', env = {}) =>
      startNode([nextBin, command, ...(command === 'dev' ? DEV_FLAGS : []), '--port', '0'], root, {
        env: { ...ENVIRONMENT, ...env },
        ready: /Ready/,
      }),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** A copy of `examples/next`, beside one of the file of the repository that it takes its schema from. */
export async function createNextExample(name: string): Promise<NextProject> {
  const project = await createNextProject(`${name}/examples/next`)
  await project.copy('routes/_lib/schemas.ts', '../../routes/_lib/schemas.ts')
  for (const part of ['app', 'lib', 'routes', 'next.config.ts', 'tsconfig.json', 'package.json']) {
    await project.copy(`examples/next/${part}`, part)
  }
  return { ...project, remove: () => rm(join(workFolder, name), { recursive: true, force: true }) }
}
