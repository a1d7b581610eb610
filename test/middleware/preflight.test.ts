import { describe, expect, test } from 'vitest'
import { defineHandler, withMiddleware } from '../../src/handler.js'
import { auth } from '../../src/middleware/auth.js'
import { cors } from '../../src/middleware/cors.js'
import { setUp } from '../runtime/helpers.js'

const open = cors({ origin: 'https://app.example', allowMethods: ['POST'] })
const preflight = (method: string): RequestInit => ({
  method: 'OPTIONS',
  headers: { origin: 'https://app.example', 'access-control-request-method': method },
})
const summary = ({ status, headers }: Response): unknown[] => [status, headers.get('access-control-allow-origin'), headers.get('allow')]

describe('a preflight for a handler with CORS of its own, in a file without OPTIONS', () => {
  const guarded = auth({ verify: async () => undefined })
  const { app } = setUp({
    '/defined': { POST: defineHandler({ use: [open, guarded] }, () => new Response()), GET: () => new Response() },
    '/wrapped': { POST: withMiddleware(open, guarded)(() => new Response()) },
    '/own': { POST: withMiddleware(open)(() => new Response()), OPTIONS: () => new Response('mine') },
  })

  test.each(['/defined', '/wrapped'])('is answered: %s', async (path) => {
    expect(summary(await app.request(path, preflight('POST')))).toEqual([204, 'https://app.example', null])
  })

  test('is none where its method has no such handler, or it is a plain OPTIONS', async () => {
    expect(summary(await app.request('/defined', preflight('GET')))).toEqual([204, null, 'GET, HEAD, OPTIONS, POST'])
    expect(summary(await app.request('/defined', preflight('DELETE')))).toEqual([204, null, 'GET, HEAD, OPTIONS, POST'])
    expect(summary(await app.request('/defined', { method: 'OPTIONS' }))).toEqual([204, null, 'GET, HEAD, OPTIONS, POST'])
  })

  test("leaves an exported OPTIONS the route's", async () => {
    expect(await (await app.request('/own', preflight('POST'))).text()).toBe('mine')
  })
})

test('OPTIONS of middleware alone answers preflights natively too', async () => {
  const OPTIONS = withMiddleware(open)()
  expect(summary(await OPTIONS(new Request('http://localhost/', preflight('POST'))))).toEqual([204, 'https://app.example', null])
  expect((await OPTIONS(new Request('http://localhost/', { method: 'OPTIONS' }))).status).toBe(204)
})
