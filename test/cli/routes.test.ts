import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answering, createProject, everyroute } from './project.js'

const FILES = {
  'routes/users/route.ts': `export const revalidate = 60\n${answering('users')}export const POST = GET\n`,
  'routes/users/[id]/route.ts': answering('user'),
  'routes/(site)/users/me/route.ts': answering('me'),
  'routes/[...rest]/route.ts': "export * from 'somewhere'\n",
}

test('lists the routes in match order, as a table and as JSON', async () => {
  const dir = await createProject(FILES)
  expect((await everyroute(dir, ['routes'])).stdout).toBe(`  GET,POST  /users       users/route.ts            revalidate=60
  GET       /users/me    (site)/users/me/route.ts
  GET       /users/[id]  users/[id]/route.ts
  ?         /[...rest]   [...rest]/route.ts
`)
  expect(JSON.parse((await everyroute(dir, ['routes', '--json'])).stdout)).toEqual([
    { pathname: '/users', file: 'users/route.ts', methods: ['GET', 'POST'], params: [], config: { revalidate: 60 } },
    { pathname: '/users/me', file: '(site)/users/me/route.ts', methods: ['GET'], params: [], config: {} },
    { pathname: '/users/[id]', file: 'users/[id]/route.ts', methods: ['GET'], params: [{ name: 'id', kind: 'dynamic' }], config: {} },
    { pathname: '/[...rest]', file: '[...rest]/route.ts', methods: null, params: [{ name: 'rest', kind: 'catch-all' }], config: {} },
  ])
})

test('--explain says which file answers and why the others do not', async () => {
  const { code, stdout } = await everyroute(await createProject(FILES), ['routes', '--explain', 'get', '/users/7?x=1'])
  expect(code).toBe(0)
  expect(stdout).toBe(`GET /users/7?x=1
  The GET handler of the file answers.
  file    users/[id]/route.ts
  route   /users/[id]
  params  id="7"

Other routes:
  /[...rest]  [...rest]/route.ts        also matches, but is less specific than /users/[id]
  /users      users/route.ts            the path goes on after segment 1
  /users/me   (site)/users/me/route.ts  segment 2 is 7, not me
`)
})

test('--explain --json has the same in full', async () => {
  const { stdout } = await everyroute(await createProject(FILES), ['routes', '--json', '--explain', 'DELETE', '/users'])
  const explained = JSON.parse(stdout)
  expect(explained).toMatchObject({
    method: 'DELETE',
    target: '/users',
    status: 405,
    pathname: '/users',
    file: 'users/route.ts',
    params: {},
  })
  expect(explained.others).toHaveLength(3)
})

test('typegen writes the manifest and the types, and says when nothing changed', async () => {
  const dir = await createProject(FILES)
  expect((await everyroute(dir, ['typegen'])).stdout).toBe('Wrote .everyroute/manifest.ts and .everyroute/routes.d.ts\n')
  expect(readFileSync(join(dir, '.everyroute/routes.d.ts'), 'utf8')).toContain('"/users/[id]"')
  expect((await everyroute(dir, ['typegen'])).stdout).toBe('.everyroute/manifest.ts and .everyroute/routes.d.ts are up to date\n')
})
