import type { Hono } from 'hono'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { serve } from '../../src/adapters/node.ts'
import { revalidateTag } from '../../src/next/cache.ts'
import { guarded, modules, REQUESTS } from '../runtime/direct-cases.ts'
import { setUp } from '../runtime/helpers.ts'
import { type Answer, send, serveForTest } from './http.ts'

/**
 * The server hands plain requests to the router by their path alone, where the app's `fetch` is the router's own. A `fetch` that is
 * wrapped goes by Hono's: what is answered, and what is logged, has to be the same.
 */

type Fetch = Hono['fetch']

const sent = ({ body, headers, status, statusText }: Answer): object => ({
  status,
  statusText,
  headers: headers.filter(([name]) => name !== 'date').sort(),
  body: body.toString('latin1'),
})

describe.each([
  ['behind nothing', {}],
  ['behind the middleware of a folder', guarded],
])('%s', (_name, manifest) => {
  test.each(REQUESTS)('%s %o', async (path, { body, headers = {}, method = 'GET' } = {}) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const [direct, wrapped, byHono] = [setUp(modules, {}, manifest), setUp(modules, {}, manifest), setUp(modules, {}, manifest)]
    byHono.app.get('/of-the-application/alone', (c) => c.text('own'))
    const { url } = await serveForTest(direct.app.fetch as never)
    const { url: wrappedUrl } = await serveForTest((...given) => (wrapped.app.fetch as typeof fetch)(...(given as [Request])))
    const { url: otherUrl } = await serveForTest((request, env, context) => byHono.app.fetch(request, env as object, context as never))
    const options = { method, headers: { ...(headers as Record<string, string>), host: 'api.example:3000' } }
    for (let i = 0; i < 3; i++) {
      const other = sent(await send(otherUrl + path, options, body as string))
      expect(sent(await send(url + path, options, body as string))).toEqual(other)
      expect(sent(await send(wrappedUrl + path, options, body as string))).toEqual(other)
    }
    expect(direct.logged.map(([error, context]) => [String(error), context])).toEqual(
      byHono.logged.map(([error, context]) => [String(error), context]),
    )
    vi.restoreAllMocks()
  })
})

const denied = (): Response => new Response('denied', { status: 401 })

test.each<[string, (fetch: Fetch) => Fetch]>([
  [
    'a function',
    (fetch) =>
      (request, ...rest) =>
        request.method === 'GET' ? denied() : fetch(request, ...rest),
  ],
  ['a Proxy', (fetch) => new Proxy(fetch, { apply: denied })],
  ['a function that inherits', (fetch) => Object.setPrototypeOf(denied, fetch) as Fetch],
  ['a function with the same members', (fetch) => Object.assign(() => denied(), fetch)],
])('an app whose fetch has been wrapped is asked by that: %s', async (_name, wrap) => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') } })
  const served: { fetch: Fetch } = { fetch: app.fetch }
  const { url } = await serve(served as never, { port: 0, quiet: true, signals: false }).then((server) => {
    onTestFinished(() => server.close())
    return server
  })
  for (let i = 0; i < 2; i++) expect((await send(`${url}/a`)).status).toBe(200)
  served.fetch = wrap(app.fetch)
  for (let i = 0; i < 2; i++) expect((await send(`${url}/a`)).status).toBe(401)
})

test.each<[string, (request: Request, url: string) => Request]>([
  ['its own member', (request, url) => Object.defineProperty(request, 'url', { value: url })],
  ['a Proxy', (request, url) => new Proxy(request, { get: (target, key) => (key === 'url' ? url : Reflect.get(target, key)) })],
  ['another request', (request, url) => new Request(url, request)],
])('a request is answered by the URL that it shows: %s', async (_name, withUrl) => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') }, '/b': { GET: () => new Response('b') } })
  const { url } = await serveForTest((request, env, context) => {
    const { search } = new URL(request.url)
    const shown = search === '?other' ? withUrl(request, new URL('/b?c', request.url).href) : request
    return app.fetch(shown, env as object, context as never)
  })
  for (const [path, body] of Object.entries({ '/b': 'b', '/a': 'a', '/a?other': 'b', '/a?more': 'a' })) {
    expect(String((await send(url + path)).body), path).toBe(body)
  }
})

test('a forged cookie of draft mode is taken away also where something in front has added it', async () => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') } })
  const { url } = await serveForTest((request, env, context) => {
    request.headers.set('cookie', '__prerender_bypass=forged')
    return app.fetch(request, env as object, context as never)
  })
  for (let i = 0; i < 3; i++) {
    const { headers } = await send(`${url}/a`)
    expect(headers.find(([name]) => name === 'set-cookie')?.[1]).toMatch(/^__prerender_bypass=; Path=\/; Expires=Thu, 01 Jan 1970/)
  }
})

test('a file behind a folder that refuses a request is not loaded, and may fail to load', async () => {
  const load = vi.fn(async () => Promise.reject(new Error('no such module')))
  const chain = { file: '_middleware.ts', load: async () => ({ default: async () => denied() }) }
  const { app } = setUp({}, {}, { routes: [{ pathname: '/a', file: 'a/route.ts', load, middleware: [chain] }] })
  const { url } = await serveForTest(app.fetch as never)
  for (let i = 0; i < 3; i++) expect((await send(`${url}/a`)).status).toBe(401)
  expect(load).not.toHaveBeenCalled()
})

test('an invalidation that fails with everything around it is answered as an error', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const fail = (): never => {
    throw new Error('the log is full')
  }
  const cache = { get: () => undefined, set() {}, delete() {}, readTags: () => [], invalidateTags: () => Promise.reject(new Error('down')) }
  const GET = (): Response => {
    revalidateTag('a', 'max')
    return new Response('a')
  }
  const { app } = setUp({ '/a': { GET } }, { cache, logError: fail })
  app.onError((error, c) => c.text(error.message, 503))
  const { url } = await serveForTest(app.fetch as never)
  for (let i = 0; i < 3; i++) {
    const { body, status } = await send(`${url}/a`)
    expect([status, body.toString()]).toEqual([503, 'the log is full'])
  }
  vi.restoreAllMocks()
})
