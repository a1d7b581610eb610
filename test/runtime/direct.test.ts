import type { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import type { RouterOptions } from '../../src/index.ts'
import { after } from '../../src/next/server.ts'
import type { RouteManifest } from '../../src/routing/manifest.ts'
import { guarded, modules, REQUESTS } from './direct-cases.ts'
import { type Logged, setUp } from './helpers.ts'

/**
 * Requests for files behind nothing go past Hono. Each of these is sent to two routers, one of which has a handler of the application's
 * own somewhere else and so goes by Hono every time: answers, and what is logged, have to be the same.
 */

interface Two {
  readonly direct: Hono
  readonly byHono: Hono
  readonly logs: readonly [Logged[], Logged[]]
}

function createTwo(more: Partial<RouteManifest> = {}, options: RouterOptions = {}, prepare: (app: Hono) => void = () => {}): Two {
  const [direct, byHono] = [setUp(modules, options, more), setUp(modules, options, more)]
  for (const { app } of [direct, byHono]) prepare(app)
  byHono.app.get('/of-the-application/alone', (c) => c.text('own'))
  return { direct: direct.app, byHono: byHono.app, logs: [direct.logged, byHono.logged] }
}

async function describeAnswer(app: Hono, path: string, init: RequestInit): Promise<unknown> {
  const response = await app.request(path, init)
  const { status, headers, statusText } = response
  return { status, statusText, headers: [...headers], body: await response.text() }
}

const messages = (logged: readonly Logged[]): unknown[] => logged.map(([error, context]) => [String(error), context])

const SETTINGS: [name: string, more: Partial<RouteManifest>, options: RouterOptions, prefix: string, prepare?: (app: Hono) => void][] = [
  ['by default', {}, {}, ''],
  ['with a base path', { basePath: '/base' }, {}, '/base'],
  ['with trailing slashes', { trailingSlash: true }, {}, ''],
  ['behind the middleware of a folder', guarded, {}, ''],
  ['behind that, with an error handler', guarded, {}, '', (app) => void app.onError((error, c) => c.json({ own: error.message }, 503))],
  ['in strict mode', {}, { strict: true }, ''],
  ['in development', {}, { development: true }, ''],
  ['with an error handler', {}, {}, '', (app) => void app.onError((error, c) => c.json({ own: error.message }, 503))],
]

describe.each(SETTINGS)('%s', (_name, more, options, prefix, prepare) => {
  test.each(REQUESTS)('%s %o', async (path, init = {}) => {
    const { direct, byHono, logs } = createTwo(more, options, prepare)
    const target = prefix + path
    // The first request loads the file, and goes by Hono in both; the next ones may find something kept.
    for (let i = 0; i < 3; i++) {
      expect(withoutStack(await describeAnswer(direct, target, init))).toEqual(withoutStack(await describeAnswer(byHono, target, init)))
    }
    expect(messages(logs[0])).toEqual(messages(logs[1]))
  })
})

const withoutStack = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer).replace(/\\"stack\\":\\".*?\\"/, ''))

test('a file goes past Hono once it is loaded, until the application adds something of its own', async () => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') } })
  const match = vi.spyOn(app.router, 'match')
  await app.request('/a')
  expect(match).toHaveBeenCalledTimes(1)
  await app.request('/a')
  expect(match).toHaveBeenCalledTimes(1)
  app.use(async (c, next) => {
    await next()
    c.header('x-own', 'yes')
  })
  expect((await app.request('/a')).headers.get('x-own')).toBe('yes')
})

test('what runs after the answer and what the host is asked to wait for are the same', async () => {
  const ran: string[] = []
  const GET = (): Response => {
    after(() => void ran.push('after'))
    return new Response('a')
  }
  const { app } = setUp({ '/a': { GET } })
  for (let i = 0; i < 2; i++) {
    const waited: Promise<unknown>[] = []
    await (await app.request('/a', {}, {}, { waitUntil: (work: Promise<unknown>) => void waited.push(work) } as never)).text()
    await Promise.all(waited)
    expect(waited).toHaveLength(1)
  }
  expect(ran).toEqual(['after', 'after'])
})

test('what a body asks for once its answer is handed out runs too', async () => {
  const ran: string[] = []
  const GET = (): Response =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          after(() => void ran.push('after'))
          controller.close()
        },
      }),
    )
  const { app } = setUp({ '/a': { GET } })
  for (let i = 0; i < 2; i++) await (await app.request('/a')).text()
  await vi.waitFor(() => expect(ran).toEqual(['after', 'after']))
})

test('errors are told to instrumentation, once', async () => {
  const onRequestError = vi.fn()
  const instrumentation = { file: 'instrumentation.ts', load: async () => ({ onRequestError }) }
  const { app } = setUp({ '/throws': modules['/throws']! }, {}, { instrumentation })
  for (let i = 0; i < 2; i++) await app.request('/throws')
  expect(onRequestError).toHaveBeenCalledTimes(2)
})
