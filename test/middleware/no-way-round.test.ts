import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { handle } from '../../src/adapters/next.js'
import { serve } from '../../src/adapters/node.js'
import { createRouter, type RouteManifest, type RouterOptions } from '../../src/index.js'
import { buildGuardedTree, type GuardedTree, PLAIN_PATHS } from './guarded-tree.js'
import { sampleVariants, type Variant, variantsOf } from './path-variants.js'

let tree: GuardedTree
/** Without its proxy. */
let bare: RouteManifest

beforeAll(async () => {
  tree = await buildGuardedTree()
  const { proxy: _, ...rest } = tree.manifest
  bare = rest
})
afterAll(() => rm(tree.root, { recursive: true, force: true }))

type Send = (request: Request) => Response | Promise<Response>

/** What a request came to. */
interface Outcome {
  readonly what: string
  readonly path: string
  readonly response: Response | undefined
  readonly ran: readonly string[]
}

const isHandler = (name: string): boolean => name.startsWith('= ')

const fileOf = (response: Response | undefined): string | undefined => {
  const file = response?.headers.get('x-file')
  return file == null ? undefined : decodeURIComponent(file)
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((one, i) => one === b[i])

/**
 * What is wrong with an outcome: a handler, or an answer kept of one, without exactly its chain in front, and an answer of a file
 * without such a handler from in front of the chain.
 */
function faultOf({ path, ran, response, what }: Outcome): string | undefined {
  const chain = ran.filter((name) => !isHandler(name))
  const handlers = ran.filter(isHandler).map((name) => name.slice(2))
  const file = handlers[0] ?? fileOf(response)
  const report = `${what}: ${response?.status} ${ran.join(', ')}`
  if (handlers.length > 1 || (handlers.length === 1 && !isHandler(ran.at(-1)!))) return report
  if ((response?.status === 405 || response?.status === 204) && chain[0] !== 'root') return report
  if (file !== undefined && !sameList(chain, tree.chainOf(file))) return report
  if (/^(?:\/base)?\/administrator(?:\/|$)/.test(path) && chain.some((name) => name.startsWith('admin'))) return report
  return undefined
}

const runsIn = (outcomes: readonly Outcome[]): number => outcomes.filter(({ ran }) => ran.some(isHandler)).length

const faultsIn = (outcomes: readonly Outcome[]): string[] => outcomes.flatMap((outcome) => faultOf(outcome) ?? [])

/** The request of a variant; `undefined` where a Request can't carry it. */
function toRequest({ target, method, headers }: Variant, prefix: string): Request | undefined {
  try {
    const url = /^http/i.test(target) ? target : `http://localhost${prefix}${target}`
    return new Request(url, { method, headers })
  } catch {
    return undefined
  }
}

/** A request whose URL is as it was sent, as hosts have it that parse nothing. */
function toRawRequest({ target, method, headers }: Variant, prefix: string): Request | undefined {
  try {
    const url = `http://localhost${prefix}${target.startsWith('/') ? '' : '/'}${target}`
    return Object.defineProperty(new Request('http://localhost', { method, headers }), 'url', { value: url })
  } catch {
    return undefined
  }
}

/** The path of a target as it was sent; empty where it goes up, since hosts differ in what they make of that. */
function rawPath(target: string): string {
  const path = target.replace(/^[a-z]+:\/\/[^/]*/i, '').split(/[?#]/, 1)[0]!
  return /(?:^|\/)(?:\.|%2e){2}(?:\/|$)/i.test(path) ? '' : path
}

/** Sends a request and follows its redirects to other spellings, three at most. */
async function sendFollowing(send: Send, first: Request, prefix: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  let request: Request | undefined = first
  for (let hops = 0; request && hops < 4; hops++) {
    const { method, url, headers }: Request = request
    const response = await send(request)
    outcomes.push({ what: `${method} ${url}`, path: rawPath(url).slice(prefix.length), response, ran: tree.taken() })
    const location = response.status === 308 && response.headers.get('location')
    request = location && URL.canParse(location, url) ? new Request(new URL(location, url), { method, headers }) : undefined
  }
  return outcomes
}

type Make = typeof toRequest

/** Sends variants until so many have been. */
async function sendAll(send: Send, variants: readonly Variant[], { count = 10_000, prefix = '', make = toRequest as Make } = {}) {
  const outcomes: Outcome[] = []
  let sent = 0
  for (const variant of variants) {
    const request = make(variant, prefix)
    if (!request) continue
    sent++
    outcomes.push(...(await sendFollowing(send, request, prefix)))
    if (sent === count) break
  }
  expect(sent).toBe(count)
  return outcomes
}

const paths = PLAIN_PATHS.map(([path]) => path)

const makeVariants = (count: number, options: Parameters<typeof variantsOf>[1] = {}): Variant[] =>
  sampleVariants(variantsOf(paths, options), Math.ceil(count * 1.5))

const quiet: RouterOptions = { logError() {} }

const router = (options: RouterOptions = {}, manifest = bare): Hono => createRouter(manifest, { ...quiet, ...options })

/** A handler has run for a good part of the variants, and no other way than behind its chain. */
function expectGuarded(outcomes: readonly Outcome[]): void {
  expect(faultsIn(outcomes)).toEqual([])
  expect(runsIn(outcomes)).toBeGreaterThan(outcomes.length / 40)
  expect(new Set(outcomes.flatMap(({ ran }) => ran.filter(isHandler))).size).toBeGreaterThan(12)
}

test.each(PLAIN_PATHS)('%s: the chain is in front of every method', async (path, file) => {
  const app = router()
  const chain = tree.chainOf(file)
  const ask = async (method: string, headers: HeadersInit = {}): Promise<readonly string[]> => {
    await app.request(path, { method, headers })
    return tree.taken()
  }
  expect(chain[0]).toBe('root')
  const methods = path === '/admin/users/7' ? ['GET', 'HEAD', 'QUERY'] : ['GET', 'HEAD']
  const [first, ...others] = methods
  expect(await ask(first!)).toEqual([...chain, `= ${file}`])
  for (const method of others) expect(await ask(method)).toEqual(path === '/kept' ? chain : [...chain, `= ${file}`])
  for (const method of ['PUT', 'PROPFIND', 'TRACK2']) expect(await ask(method)).toEqual(chain)
  expect((await ask('OPTIONS')).filter((name) => !isHandler(name))).toEqual(chain)
  const preflight = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
  expect((await ask('OPTIONS', preflight)).filter((name) => !isHandler(name))).toEqual(chain)
})

describe.each([
  ['', false],
  ['', true],
  ['/base', false],
  ['/base', true],
] as const)('10,000 variants of paths, base path %j, trailingSlash %s', (basePath, trailingSlash) => {
  const options = { basePath, trailingSlash }

  test('in a router', async () => {
    expectGuarded(await sendAll(router(options).fetch, makeVariants(10_000, { base: basePath })))
  })

  test('in a strict router, with URLs as they were sent', async () => {
    const variants = makeVariants(2_000, { base: basePath })
    expectGuarded(await sendAll(router({ ...options, strict: true }).fetch, variants, { count: 2_000 }))
    expectGuarded(await sendAll(router(options).fetch, variants, { count: 2_000, make: toRawRequest }))
  })

  test('behind a proxy that rewrites', async () => {
    const outcomes = await sendAll(router(options, tree.manifest).fetch, makeVariants(4_000, { base: basePath, rewritten: true }), {
      count: 4_000,
    })
    expectGuarded(outcomes)
    const rewritten = outcomes.filter(({ path, ran }) => path.startsWith(`${basePath}/r/`) && ran.some(isHandler))
    expect(rewritten.length).toBeGreaterThan(50)
  })

  test('mounted by app.route(), and by Hono’s mount()', async () => {
    const variants = makeVariants(2_000, { base: basePath })
    const outer = new Hono()
    outer.route('/v1', router(options))
    expectGuarded(await sendAll(outer.fetch, variants, { count: 2_000, prefix: '/v1' }))
    const other = new Hono()
    other.mount('/v1', router(options).fetch)
    expectGuarded(await sendAll(other.fetch, variants, { count: 2_000, prefix: '/v1' }))
  })

  test('with the application’s own middleware and handlers about', async () => {
    const app = router(options)
    app.use(async (_c, next) => next())
    app.use('/admin/*', async (_c, next) => next())
    app.get('/own/:name', (c) => c.text('own'))
    app.all('*', (c) => c.text('own'))
    expectGuarded(await sendAll(app.fetch, makeVariants(2_000, { base: basePath }), { count: 2_000 }))
  })
})

/** As Next.js calls the handler of `app/api/[[...route]]/route.ts`; `undefined` where Next.js itself refuses the path. */
function mountIn(handlers: ReturnType<typeof handle>): Send {
  return async (request) => {
    const segments = new URL(request.url).pathname.split('/').filter((segment) => segment !== '')
    let route: string[]
    try {
      route = segments.slice(1).map(decodeURIComponent)
    } catch {
      return new Response(null, { status: 400 })
    }
    const run = handlers[request.method as keyof typeof handlers]
    if (!run) return new Response(null, { status: 400 })
    return run(request, { params: Promise.resolve(route.length > 0 ? { route } : {}) }).catch(() => new Response(null, { status: 500 }))
  }
}

test('10,000 variants of paths, mounted in Next.js', async () => {
  for (const manifest of [bare, tree.manifest]) {
    const send = mountIn(handle(router({}, manifest)))
    expectGuarded(await sendAll(send, makeVariants(5_000), { count: 5_000, prefix: '/api' }))
  }
})

/** Sends a request line as it is. */
function sendRaw(port: number, { target, method, headers }: Variant): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(Buffer.from(`${method} ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n${lines.join('')}\r\n`))
    })
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
    socket.once('close', () => resolve(answer)).once('error', () => {})
  })
}

/** The head of an answer as it came over a socket. */
function parseAnswer(text: string): Response | undefined {
  const [head = ''] = text.split('\r\n\r\n', 1)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  if (!(status >= 200)) return undefined
  return new Response(null, {
    status,
    headers: lines.map((line): [string, string] => [line.split(':', 1)[0]!, line.slice(line.indexOf(':') + 1).trim()]),
  })
}

const RAW_TARGETS = [
  ...['/a/../admin/x', '/./admin/x', '//admin//x', '/\\admin\\x', 'http://host/admin/x', 'http://host//admin/x', 'http:/admin/x'],
  ...['//host/admin/x', '/%2e%2e/admin/x', '/administrator/../admin/x', '/administrator/%2e%2e/admin/x', 'admin/x', '*', '/admin/x?a', '?'],
  ...['/admin%2fx', '/admin/x/', '/admin/x;a', '/admin/x%00', '/administrator\\..\\admin/x', 'http://host', 'http://host?/admin/x'],
]

test.each([{}, { trailingSlash: true }, { basePath: '/base' }, { strict: true }])(
  'raw request lines on a Node server, %j',
  async (options) => {
    const server = await serve(router(options, tree.manifest), { port: 0, hostname: '127.0.0.1', quiet: true, signals: false })
    onTestFinished(() => server.close())
    const base = options.basePath ?? ''
    const fixed = RAW_TARGETS.flatMap((target) => ['GET', 'HEAD', 'OPTIONS', 'POST'].map((method) => ({ target, method, headers: {} })))
    const slash = options.trailingSlash ? '/' : ''
    const plain = paths.map((path) => ({ target: base + (path === '/' ? slash : path + slash) || '/', method: 'GET', headers: {} }))
    const outcomes: Outcome[] = []
    for (const variant of [...plain, ...fixed, ...makeVariants(300, { base, rewritten: true })]) {
      const response = parseAnswer(await sendRaw(server.port, variant))
      const what = `${variant.method} ${JSON.stringify(variant.target)}`
      outcomes.push({ what, path: rawPath(variant.target), response, ran: tree.taken() })
    }
    expectGuarded(outcomes)
  },
)

describe('the test sees', () => {
  const variants = makeVariants(600)
  const faultsOf = async (change: (manifest: RouteManifest) => RouteManifest): Promise<number> =>
    faultsIn(await sendAll(router({}, change(bare)).fetch, variants, { count: 600 })).length

  const changeRoute =
    (file: string, change: (chain: NonNullable<RouteManifest['routes'][number]['middleware']>) => typeof chain) =>
    (manifest: RouteManifest): RouteManifest => ({
      ...manifest,
      routes: manifest.routes.map((route) => (route.file === file ? { ...route, middleware: change(route.middleware ?? []) } : route)),
    })

  test('no fault where there is none', async () => {
    expect(await faultsOf((manifest) => manifest)).toBe(0)
  })

  test.each([...new Set(PLAIN_PATHS.map(([, file]) => file))])('a middleware that is missing in front of %s', async (file) => {
    const { length } = bare.routes.find((route) => route.file === file)!.middleware!
    for (let index = 0; index < length; index++) {
      expect(await faultsOf(changeRoute(file, (chain) => chain.filter((_, i) => i !== index)))).toBeGreaterThan(0)
    }
  })

  test('middleware in another order, and of another folder', async () => {
    expect(await faultsOf(changeRoute('admin/x/route.mjs', (chain) => chain.toReversed()))).toBeGreaterThan(0)
    const admin = bare.routes.find(({ pathname }) => pathname === '/admin')!.middleware!
    expect(await faultsOf(changeRoute('administrator/route.mjs', () => admin))).toBeGreaterThan(0)
    const folders = [{ pathname: '/administrator', middleware: admin }]
    const withoutRoute = (manifest: RouteManifest): RouteManifest => ({
      ...manifest,
      routes: manifest.routes.filter(({ pathname }) => !pathname.startsWith('/administrator')),
      folders,
    })
    expect(await faultsOf(withoutRoute)).toBeGreaterThan(0)
  })
})
