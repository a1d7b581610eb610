import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadConfig } from '../../src/build/config.js'
import { loadProject, writeGenerated } from '../../src/build/project.js'
import { withMiddleware } from '../../src/handler.js'
import type { RouteManifest } from '../../src/index.js'
import { cors } from '../../src/middleware/cors.js'

/** A tree of route files with a chain at each level, which says what runs. */
export interface GuardedTree {
  readonly root: string
  readonly manifest: RouteManifest
  /** What has run since it was last asked for: names of middleware, `= file` for a handler. */
  taken(): string[]
  /** What has to run in front of a route file, by the place of the files alone. */
  chainOf(file: string): readonly string[]
}

/** `_middleware` files by folder, with the names of the middleware in them. */
const MIDDLEWARE: Readonly<Record<string, readonly string[]>> = {
  '': ['root'],
  admin: ['admin 1', 'admin 2'],
  'admin/users/[id]': ['user'],
  '(shop)': ['(shop)'],
  '(shop)/shop': ['shop'],
  '(shop)/shop/[...items]': ['items 1', 'items 2', 'items 3'],
  '(open)': ['(open)'],
  '@slot': ['@slot'],
  docs: ['docs'],
  'docs/[[...page]]': ['page'],
  '[lang]': ['lang'],
  '%5Fhidden': ['hidden'],
  kept: ['kept'],
  wrapped: ['wrapped'],
}

const GET_AND_POST = 'export const GET = handlerOf(FILE)\nexport const POST = GET\n'

/** Route files, by their text. */
const ROUTES: Readonly<Record<string, string>> = {
  'route.mjs': GET_AND_POST,
  'admin/route.mjs': GET_AND_POST,
  'admin/x/route.mjs': GET_AND_POST,
  'admin/users/[id]/route.mjs': 'export const GET = handlerOf(FILE)\nexport const QUERY = GET\n',
  'admin/users/[id]/posts/route.mjs': 'export const POST = handlerOf(FILE)\n',
  'administrator/route.mjs': GET_AND_POST,
  'administrator/[...rest]/route.mjs': GET_AND_POST,
  '(shop)/shop/route.mjs': GET_AND_POST,
  '(shop)/shop/[...items]/route.mjs': GET_AND_POST,
  '(open)/shop/open/route.mjs': GET_AND_POST,
  '@slot/panel/route.mjs': `${GET_AND_POST}export const OPTIONS = GET\nexport const HEAD = GET\n`,
  'docs/[[...page]]/route.mjs': GET_AND_POST,
  '[lang]/about/route.mjs': GET_AND_POST,
  '%5Fhidden/route.mjs': GET_AND_POST,
  'kept/route.mjs': "export const dynamic = 'force-static'\nexport const GET = handlerOf(FILE)\n",
  'wrapped/route.mjs': 'export const GET = withCors(handlerOf(FILE))\n',
}

/** One path of each route, and a route's file. */
export const PLAIN_PATHS: readonly (readonly [path: string, file: string])[] = [
  ['/', 'route.mjs'],
  ['/admin', 'admin/route.mjs'],
  ['/admin/x', 'admin/x/route.mjs'],
  ['/admin/users/7', 'admin/users/[id]/route.mjs'],
  ['/administrator', 'administrator/route.mjs'],
  ['/administrator/x/y', 'administrator/[...rest]/route.mjs'],
  ['/shop', '(shop)/shop/route.mjs'],
  ['/shop/hats/red', '(shop)/shop/[...items]/route.mjs'],
  ['/shop/open', '(open)/shop/open/route.mjs'],
  ['/panel', '@slot/panel/route.mjs'],
  ['/docs', 'docs/[[...page]]/route.mjs'],
  ['/docs/a/b', 'docs/[[...page]]/route.mjs'],
  ['/en/about', '[lang]/about/route.mjs'],
  ['/_hidden', '%5Fhidden/route.mjs'],
  ['/kept', 'kept/route.mjs'],
  ['/wrapped', 'wrapped/route.mjs'],
]

/** Rewrites `/r/…` to `/…`, and lets everything else pass. As NextResponse.rewrite and .next say it. */
const PROXY = `export function proxy(request) {
  const url = new URL(request.url)
  const inner = url.pathname.replace(/^((?:\\/base)?)\\/r(?=\\/)/, '$1')
  const headers = inner === url.pathname ? { 'x-middleware-next': '1' } : { 'x-middleware-rewrite': new URL(inner, url.origin).href }
  return new Response(null, { headers })
}
`

type Handler = (request: Request) => Response

interface Tools {
  handlerOf(file: string): Handler
  middlewareOf(names: readonly string[]): unknown
  withCors(handler: Handler): unknown
}

/** What the files on disk, which import nothing, are made by. */
const TOOLS = Symbol.for('everyroute.test.guardedTree')

const prelude = (file: string): string =>
  `const { handlerOf, middlewareOf, withCors } = globalThis[Symbol.for('everyroute.test.guardedTree')]\nconst FILE = ${JSON.stringify(file)}\n`

function createTools(log: string[]): Tools {
  return {
    handlerOf: (file) => () => {
      log.push(`= ${file}`)
      return new Response(file, { headers: { 'x-file': encodeURIComponent(file) } })
    },
    middlewareOf: (names) => {
      const all = names.map((name) => async (_c: unknown, next: () => Promise<void>) => {
        log.push(name)
        await next()
      })
      return all.length === 1 ? all[0] : all
    },
    withCors: (handler) => withMiddleware(cors())(handler),
  }
}

function filesOf(): Record<string, string> {
  const middleware = Object.entries(MIDDLEWARE).map(([folder, names]) => {
    const file = `${folder === '' ? '' : `${folder}/`}_middleware.mjs`
    return [`routes/${file}`, `${prelude(file)}export default middlewareOf(${JSON.stringify(names)})\n`]
  })
  const routes = Object.entries(ROUTES).map(([file, text]) => [`routes/${file}`, prelude(file) + text])
  return { ...Object.fromEntries([...middleware, ...routes]), 'proxy.mjs': PROXY }
}

/** Writes the tree to a new folder and builds its manifest as `everyroute typegen` does. The caller removes `root`. */
export async function buildGuardedTree(): Promise<GuardedTree> {
  const log: string[] = []
  Object.assign(globalThis, { [TOOLS]: createTools(log) })
  const root = await realpath(await mkdtemp(join(tmpdir(), 'everyroute-guarded-')))
  for (const [name, text] of Object.entries(filesOf())) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  const { manifest } = await writeGenerated(await loadProject(await loadConfig({ root, mode: 'production' })))
  const module = (await import(/* @vite-ignore */ pathToFileURL(manifest).href)) as { default: RouteManifest }
  return {
    root,
    manifest: module.default,
    taken: () => log.splice(0),
    chainOf: (file) => {
      const folders = file.split('/').slice(0, -1)
      return ['', ...folders.map((_, index) => folders.slice(0, index + 1).join('/'))].flatMap((folder) => MIDDLEWARE[folder] ?? [])
    },
  }
}
