import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driveExample } from './drive'
import { type StartedExample, startBuilt } from './start'
import { adminToken } from './tokens'

// The example as a project of its own, once with `next` installed beside it and once without.
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES = ['@libsql/client', '@types/node', 'drizzle-orm', 'hono', 'zod']

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['dom', 'dom.iterable', 'esnext'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    isolatedModules: true,
  },
  include: ['routes', '.everyroute/routes.d.ts', 'types.ts'],
}
/** Where `next` is installed, a global `RouteContext` is Next.js's to declare. */
const contextType = (hasNext: boolean): string =>
  hasNext ? "{ params: Promise<RouteParamsMap['/users/[id]']> }" : "RouteContext<'/users/[id]'>"

/** Holds only where `next/server` has types of its own: of `any`, nothing would be an error. */
const typesText = (hasNext: boolean): string => `import { type NextRequest, NextResponse } from 'next/server'
export const query = (request: NextRequest): string | null => request.nextUrl.searchParams.get('q')
// @ts-expect-error: no such member
export const missing = (request: NextRequest) => request.nextUrl.nothing
// @ts-expect-error: a status is a number
export const wrong = () => NextResponse.json({}, { status: '200' })
export const typed = async ({ params }: ${contextType(hasNext)}): Promise<string> => (await params).id
`

interface Project {
  readonly dir: string
  readonly example: StartedExample
}

const run = (dir: string, file: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [join(REPOSITORY, file), ...args], { cwd: dir, maxBuffer: 16 * 1024 * 1024 })
const everyroute = (dir: string, verb: string): Promise<{ stdout: string; stderr: string }> => run(dir, 'dist/cli/main.js', verb)

async function link(dir: string, name: string, target = join(REPOSITORY, 'node_modules', name)): Promise<void> {
  const path = join(dir, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path, 'junction')
}

async function createProject(hasNext: boolean): Promise<Project> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-example-')))
  await cp(join(REPOSITORY, 'routes'), join(dir, 'routes'), { recursive: true })
  await cp(join(REPOSITORY, '.config/everyroute.ts'), join(dir, '.config/everyroute.ts'))
  await writeFile(join(dir, 'package.json'), '{ "name": "example", "private": true, "type": "module" }\n')
  await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  await writeFile(join(dir, 'types.ts'), typesText(hasNext))
  // Not a link: its types would find the repository's `next`.
  for (const path of ['dist', 'package.json'])
    await cp(join(REPOSITORY, path), join(dir, 'node_modules/everyroute', path), { recursive: true })
  const { dependencies } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')) as { dependencies: object }
  const packages = new Set([...PACKAGES, ...Object.keys(dependencies), ...(hasNext ? ['next'] : [])])
  for (const name of packages) await link(dir, name)
  await everyroute(dir, 'build')
  return { dir, example: await startBuilt(join(dir, '.output'), dir) }
}

let projects: readonly [Project, Project]

beforeAll(async () => {
  projects = await Promise.all([createProject(true), createProject(false)])
}, 120_000)
afterAll(async () => {
  for (const { dir, example } of projects ?? []) {
    await example.stop()
    await rm(dir, { recursive: true, force: true })
  }
})

const json = (value: unknown): RequestInit => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
const REQUESTS: readonly (readonly [string, string, RequestInit?])[] = [
  ['GET', '/health'],
  ['GET', '/users?page=0&limit=2'],
  ['GET', '/users/1'],
  ['HEAD', '/users/1'],
  ['OPTIONS', '/users/1'],
  ['POST', '/users', json({ name: 'New', email: 'new@example.com' })],
  ['POST', '/users', json({ name: 'New', email: 'new@example.com' })],
  ['POST', '/users', json({ name: '', email: 'nobody' })],
  ['POST', '/users', { ...json({}), body: '{' }],
  ['POST', '/users', { body: 'name=New' }],
  ['GET', '/me'],
  ['PATCH', '/users/4', json({ name: 'Newer' })],
  ['PUT', '/users/4', json({ name: 'Newest', email: 'newest@example.com' })],
  ['POST', '/posts', json({ slug: 'a-post', title: 'A post', body: '.', authorId: 4 })],
  ['GET', '/posts/a-post'],
  ['GET', '/posts?limit=100'],
  ['DELETE', '/users/4'],
  ['GET', '/posts/a-post'],
  ['PATCH', '/users'],
  ['GET', '/users/'],
  ['GET', '/users//1'],
  ['GET', '/users/%'],
  ['GET', '/nothing'],
]

/** Differ from one answer to the next. */
const PASSING = ['content-length', 'date', 'ratelimit', 'x-request-id']

/** Status, headers and body; times and ids are all alike. */
async function ask(origin: string, method: string, path: string, init?: RequestInit): Promise<unknown> {
  const sent = { authorization: `Bearer ${await adminToken()}`, ...init?.headers }
  const response = await fetch(`${origin}/api${path}`, { ...init, headers: sent, method, redirect: 'manual' })
  const headers = [...response.headers].filter(([name]) => !PASSING.includes(name))
  const text = (await response.text()).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'UUID')
  return { status: response.status, headers: Object.fromEntries(headers), text: text.replaceAll(origin, 'ORIGIN') }
}

test('the example answers alike with and without next installed', async () => {
  const [withNext, without] = projects.map(({ example }) => example.origin) as [string, string]
  const statuses = new Set<unknown>()
  for (const [method, path, init] of REQUESTS) {
    const expected = await ask(withNext, method, path, init)
    expect(await ask(without, method, path, init), `${method} ${path}`).toEqual(expected)
    statuses.add((expected as { status: number }).status)
  }
  expect([...statuses].sort()).toEqual([200, 201, 204, 308, 400, 404, 405, 409, 415])
})

describe.each([
  ['with next installed', 0, /\/next\/server\.d\.ts$/m, /\/dist\/next\/server\.d\.ts$/m],
  ['without next installed', 1, /\/dist\/next\/server\.d\.ts$/m, /\/node_modules\/next\//],
] as const)('%s', (_, at, expected, unexpected) => {
  driveExample(() => projects[at].example.origin)

  test('nothing was logged as an error meanwhile', () => {
    expect(projects[at].example.output()).not.toMatch(/error/i)
  })

  test('the types are those of the right package, and the example has no type error', async () => {
    const { dir } = projects[at]
    await everyroute(dir, 'typegen')
    const { stdout } = await run(dir, 'node_modules/typescript/bin/tsc', '--noEmit', '--listFiles')
    expect(stdout).toContain('/routes/users/[id]/route.ts')
    expect(stdout).toMatch(expected)
    expect(stdout).not.toMatch(unexpected)
  }, 60_000)
})
