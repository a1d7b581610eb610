import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { auth, type JwtClaims, type JwtOptions, requireRole, requireScope } from '../../src/middleware/auth.js'
import type { UseVariables } from '../../src/middleware/types.js'

interface User {
  readonly id: number
  readonly groups: string[]
}

const jwt: JwtOptions = { secret: 'x'.repeat(32), algorithms: ['HS256'] }
const find = async (token: string): Promise<User | undefined> => (token === '' ? undefined : { id: 1, groups: [] })

type UserOfMiddleware<M> = M extends MiddlewareHandler<{ Variables: { user: infer U } }> ? U : 'no user'

/** `tsc -p .config/tsconfig.test.json` is what these fail under. */
describe('types of auth', () => {
  test('the user is what the callback finds, without its refusals', () => {
    const byCallback = auth({ verify: find })
    expectTypeOf<UserOfMiddleware<typeof byCallback>>().toEqualTypeOf<User>()
    expectTypeOf<UserOfMiddleware<typeof byCallback>>().not.toBeAny()
    const bySync = auth({ verify: (token) => (token === 'x' ? { name: token } : null) })
    expectTypeOf<UserOfMiddleware<typeof bySync>>().toEqualTypeOf<{ name: string }>()
    const byBoolean = auth({ verify: (token, c) => token === c.req.path })
    expectTypeOf<UserOfMiddleware<typeof byBoolean>>().toEqualTypeOf<true>()
  })

  test('it may be undefined only where tokens are optional', () => {
    const optional = auth({ verify: find, optional: true })
    expectTypeOf<UserOfMiddleware<typeof optional>>().toEqualTypeOf<User | undefined>()
    const required = auth({ verify: find, optional: false })
    expectTypeOf<UserOfMiddleware<typeof required>>().toEqualTypeOf<User>()
    const either = auth({ verify: find, optional: Boolean(jwt) })
    expectTypeOf<UserOfMiddleware<typeof either>>().toEqualTypeOf<User | undefined>()
  })

  test('of a JWT it is the claims, or what toUser or a schema make of them', () => {
    const byClaims = auth({ jwt })
    expectTypeOf<UserOfMiddleware<typeof byClaims>>().toEqualTypeOf<JwtClaims>()
    const optional = auth({ jwt, optional: true })
    expectTypeOf<UserOfMiddleware<typeof optional>>().toEqualTypeOf<JwtClaims | undefined>()
    const byFunction = auth({ jwt, toUser: async ({ sub }) => (sub === undefined ? undefined : { id: sub }) })
    expectTypeOf<UserOfMiddleware<typeof byFunction>>().toEqualTypeOf<{ id: string }>()
    const bySchema = auth({ jwt, schema: z.object({ sub: z.string(), tenant: z.coerce.number() }) })
    expectTypeOf<UserOfMiddleware<typeof bySchema>>().toEqualTypeOf<{ sub: string; tenant: number }>()
    expectTypeOf<JwtClaims['exp']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<JwtClaims['role']>().toEqualTypeOf<unknown>()
  })

  test('it reaches handlers of Hono and lists of middleware', () => {
    new Hono().get('/', auth({ verify: find }), requireRole('admin'), (c) => {
      expectTypeOf(c.get('user')).toEqualTypeOf<User>()
      return c.json(c.var.user.id)
    })
    const use = [auth({ verify: find }), requireRole('admin'), requireScope('a', 'b')] as const
    expectTypeOf<UseVariables<typeof use>>().toEqualTypeOf<{ user: User }>()
  })

  test('roles and scopes are read from the user', () => {
    auth({
      verify: find,
      roles: (user) => {
        expectTypeOf(user).toEqualTypeOf<User>()
        return user.groups
      },
    })
    auth({ jwt, toUser: () => ({ may: ['x'] }), scopes: ({ may }) => may })
  })

  test('options that go together wrongly do not compile', () => {
    const wrong = (): void => {
      // @ts-expect-error: neither verify nor jwt
      auth({})
      // @ts-expect-error: both
      auth({ verify: find, jwt })
      // @ts-expect-error: a schema needs a JWT
      auth({ verify: find, schema: z.object({}) })
      // @ts-expect-error: two makers of one user
      auth({ jwt, toUser: () => 1, schema: z.object({}) })
      // @ts-expect-error: no key
      auth({ jwt: { algorithms: ['HS256'] } })
      // @ts-expect-error: no algorithms
      auth({ jwt: { secret: 'x' } })
      // @ts-expect-error: an empty list
      auth({ jwt: { secret: 'x', algorithms: [] } })
      // @ts-expect-error: none
      auth({ jwt: { secret: 'x', algorithms: ['none'] } })
      // @ts-expect-error: a public algorithm with a secret
      auth({ jwt: { secret: 'x', algorithms: ['RS256'] } })
      // @ts-expect-error: a secret algorithm with a public key
      auth({ jwt: { publicKey: 'x', algorithms: ['HS256'] } })
      // @ts-expect-error: a secret algorithm with a key set
      auth({ jwt: { jwksUrl: 'https://x.example', algorithms: ['RS256', 'HS256'] } })
      // @ts-expect-error: two keys
      auth({ jwt: { secret: 'x', publicKey: 'x', algorithms: ['HS256'] } })
      // @ts-expect-error: an option of key sets
      auth({ jwt: { secret: 'x', algorithms: ['HS256'], jwksMaxAge: 60 } })
      // @ts-expect-error: a misspelled check
      auth({ jwt: { secret: 'x', algorithms: ['HS256'], audiance: 'x' } })
      // @ts-expect-error: a check that may be unset
      auth({ jwt: { secret: 'x', algorithms: ['HS256'], issuer: undefined } })
      // @ts-expect-error: roles are a list
      auth({ verify: find, roles: () => 'admin' })
      // @ts-expect-error: no role
      requireRole()
      // @ts-expect-error: not a list
      requireScope(['a'])
    }
    expectTypeOf(wrong).toBeFunction()
  })
})
