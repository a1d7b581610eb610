import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { BENCH } from '../frameworks.ts'
import { tableOf, toColon } from './router-tables.mjs'

/** Projects that are written for a measurement, below `.work`. */

const CLI = `${BENCH}../dist/cli/main.js`

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const freshFolder = (name: string): string => {
  const dir = join(BENCH, '.work', name)
  rmSync(dir, { recursive: true, force: true })
  write(join(dir, 'package.json'), '{ "name": "measured", "private": true, "type": "module" }\n')
  return dir
}

/** Bundles for a server as a project that minds its start would. */
async function bundle(entry: string, outfile: string): Promise<void> {
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" }
  await esbuild({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', banner, logLevel: 'error' })
}

const HANDLER = `export async function GET(_request: Request, { params }: { params: Promise<Record<string, string>> }): Promise<Response> {
  return Response.json(await params)
}
`

/** A project of route files. */
export function writeRoutes(name: string, count: number): string {
  return writeProject(name, tableOf(count))
}

/** Writes a project of these routes, all with the same handler. */
export function writeProject(name: string, pathnames: readonly string[]): string {
  const dir = freshFolder(name)
  for (const pathname of pathnames) write(join(dir, 'routes', pathname, 'route.ts'), HANDLER)
  return dir
}

/**
 * Runs `everyroute build` in a project.
 * @throws {Error} with what it printed
 */
export function buildRoutes(dir: string, target: 'node' | 'workers'): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'build', '--root', '.', '--target', target], {
    cwd: dir,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`everyroute build: ${stdout}${stderr}`)
}

/** The same routes as one Hono app on its server. */
export function honoText(count: number): string {
  const lines = tableOf(count).map((route) => `app.get('${toColon(route)}', async (c) => Response.json(c.req.param()))`)
  return `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
const app = new Hono()
${lines.join('\n')}
serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' })
`
}

/** @returns the scripts that start it: as it is written, and bundled into one file */
export async function writeHono(name: string, count: number): Promise<{ plain: string; bundled: string }> {
  const dir = freshFolder(name)
  const plain = join(dir, 'server.mjs')
  const bundled = join(dir, 'bundled.mjs')
  write(plain, honoText(count))
  await bundle(plain, bundled)
  return { plain, bundled }
}
