import { createConnection } from 'node:net'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, test } from 'vitest'
import { defineHandler, withMiddleware } from '../../src/handler.js'
import { auth, requireRole, requireScope } from '../../src/middleware/auth.js'
import { serveForTest } from '../adapters/http.js'
import { setUp } from '../runtime/helpers.js'
import { appWith, ask, INVALID_REQUEST, INVALID_TOKEN, SECRET, sign, UNAUTHENTICATED } from './auth-helpers.js'

const USERS: Record<string, { name: string; roles: string[]; scope: string }> = {
  'ada-token': { name: 'Ada', roles: ['admin', 'editor'], scope: 'posts:read posts:write' },
  'bob-token': { name: 'Bob', roles: ['reader'], scope: 'posts:read' },
}
const verify = async (token: string) => USERS[token]

describe('Bearer tokens', () => {
  test('a good token sets the user', async () => {
    const { app } = appWith(auth({ verify }))
    expect(await ask(app, 'Bearer ada-token')).toEqual([200, null, { user: USERS['ada-token'] }])
    for (const scheme of ['bearer', 'BEARER', 'bEaReR', 'Bearer ']) expect((await ask(app, `${scheme} bob-token`))[0]).toBe(200)
  })

  test('no token is 401 without an error code, as is another scheme', async () => {
    const { app, calls } = appWith(auth({ verify }))
    for (const header of [
      undefined,
      '',
      'Basic YTpi',
      'Bearerada-token',
      'BearerX ada-token',
      'Token ada-token',
      'ada-token',
      'Digest username="x", uri="/"',
    ]) {
      expect([header, ...(await ask(app, header))]).toEqual([header, ...UNAUTHENTICATED])
    }
    expect(calls()).toBe(0)
  })

  test('what is not exactly one token is 400', async () => {
    const { app, calls } = appWith(auth({ verify }))
    const wrong = ['Bearer', 'Bearer ,', 'Bearer ada-token, Bearer ada-token', 'Bearer ada-token,ada-token', 'Bearer ada-token, Basic YTpi']
    for (const header of [
      ...wrong,
      'Bearer ada-token ada-token',
      'Bearer "ada-token"',
      'Bearer ada=token',
      'Bearer\tada-token',
      'Bearer=x',
      'Bearer äda',
    ]) {
      expect([header, ...(await ask(app, header))]).toEqual([header, ...INVALID_REQUEST])
    }
    expect(calls()).toBe(0)
  })

  test('tokens after another scheme are not looked for', async () => {
    const { app } = appWith(auth({ verify }))
    expect(await ask(app, 'Basic YTpi, Bearer ada-token')).toEqual(UNAUTHENTICATED)
  })

  test('a token that the callback refuses is 401', async () => {
    for (const nobody of [undefined, null, false, '', 0] as const) {
      const { app, calls } = appWith(auth({ verify: () => nobody }))
      expect(await ask(app, 'Bearer some')).toEqual(INVALID_TOKEN)
      expect(calls()).toBe(0)
    }
  })

  test('a token of more than 16,384 characters is refused without being looked at', async () => {
    let seen = 0
    const { app } = appWith(auth({ verify: (token) => (seen = token.length) }))
    expect((await ask(app, `Bearer ${'x'.repeat(16_384)}`))[0]).toBe(200)
    expect(seen).toBe(16_384)
    seen = 0
    expect(await ask(app, `Bearer ${'x'.repeat(16_385)}`)).toEqual(INVALID_TOKEN)
    expect(seen).toBe(0)
  })

  test('a token in the query or the body counts for nothing', async () => {
    const { app } = appWith(auth({ verify }))
    const body = new URLSearchParams({ access_token: 'ada-token' })
    expect((await app.request('/?access_token=ada-token', { method: 'POST', body })).status).toBe(401)
  })

  test('no method is let through without a token', async () => {
    const { app, calls } = appWith(auth({ verify }))
    for (const method of ['HEAD', 'OPTIONS', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'])
      expect((await ask(app, undefined, { method }))[0]).toBe(401)
    expect(calls()).toBe(0)
  })

  test('what the callback throws is no user: 500, or its own answer', async () => {
    const broken = appWith(
      auth({
        verify: (): { name: string } => {
          throw new Error('the database is away')
        },
      }),
    )
    expect(await ask(broken.app, 'Bearer some')).toEqual([500, null, 'internal'])
    expect(broken.errors.map(({ message }) => message)).toEqual(['the database is away'])
    const busy = appWith(auth({ verify: () => Promise.reject(new HTTPException(503, { message: 'busy' })) }))
    expect(await ask(busy.app, 'Bearer some')).toEqual([503, null, 'busy'])
    expect(broken.calls() + busy.calls()).toBe(0)
  })

  test('the callback sees the context', async () => {
    const { app } = appWith(auth({ verify: (token, c) => ({ token, path: c.req.path }) }))
    expect((await ask(app, 'Bearer some'))[2]).toEqual({ user: { token: 'some', path: '/' } })
  })

  test('the realm is in every challenge', async () => {
    const { app } = appWith(auth({ verify, realm: 'the shop' }))
    expect((await ask(app))[1]).toBe('Bearer realm="the shop"')
    expect((await ask(app, 'Bearer nobody'))[1]).toBe('Bearer realm="the shop", error="invalid_token"')
  })

  test('optional lets requests without a token pass, and no bad one', async () => {
    const { app, calls } = appWith(auth({ verify, optional: true }))
    expect(await ask(app)).toEqual([200, null, { user: null }])
    expect(await ask(app, 'Basic YTpi')).toEqual([200, null, { user: null }])
    expect(await ask(app, 'Bearer ada-token')).toEqual([200, null, { user: USERS['ada-token'] }])
    expect(calls()).toBe(3)
    expect(await ask(app, 'Bearer nobody')).toEqual(INVALID_TOKEN)
    expect(await ask(app, 'Bearer a, Bearer b')).toEqual(INVALID_REQUEST)
    expect(calls()).toBe(3)
  })
})

describe('roles and scopes', () => {
  test('one of the roles is enough', async () => {
    const { app, calls } = appWith(auth({ verify }), requireRole('owner', 'editor'))
    expect((await ask(app, 'Bearer ada-token'))[0]).toBe(200)
    expect(await ask(app, 'Bearer bob-token')).toEqual([
      403,
      'Bearer realm="api", error="insufficient_scope"',
      { error: 'Insufficient role' },
    ])
    expect(await ask(app)).toEqual(UNAUTHENTICATED)
    expect(calls()).toBe(1)
  })

  test('every scope is needed, and named', async () => {
    const { app, calls } = appWith(auth({ verify }), requireScope('posts:read', 'posts:write'))
    expect((await ask(app, 'Bearer ada-token'))[0]).toBe(200)
    expect(await ask(app, 'Bearer bob-token')).toEqual([
      403,
      'Bearer realm="api", error="insufficient_scope", scope="posts:read posts:write"',
      { error: 'Insufficient scope' },
    ])
    expect(calls()).toBe(1)
  })

  test.each<[user: object, roles: boolean, scopes: boolean]>([
    [{ roles: ['x'], scopes: ['x'] }, true, true],
    [{ role: 'x', scp: ['x'] }, true, true],
    [{ scope: ['y', 'x'] }, false, true],
    [{ scp: 'y x' }, false, true],
    // Parts of a role or scope are none.
    [{ roles: ['xy', 'y x'], scope: 'xy' }, false, false],
    [{ role: 'y x', scope: 'X' }, false, false],
    [{ roles: { includes: 'x' }, scope: { x: true } }, false, false],
    [{ roles: [['x']], scopes: [{ x: 1 }] }, false, false],
    [{ roles: [], role: 'x', scope: '', scopes: ['x'] }, false, false],
    [{}, false, false],
    [Object.create({ role: 'x', scope: 'x' }), false, false],
  ])('by default the user %j says them', async (user, roles, scopes) => {
    const byRole = appWith(auth({ verify: () => user }), requireRole('x'))
    expect((await ask(byRole.app, 'Bearer some'))[0]).toBe(roles ? 200 : 403)
    const byScope = appWith(auth({ verify: () => user }), requireScope('x'))
    expect((await ask(byScope.app, 'Bearer some'))[0]).toBe(scopes ? 200 : 403)
  })

  test('callbacks say them where the user has them elsewhere', async () => {
    const user = () => ({ groups: ['staff'], may: ['posts:write'] })
    const authenticated = auth({ verify: user, roles: ({ groups }) => groups, scopes: ({ may }) => may })
    const { app } = appWith(authenticated, requireRole('staff'), requireScope('posts:write'))
    expect((await ask(app, 'Bearer some'))[0]).toBe(200)
    expect((await ask(appWith(authenticated, requireRole('owner')).app, 'Bearer some'))[0]).toBe(403)
  })

  test('a callback that answers with a string is an error: includes would look for parts', async () => {
    const { app, calls, errors } = appWith(auth({ verify, roles: (() => 'superadmin') as never }), requireRole('admin'))
    expect((await ask(app, 'Bearer ada-token'))[0]).toBe(500)
    expect(errors.map(String)).toEqual(['TypeError: auth: roles must answer with an array of strings, not string'])
    expect(calls()).toBe(0)
  })

  test('without auth in front nobody passes, and the log says why', async () => {
    for (const [guard, name] of [
      [requireRole('admin'), 'requireRole'],
      [requireScope('posts:read'), 'requireScope'],
    ] as const) {
      const { app, calls, errors } = appWith(async (c, next) => {
        c.set('user', USERS['ada-token'])
        await next()
      }, guard)
      expect((await ask(app, 'Bearer ada-token'))[0]).toBe(500)
      expect(errors.map(String)).toEqual([expect.stringContaining(`${name}: no auth() ran in front of it`)])
      expect(calls()).toBe(0)
    }
  })

  test('an optional user who is not there is asked to say who it is', async () => {
    const { app, calls } = appWith(auth({ verify, optional: true }), requireRole('admin'))
    expect(await ask(app)).toEqual(UNAUTHENTICATED)
    expect((await ask(app, 'Bearer ada-token'))[0]).toBe(200)
    expect(calls()).toBe(1)
  })

  test('roles and scopes are checked when given', () => {
    expect(() => (requireRole as unknown as () => void)()).toThrow(
      new TypeError("requireRole: give at least one, such as requireRole('posts:write')"),
    )
    expect(() => requireRole('admin', '')).toThrow(new TypeError('requireRole: "" is no role; give a string that is not empty'))
    expect(() => requireRole(['admin'] as never)).toThrow(TypeError)
    for (const scope of ['', 'a b', 'a"b', 'a\\b', 'ä', 'a\n']) expect(() => requireScope(scope)).toThrow(TypeError)
  })
})

describe('in a router', () => {
  test('two Authorization lines are refused on Node.js, which drops the second', async () => {
    const { app } = setUp({ '/': { GET: () => Response.json('in') } })
    app.use(auth({ verify, optional: true }))
    const { port } = await serveForTest(app.fetch)
    const send = (...lines: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        let text = ''
        createConnection(port, '127.0.0.1')
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve(text))
          .on('error', reject)
          .write(['GET / HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''].join('\r\n'))
      })
    expect(await send('Authorization: Bearer ada-token')).toMatch(/^HTTP\/1.1 200 /)
    const two = await send('Authorization: Bearer ada-token', 'authorization: Bearer bob-token')
    expect(two).toMatch(/^HTTP\/1.1 400 /)
    expect(two).toContain('error="invalid_request"')
    expect(await send('Authorization: Bearer ada-token', 'Authorization: Bearer ada-token')).toMatch(/^HTTP\/1.1 400 /)
    expect(await send('Authorization: Basic YTpi', 'Authorization: Bearer ada-token')).toMatch(/^HTTP\/1.1 400 /)
  })

  test('its answers are the errors of a router, and nothing of a token is logged', async () => {
    const { app, logged } = setUp({ '/': { GET: () => Response.json('in') } })
    app.use(auth({ jwt: { secret: SECRET, algorithms: ['HS256'] } }))
    const good = await sign()
    const statuses = []
    for (const token of [good, `${good}x`, 'not.a.token']) {
      const response = await app.request('/', { headers: { authorization: `Bearer ${token}` } })
      statuses.push([response.status, response.headers.get('content-type'), response.headers.get('www-authenticate')])
    }
    const refused = [401, 'application/json', 'Bearer realm="api", error="invalid_token"']
    expect(statuses).toEqual([[200, 'application/json', null], refused, refused])
    expect(logged).toEqual([])
  })
})

describe('in front of one handler', () => {
  const get = defineHandler({ use: [auth({ verify }), requireRole('admin')] }, (_, { var: { user } }) => Response.json(user.name))
  const wrapped = withMiddleware(auth({ verify }), requireRole('admin'))((_, { var: { user } }) => Response.json(user.name))

  const ask = async (respond: (request: Request) => Response | Promise<Response>, token?: string): Promise<unknown[]> => {
    const response = await respond(new Request('http://localhost/', token ? { headers: { authorization: `Bearer ${token}` } } : {}))
    return [response.status, response.headers.get('www-authenticate'), await response.json()]
  }

  test.each([
    ['defineHandler', get],
    ['withMiddleware', wrapped],
  ])('%s answers the same in a router and natively', async (_, handler) => {
    const { app } = setUp({ '/': { GET: handler } })
    for (const respond of [
      (request: Request) => handler(request, { params: Promise.resolve({}) }),
      (request: Request) => app.fetch(request),
    ]) {
      expect(await ask(respond, 'ada-token')).toEqual([200, null, 'Ada'])
      expect(await ask(respond, 'bob-token')).toEqual([
        403,
        'Bearer realm="api", error="insufficient_scope"',
        { error: 'Insufficient role' },
      ])
      expect(await ask(respond, 'nobody')).toEqual(INVALID_TOKEN)
      expect(await ask(respond)).toEqual(UNAUTHENTICATED)
    }
  })
})
