import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY } from './imports.ts'

const run = promisify(execFile)

interface PackageJson {
  readonly version: string
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

export const packageJson: PackageJson = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'))

export interface PackedFile {
  readonly path: string
  readonly mode: number
}

export interface InstalledPackage {
  /** A folder whose `node_modules` holds the package as `npm pack` makes it, and what its package.json asks for. */
  readonly dir: string
  /** The package's own folder in there. */
  readonly packageDir: string
  /** What `npm pack` wrote. */
  readonly tarball: string
  readonly files: readonly PackedFile[]
  write(file: string, text: string): Promise<string>
  remove(): Promise<void>
}

/** Packs the built package and installs it, with its declared dependencies alone, in a folder of its own. */
export async function installPackage(): Promise<InstalledPackage> {
  if (!existsSync(join(REPOSITORY, 'dist/index.js'))) throw new Error('dist/index.js is missing: run `npm run build` first')
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-package-')))
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], { cwd: REPOSITORY })
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: PackedFile[] }]
  const tarball = join(dir, packed.filename)
  const modules = join(dir, 'node_modules')
  await mkdir(modules)
  await run('tar', ['-xzf', tarball, '-C', modules])
  const packageDir = join(modules, 'everyroute')
  await rename(join(modules, 'package'), packageDir)
  for (const name of Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies })) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name))
  }
  return {
    dir,
    packageDir,
    tarball,
    files: packed.files,
    async write(file, text) {
      await writeFile(join(dir, file), text)
      return join(dir, file)
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  }
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program and gives what it printed. Rejects, with all it printed, where it fails or takes longer than 60,000 ms. */
export async function execute(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  try {
    return await run(command, args, { cwd, timeout: 60_000, env: { PATH: process.env.PATH, HOME: process.env.HOME } })
  } catch (error) {
    const { stdout, stderr } = error as Ran
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** A Node.js of this machine outside `node_modules` whose major version is `major`, or `undefined`. */
export async function findNode(major: number): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && !folder.includes('node_modules'))
  for (const folder of new Set(folders)) {
    const file = join(folder, 'node')
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue
    const { stdout } = await run(file, ['--version'])
    if (stdout.startsWith(`v${major}.`)) return file
  }
  return undefined
}
