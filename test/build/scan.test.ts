import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { scanRoutes } from '../../src/build/scan.js'
import { tempProject } from './temp-project.js'

// Permissions do not stop root, so the test of unreadable folders makes readdir refuse one.
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  return { ...fs, readdir: vi.fn(fs.readdir) }
})

test('finds every route and page file, sorted, and nothing else', async () => {
  const root = await tempProject({
    'route.ts': '',
    'b/route.tsx': '',
    'b/route.test.ts': '',
    'b/my-route.ts': '',
    'b/route.d.ts': '',
    'a/route.js': '',
    'a/c/route.jsx': '',
    'a/d/route.mts': '',
    'a/e/route.mjs': '',
    '.well-known/security.txt/route.ts': '',
    '(group)/@slot/[...id]/route.ts': '',
    '%5Fx/route.ts': '',
    'about/page.tsx': '',
    'route/route.ts': '',
    '_lib/route.ts': '',
    'a/_private/deep/route.ts': '',
    'node_modules/x/route.ts': '',
    '_route.ts': '',
  })
  const { files, warnings } = await scanRoutes(root)
  expect(files.map(({ file, kind }) => `${kind} ${file}`)).toEqual([
    'route %5Fx/route.ts',
    'route (group)/@slot/[...id]/route.ts',
    'route .well-known/security.txt/route.ts',
    'route a/c/route.jsx',
    'route a/d/route.mts',
    'route a/e/route.mjs',
    'route a/route.js',
    'page about/page.tsx',
    'route b/route.tsx',
    'route route.ts',
    'route route/route.ts',
  ])
  expect(warnings).toEqual([])
})

test('finds the files of folders, and none in private folders', async () => {
  const root = await tempProject({
    '_middleware.ts': '',
    '_error.tsx': '',
    '_not-found.mjs': '',
    '(g)/@s/[id]/_middleware.mts': '',
    'linked/_middleware.js': { link: '../_middleware.ts' },
    '_lib/_middleware.ts': '',
    '_lib/_Middleware.ts': '',
    'a/node_modules/x/_middleware.ts': '',
    '_middleware.test.ts': '',
    '_middleware.d.ts': '',
    '_middleware.md': '',
    '_auth.ts': '',
    'middleware/route.ts': '',
    'errors.ts': '',
    '_errors.ts': '',
    'middleware/routes.ts': '',
    'router.ts': '',
    'not-found.tsx': '',
    'error.tsx': '',
  })
  const { files, warnings } = await scanRoutes(root)
  expect(files.map(({ file, kind }) => `${kind} ${file}`)).toEqual([
    'middleware (g)/@s/[id]/_middleware.mts',
    'error _error.tsx',
    'middleware _middleware.ts',
    'not-found _not-found.mjs',
    'middleware linked/_middleware.js',
    'route middleware/route.ts',
  ])
  expect(warnings).toEqual([])
})

const MISSPELT = [
  '_Middleware.ts',
  '_middleware.cts',
  '_middleware.cjs',
  '_middleware.TS',
  '_middleware',
  '_middlewares.ts',
  '_middle-ware.ts',
  '__middleware.ts',
  '_midleware.tsx',
]
/** Names that mean something else in Next.js. */
const ORDINARY_IN_NEXT = ['middleware.ts', 'Middleware.js', '_middleware/index.ts', '_middleware.ts/index.ts', '_MIDDLEWARE/auth.ts']

test.each([
  ...[...MISSPELT, ...ORDINARY_IN_NEXT].map((name) => ({ name, isNextApp: false })),
  ...MISSPELT.map((name) => ({ name, isNextApp: true })),
])('what looks like middleware and is not read is an error: $name (in Next.js: $isNextApp)', async ({ name, isNextApp }) => {
  const file = `admin/${name.split('/', 1)[0]}`
  await expect(scanRoutes(await tempProject({ [`admin/${name}`]: '' }), { isNextApp })).rejects.toMatchObject({
    code: 'ERR_FOLDER_FILE_NAME',
    message: `"${file}" looks like _middleware.ts and is not read as such`,
    files: [file],
    fix: expect.stringContaining('_middleware.ts'),
  })
})

test('in a Next.js application middleware.ts and a private folder _middleware are a warning, since neither runs there', async () => {
  const root = await tempProject({ 'a/middleware.ts': '', 'a/_middleware/auth.ts': '', 'a/route.ts': '' })
  const { files, warnings } = await scanRoutes(root, { isNextApp: true })
  expect(files.map(({ file }) => file)).toEqual(['a/route.ts'])
  expect(warnings.map(({ file }) => file)).toEqual(['a/_middleware', 'a/middleware.ts'])
})

test('what looks like _error or _not-found is a warning', async () => {
  const names = ['_Error.ts', '_error.cts', '_errors.ts', '_notFound.ts', '_not_found.ts', '_notfound.jsx']
  const { files, warnings } = await scanRoutes(await tempProject(Object.fromEntries(names.map((name) => [name, '']))))
  expect(files).toEqual([])
  expect(warnings.map(({ file, message }) => [file, /like (\S+)/.exec(message)?.[1]])).toEqual([
    ['_Error.ts', '_error.ts'],
    ['_error.cts', '_error.ts'],
    ['_errors.ts', '_error.ts'],
    ['_notFound.ts', '_not-found.ts'],
    ['_not_found.ts', '_not-found.ts'],
    ['_notfound.jsx', '_not-found.ts'],
  ])
})

test('what looks like route.ts is a warning where no route file stands beside it', async () => {
  const files = {
    'a/Route.ts': '',
    'b/routes.ts': '',
    'c/rout.jsx': '',
    'd/router.ts': '',
    'e/routes.ts': '',
    'e/route.ts': '',
    '_lib/routes.ts': '',
  }
  const root = await tempProject(files)
  const { warnings } = await scanRoutes(root)
  expect(warnings.map(({ file, message }) => [file, /like (\S+)/.exec(message)?.[1]])).toEqual([
    ['a/Route.ts', 'route.ts'],
    ['b/routes.ts', 'route.ts'],
    ['c/rout.jsx', 'route.ts'],
  ])
  // There, a module of any name may lie beside a page.
  expect((await scanRoutes(root, { isNextApp: true })).warnings.map(({ file }) => file)).toEqual(['a/Route.ts'])
})

test('follows links to files and folders, the same folder twice included', async () => {
  const root = await tempProject({
    'shared/route.ts': '',
    'outside/x/route.ts': '',
    'routes/a/route.ts': { link: '../../shared/route.ts' },
    'routes/b': { link: '../outside' },
    'routes/c': { link: '../outside' },
    'linked-routes': { link: 'routes' },
  })
  const { files } = await scanRoutes(join(root, 'linked-routes'))
  expect(files.map(({ file }) => file)).toEqual(['a/route.ts', 'b/x/route.ts', 'c/x/route.ts'])
})

test('warns about a route file that is a dangling link and about CommonJS extensions', async () => {
  const root = await tempProject({ 'a/route.ts': { link: 'nowhere' }, 'a/.#route.ts': { link: 'user@host' }, 'b/route.cts': '' })
  const { files, warnings } = await scanRoutes(root)
  expect(files).toEqual([])
  expect(warnings.map(({ file }) => file)).toEqual(['a/route.ts', 'b/route.cts'])
})

test('middleware that is a dangling link is an error, other files of a folder a warning, private links nothing', async () => {
  const { warnings } = await scanRoutes(await tempProject({ '_error.ts': { link: 'nowhere' }, _lib: { link: '_lib' } }))
  expect(warnings.map(({ file }) => file)).toEqual(['_error.ts'])
  await expect(scanRoutes(await tempProject({ 'a/_middleware.ts': { link: 'nowhere' } }))).rejects.toMatchObject({
    code: 'ERR_UNREADABLE',
    message: 'The symbolic link "a/_middleware.ts" leads nowhere',
    files: ['a/_middleware.ts'],
  })
})

test.each([
  ['to a parent', { 'a/b/up': { link: '../..' } }, 'a/b/up'],
  ['to its own folder', { 'a/here': { link: '.' } }, 'a/here'],
  ['to itself', { 'a/route.ts': { link: 'route.ts' } }, 'a/route.ts'],
  ['through a folder outside', { 'routes/a/out': { link: '../../out' }, 'out/back': { link: '../routes' } }, 'a/out/back'],
])('a link loop %s is an error', async (_, files, name) => {
  const root = await tempProject(files)
  await expect(scanRoutes(name === 'a/out/back' ? join(root, 'routes') : root)).rejects.toMatchObject({
    code: 'ERR_SYMLINK_LOOP',
    files: [name],
    fix: expect.stringMatching(/\.$/),
  })
})

test.each([
  ['f/[...a?]/route.ts', '[...a?]', 'Write [[...a]] for an optional catch-all.'],
  ['what?/b/route.ts', 'what?', 'Give the folder a name without it.'],
  ['(g?)/_middleware.ts', '(g?)', 'Give the folder a name without it.'],
])('a question mark in the path of a file that is read is an error: %s', async (file, folder, fix) => {
  await expect(scanRoutes(await tempProject({ [file]: '' }))).rejects.toMatchObject({
    code: 'ERR_SEGMENT_SYNTAX',
    message: expect.stringContaining(`"${folder}" holds "?"`),
    files: [file],
    fix,
  })
  await scanRoutes(await tempProject({ 'a?/_lib/route.ts': '', 'a?/note.ts': '' }))
})

test('a missing routes folder, and a file in its place, are errors that name it', async () => {
  const root = await tempProject({ file: '' })
  for (const name of ['nothing', 'file']) {
    const path = join(root, name)
    await expect(scanRoutes(path)).rejects.toMatchObject({
      code: 'ERR_ROUTES_DIR_MISSING',
      files: [path],
      message: expect.stringContaining(path),
    })
  }
})

test('an unreadable folder is an error that names it and the mend', async () => {
  const root = await tempProject({ 'a/secret/route.ts': '' })
  const readable = vi.mocked(readdir).getMockImplementation()
  vi.mocked(readdir).mockImplementation(async (path, options) => {
    if (String(path).endsWith('secret')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
    return readable!(path, options as never) as never
  })
  await expect(scanRoutes(root)).rejects.toMatchObject({
    code: 'ERR_UNREADABLE',
    message: '"a/secret" cannot be read (EACCES)',
    files: ['a/secret'],
    fix: expect.stringContaining('chmod'),
  })
})
