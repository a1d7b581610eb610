import type { Context, MiddlewareHandler } from 'hono'
import type { BlankEnv } from 'hono/types'
import { insufficientScope, noCredentials } from './auth-challenge.js'

/** What `auth` leaves for what stands behind it. */
export interface AuthState {
  /** `undefined` where tokens are optional and none was sent. */
  readonly user: unknown
  readonly realm: string
  readonly roles: (user: never) => readonly string[]
  readonly scopes: (user: never) => readonly string[]
}

/** A variable of Hono's context. */
const STATE = 'everyroute.auth'

/** Leaves the user for handlers, and for what asks for roles and scopes. */
export function signIn(c: Context, state: AuthState): void {
  c.set('user', state.user)
  c.set(STATE, state)
}

/** An array of strings, or nothing: `'admin'.includes('adm')` must never be asked. */
const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []

const memberOf = (user: unknown, name: string): unknown =>
  typeof user === 'object' && user !== null && Object.hasOwn(user, name) ? (user as Record<string, unknown>)[name] : undefined

/** The roles of a user who says them as most do. One string is one role, whatever is in it. */
export function defaultRoles(user: unknown): readonly string[] {
  const roles = memberOf(user, 'roles') ?? memberOf(user, 'role')
  return typeof roles === 'string' ? [roles] : strings(roles)
}

/** The scopes of a user who is the claims of an access token, or keeps them as those do. */
export function defaultScopes(user: unknown): readonly string[] {
  const scopes = memberOf(user, 'scope') ?? memberOf(user, 'scp') ?? memberOf(user, 'scopes')
  return typeof scopes === 'string' ? scopes.split(' ') : strings(scopes)
}

function checkList(name: string, values: readonly unknown[], isGood: (value: string) => boolean, mend: string): void {
  if (values.length === 0) throw new TypeError(`${name}: give at least one, such as ${name}('posts:write')`)
  for (const value of values) {
    if (typeof value !== 'string' || !isGood(value)) throw new TypeError(`${name}: ${JSON.stringify(value) ?? String(value)} ${mend}`)
  }
}

/** The user's grants. @throws {HTTPException} 401 where there is no user, {Error} (a 500) where no auth ran in front. */
function grantsOf(c: Context, name: string, kind: 'roles' | 'scopes'): { readonly granted: readonly string[]; readonly realm: string } {
  const state = c.get(STATE) as AuthState | undefined
  if (!state)
    throw new Error(
      `${name}: no auth() ran in front of it, so nobody is let through; put auth() before it, in use or in a _middleware file`,
    )
  if (state.user === undefined) throw noCredentials(state.realm)
  const granted: unknown = state[kind](state.user as never)
  if (!Array.isArray(granted)) throw new TypeError(`auth: ${kind} must answer with an array of strings, not ${typeof granted}`)
  return { granted, realm: state.realm }
}

/**
 * Lets users with at least one of the roles pass; others are answered with 403, and 401 where there is no user.
 * Goes behind `auth`; without it every request is answered with 500.
 * @throws {TypeError} when called without roles, or with one that is empty
 */
export function requireRole(...roles: readonly [string, ...string[]]): MiddlewareHandler<BlankEnv> {
  checkList('requireRole', roles, (role) => role !== '', 'is no role; give a string that is not empty')
  return async (c, next) => {
    const { granted, realm } = grantsOf(c, 'requireRole', 'roles')
    if (!roles.some((role) => granted.includes(role))) throw insufficientScope(realm, 'Insufficient role')
    await next()
  }
}

/**
 * Lets tokens with all of the scopes pass; others are answered with 403, which names the scopes, and 401 where there is no user.
 * Goes behind `auth`; without it every request is answered with 500.
 * @throws {TypeError} when called without scopes, or with one that isn't a scope of RFC 6749, 3.3
 */
export function requireScope(...scopes: readonly [string, ...string[]]): MiddlewareHandler<BlankEnv> {
  const isScope = (scope: string): boolean => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)
  checkList('requireScope', scopes, isScope, 'is no scope; give one of ASCII without spaces, " and \\')
  return async (c, next) => {
    const { granted, realm } = grantsOf(c, 'requireScope', 'scopes')
    if (!scopes.every((scope) => granted.includes(scope))) throw insufficientScope(realm, 'Insufficient scope', scopes.join(' '))
    await next()
  }
}
