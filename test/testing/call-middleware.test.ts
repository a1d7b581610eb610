import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { apiError, defineHandler, json, withMiddleware } from '../../src/handler.js'
import { auth, requireRole } from '../../src/middleware/auth.js'
import { rateLimit } from '../../src/middleware/rate-limit.js'
import { call } from '../../src/testing/index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('middleware', () => {
  type User = { id: number; roles?: string[] }
  const verify = vi.fn((token: string): User | undefined => (token === 'good' ? { id: 1 } : undefined))
  const me = defineHandler({ use: [auth({ verify })] }, async (_request, { var: { user } }) => json(user))
  const admin = withMiddleware(auth({ verify }), requireRole('admin'))(async (_request, { var: { user } }) => json(user))

  test('auth looks at the request', async () => {
    expect((await call(me)).status).toBe(401)
    expect((await call(me, { headers: { authorization: 'Bearer bad' } })).status).toBe(401)
    expect((await call(me, { headers: { authorization: 'Bearer good' } })).json).toEqual({ id: 1 })
  })

  test('auth lets a given user pass, whose roles count', async () => {
    verify.mockClear()
    const { json: body, status } = await call(me, { user: { id: 7 }, headers: { authorization: 'Bearer bad' } })
    expect([status, body]).toEqual([200, { id: 7 }])
    expect((await call(admin, { user: { id: 7 } })).status).toBe(403)
    expect((await call(admin, { user: { id: 7, roles: ['admin'] } })).json).toEqual({ id: 7, roles: ['admin'] })
    expect(verify).not.toHaveBeenCalled()
  })

  test('a user is there too where a folder signs in, with other variables', async () => {
    const handler = withMiddleware(requireRole('admin'))(async (_request, { c }) => json(c.var as object))
    const { json: body } = await call(handler, { user: { roles: ['admin'] }, variables: { tenant: 't' } })
    expect(body).toMatchObject({ user: { roles: ['admin'] }, tenant: 't' })
  })

  test('nothing of a request makes a user', async () => {
    const forged = { headers: { user: '1', 'x-user': '1' }, env: { user: { id: 1 } }, cookies: { user: '1' } }
    expect((await call(me, forged)).status).toBe(401)
    const symbol = Symbol.for('everyroute.assumedUser@1')
    expect((await call(me, { env: { [symbol]: { user: { id: 1 } } } })).status).toBe(401)
    expect((await call(me, { variables: { 'everyroute.assumedUser@1': { user: { id: 1 } } } })).status).toBe(401)
  })

  test('requests are validated', async () => {
    const create = defineHandler({ json: z.object({ email: z.email() }) }, async (_request, { json: body }) => json(body, 201))
    expect((await call(create, { json: { email: 'a@example.com' } })).status).toBe(201)
    const { json: body, status } = await call(create, { json: { email: 'a' } })
    expect([status, body]).toMatchObject([400, { issues: [{ path: 'email' }] }])
    expect((await call(create, { body: 'text' })).status).toBe(415)
    expect((await call(create, { body: '{', headers: { 'content-type': 'application/json' } })).status).toBe(400)
  })

  test('of Hono runs, and what it prepares is on the answer', async () => {
    const stamp = createMiddleware(async (c, next) => {
      c.header('x-before', '1')
      await next()
      c.res.headers.set('x-after', String(c.res.status))
    })
    const handler = withMiddleware(stamp, bodyLimit({ maxSize: 3 }))(async () => apiError('no', 409))
    const { headers, json: body } = await call(handler, { body: 'abc' })
    expect([headers.get('x-before'), headers.get('x-after'), body]).toEqual(['1', '409', { error: 'no' }])
    expect((await call(handler, { body: 'abcd', headers: { 'content-length': '4' } })).status).toBe(413)
  })

  test("rate limits don't add up over calls, unless they come from one address", async () => {
    const limited = withMiddleware(rateLimit({ limit: 1, window: 60 }))()
    const statuses = async (options: object) =>
      (await Promise.all([call(limited, options), call(limited, options)])).map(({ status }) => status)
    expect(await statuses({})).toEqual([204, 204])
    expect(await statuses({ clientAddress: '192.0.2.1' })).toEqual([204, 429])
  })
})
