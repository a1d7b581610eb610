import { describe, expect, test, vi } from 'vitest'
import { guarded, modules, REQUESTS } from '../runtime/direct-cases.ts'
import { setUp } from '../runtime/helpers.ts'
import { type Answer, send, serveForTest } from './http.ts'

/**
 * The server hands plain requests to the router by their path alone, where the app's `fetch` is the router's own. A `fetch` that is
 * wrapped goes by Hono's: what is answered, and what is logged, has to be the same.
 */

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
    const [direct, byHono] = [setUp(modules, {}, manifest), setUp(modules, {}, manifest)]
    byHono.app.get('/of-the-application/alone', (c) => c.text('own'))
    const { url } = await serveForTest(direct.app.fetch as never)
    const { url: otherUrl } = await serveForTest((request, env, context) => byHono.app.fetch(request, env as object, context as never))
    const options = { method, headers: { ...(headers as Record<string, string>), host: 'api.example:3000' } }
    for (let i = 0; i < 3; i++) {
      const [own, other] = [await send(url + path, options, body as string), await send(otherUrl + path, options, body as string)]
      expect(sent(own)).toEqual(sent(other))
    }
    expect(direct.logged.map(([error, context]) => [String(error), context])).toEqual(
      byHono.logged.map(([error, context]) => [String(error), context]),
    )
    vi.restoreAllMocks()
  })
})

test('an app whose fetch has been wrapped is asked by that', async () => {
  const { app } = setUp({ '/a': { GET: () => new Response('a') } })
  const { fetch } = app
  const seen: string[] = []
  const wrapped = { fetch }
  const { url } = await serveForTest((request, env, context) => wrapped.fetch(request, env as object, context as never))
  await send(`${url}/a`)
  wrapped.fetch = (request, ...rest) => {
    seen.push(new URL(request.url).pathname)
    return fetch(request, ...rest)
  }
  expect((await send(`${url}/a`)).body.toString()).toBe('a')
  expect(seen).toEqual(['/a'])
})
