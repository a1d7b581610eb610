import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH } from '../frameworks.ts'
import type { Plan } from '../harness/plan.ts'
import { inRounds } from '../harness/rounds.ts'
import { addSample, type Samples } from '../harness/stats.ts'
import { honoText, writeHono, writeRoutes } from './projects.ts'
import { tableOf, toColon } from './router-tables.mjs'

const ROUTES = 200

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  },
}

function writeProject(dir: string, files: readonly string[], texts: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, name), text)
  const path = join(dir, 'tsconfig.json')
  writeFileSync(path, JSON.stringify({ ...TSCONFIG, include: files }))
  return path
}

/** A client's types need all routes in one chain; without a client, each may be a statement. */
async function honoProjects(): Promise<[name: string, path: string][]> {
  const statements = honoText(ROUTES)
  const calls = tableOf(ROUTES).map((route) => `  .get('${toColon(route)}', async (c) => c.json(c.req.param()))`)
  const chain = `import { Hono } from 'hono'\nconst app = new Hono()\n${calls.join('\n')}\nexport type App = typeof app\n`
  const client = `import { hc } from 'hono/client'\nimport type { App } from './app.ts'\nexport const client = hc<App>('http://localhost')\n`
  const projects: [string, string, Record<string, string>][] = [
    ['hono, a statement for each route', 'types-hono', { 'app.ts': statements.replace(/process\.env\.PORT/, '0') }],
    ['hono, one chain with its client', 'types-hono-chain', { 'app.ts': chain, 'client.ts': client }],
  ]
  const found: [string, string][] = []
  for (const [name, folder, texts] of projects) {
    await writeHono(folder, 5)
    found.push([name, writeProject(join(BENCH, '.work', folder), Object.keys(texts), texts)])
  }
  return found
}

function ourProject(): [name: string, path: string] {
  const dir = writeRoutes('types-everyroute', ROUTES)
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${BENCH}../dist/cli/main.js`, 'typegen', '--root', '.'], {
    cwd: dir,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`everyroute typegen: ${stdout}${stderr}`)
  return ['everyroute, route files and their types', writeProject(dir, ['routes', '.everyroute/*.d.ts'], {})]
}

/**
 * By subject: `seconds` of `tsc --noEmit` of 200 routes, and `memory` in MB, as the compiler tells them.
 * @throws {Error} where a project has a type error
 */
export async function measureTypeCheck(plan: Plan): Promise<Samples> {
  const samples: Samples = {}
  const tsc = `${BENCH}../node_modules/typescript/lib/tsc.js`
  const subjects = [ourProject(), ...(await honoProjects())]
  await inRounds(subjects, Math.min(3, plan.processRounds), async ([name, path]) => {
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', path, '--diagnostics'], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name}: ${stdout}`)
    addSample(samples, name, 'seconds', Number(/Total time:\s+([\d.]+)s/.exec(stdout)![1]))
    addSample(samples, name, 'memory', Number(/Memory used:\s+(\d+)K/.exec(stdout)![1]) / 1024)
  })
  return samples
}
