import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context } from 'hono'
import { checkBoolean, checkNames, wrongOption } from './auth-checks.js'
import type { JwtClaims, JwtOptions } from './auth-jwt-options.js'

/** What a callback that finds a user may answer for "nobody"; the user itself is never one of these. */
export type NoUser = undefined | null | false | '' | 0 | 0n

/** The user that a callback finds, be it a promise of one. */
export type UserOf<R> = Exclude<Awaited<R>, NoUser>

/** What is the same however tokens are checked. */
export interface CommonAuthOptions<R, O extends boolean> {
  /** Lets requests without a Bearer token pass, with `user` undefined. A token that is there must still be good. Default: `false`. */
  readonly optional?: O
  /** Names the protected area in `WWW-Authenticate`: 1 to 100 characters of ASCII without `"` and `\`. Default: `api`. */
  readonly realm?: string
  /** The user's roles, for `requireRole`. Default: the array of strings `user.roles`, else the one string `user.role`. */
  readonly roles?: (user: UserOf<R>) => readonly string[]
  /**
   * The token's scopes, for `requireScope`. Default: the first there is of `user.scope`, `user.scp` and `user.scopes`, an array of
   * strings or one string with spaces between them (RFC 8693, 4.2).
   */
  readonly scopes?: (user: UserOf<R>) => readonly string[]
}

/** Tokens are checked by a callback: opaque tokens, API keys, sessions. */
export interface VerifyAuthOptions<R, O extends boolean> extends CommonAuthOptions<R, O> {
  /**
   * The user that a token stands for; `undefined` (or another falsy value) for a token that is not good, answered with 401.
   * What it throws is answered as any thrown error, 500 unless it is an `HTTPException`.
   * Compare secrets by their hashes, or in constant time.
   */
  readonly verify: (token: string, c: Context) => R
  readonly jwt?: never
  readonly schema?: never
  readonly toUser?: never
}

/** Tokens are signed JWTs; the user is made of their claims by a callback. */
export interface JwtUserAuthOptions<R, O extends boolean> extends CommonAuthOptions<R, O> {
  readonly jwt: JwtOptions
  /** Makes the user of the claims; `undefined` (or another falsy value) refuses the token with 401. Default: the claims are the user. */
  readonly toUser?: (claims: JwtClaims, c: Context) => R
  readonly schema?: never
  readonly verify?: never
}

/** Tokens are signed JWTs; the user is what a schema makes of their claims. */
export interface JwtSchemaAuthOptions<R, O extends boolean> extends CommonAuthOptions<R, O> {
  readonly jwt: JwtOptions
  /** A Standard Schema (zod, valibot, ArkType …) of the claims. A token whose claims it refuses is answered with 401. */
  readonly schema: StandardSchemaV1<unknown, R>
  readonly toUser?: never
  readonly verify?: never
}

/** Either `verify`, or `jwt` with at most one of `toUser` and `schema`. */
export type AuthOptions<R, O extends boolean> = VerifyAuthOptions<R, O> | JwtUserAuthOptions<R, O> | JwtSchemaAuthOptions<R, O>

const NAMES = ['optional', 'realm', 'roles', 'scopes', 'verify', 'jwt', 'schema', 'toUser']

function checkFunction(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'function') throw wrongOption(name, 'must be a function', value)
}

const isSchema = (value: unknown): boolean =>
  typeof (value as { '~standard'?: { validate?: unknown } } | null)?.['~standard']?.validate === 'function'

/** @throws {TypeError} for what is wrong, all but `jwt` itself */
export function checkAuthOptions(options: unknown): void {
  checkNames(options, NAMES)
  const { optional, realm, roles, scopes, verify, jwt, schema, toUser } = options
  if ((verify === undefined) === (jwt === undefined)) throw new TypeError('auth: give either verify or jwt: what checks the tokens')
  if (verify !== undefined && (schema !== undefined || toUser !== undefined)) {
    throw new TypeError('auth: schema and toUser go with jwt; verify answers with the user itself')
  }
  if (schema !== undefined && toUser !== undefined) throw new TypeError('auth: give one of schema and toUser: each makes the user')
  checkBoolean(optional, 'optional')
  for (const [name, value] of Object.entries({ verify, toUser, roles, scopes })) checkFunction(value, name)
  if (schema !== undefined && !isSchema(schema)) throw wrongOption('schema', 'must be a Standard Schema, such as one of zod', schema)
  if (realm !== undefined && !(typeof realm === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(realm))) {
    throw wrongOption('realm', 'must have 1 to 100 characters of ASCII, without " and \\', realm)
  }
}
