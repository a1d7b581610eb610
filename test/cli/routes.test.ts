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
  const alone = { middleware: [], error: null, notFound: null }
  expect(JSON.parse((await everyroute(dir, ['routes', '--json'])).stdout)).toEqual([
    { pathname: '/users', file: 'users/route.ts', methods: ['GET', 'POST'], params: [], config: { revalidate: 60 }, ...alone },
    { pathname: '/users/me', file: '(site)/users/me/route.ts', methods: ['GET'], params: [], config: {}, ...alone },
    {
      pathname: '/users/[id]',
      file: 'users/[id]/route.ts',
      methods: ['GET'],
      params: [{ name: 'id', kind: 'dynamic' }],
      config: {},
      ...alone,
    },
    {
      pathname: '/[...rest]',
      file: '[...rest]/route.ts',
      methods: null,
      params: [{ name: 'rest', kind: 'catch-all' }],
      config: {},
      ...alone,
    },
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

test('--explain prints the chain of the folders with its files, also in front of a 404', async () => {
  const middleware = 'export default (c, next) => next()\n'
  const dir = await createProject({
    'routes/_middleware.ts': middleware,
    'routes/_error.ts': 'export default (error, c) => c.text("error")\n',
    'routes/(staff)/_middleware.ts': middleware,
    'routes/(staff)/admin/_middleware.ts': middleware,
    'routes/(staff)/admin/_not-found.ts': 'export default (c) => c.text("nothing")\n',
    'routes/(staff)/admin/x/route.ts': answering('x'),
  })
  const chain = `  middleware  _middleware.ts
              (staff)/_middleware.ts
              (staff)/admin/_middleware.ts
  error       _error.ts
  not-found   (staff)/admin/_not-found.ts
`
  expect((await everyroute(dir, ['routes', '--explain', 'GET', '/admin/x'])).stdout).toBe(`GET /admin/x
  The GET handler of the file answers.
  file        (staff)/admin/x/route.ts
  route       /admin/x
${chain}`)
  expect((await everyroute(dir, ['routes', '--explain', 'GET', '/admin/y'])).stdout).toContain(`GET /admin/y
  404: no route file answers this path.
${chain}`)
  const [route] = JSON.parse((await everyroute(dir, ['routes', '--json'])).stdout)
  expect(route).toMatchObject({
    middleware: ['_middleware.ts', '(staff)/_middleware.ts', '(staff)/admin/_middleware.ts'],
    error: '_error.ts',
    notFound: '(staff)/admin/_not-found.ts',
  })
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

test('typegen writes the manifest, the types and those of the client, and says when nothing changed', async () => {
  const dir = await createProject(FILES)
  const files = '.everyroute/manifest.ts, .everyroute/routes.d.ts and .everyroute/client.d.ts'
  expect((await everyroute(dir, ['typegen'])).stdout).toBe(`Wrote ${files}\n`)
  expect(readFileSync(join(dir, '.everyroute/routes.d.ts'), 'utf8')).toContain('"/users/[id]"')
  expect((await everyroute(dir, ['typegen'])).stdout).toBe(`${files} are up to date\n`)
})
