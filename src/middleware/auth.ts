import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context, MiddlewareHandler } from 'hono'
import { assumedUser } from '../runtime/assumed-user.js'
import { isThenable } from '../runtime/thenable.js'
import { bearerToken, invalidToken, noCredentials } from './auth-challenge.js'
import { createCheckJwt } from './auth-jwt.js'
import type { JwtClaims } from './auth-jwt-options.js'
import { type AuthOptions, checkAuthOptions, type UserOf } from './auth-options.js'
import { defaultRoles, defaultScopes, signIn } from './auth-require.js'

export type {
  JwksOptions,
  JwtClaimOptions,
  JwtClaims,
  JwtOptions,
  JwtPublicKeyOptions,
  JwtSecretOptions,
  PublicKey,
  PublicKeyAlgorithm,
  SecretAlgorithm,
} from './auth-jwt-options.js'
export type {
  AuthOptions,
  CommonAuthOptions,
  JwtSchemaAuthOptions,
  JwtUserAuthOptions,
  NoUser,
  UserOf,
  VerifyAuthOptions,
} from './auth-options.js'
export { requireRole, requireScope } from './auth-require.js'

/** Finds the user of a token; what isn't truthy is nobody. */
type FindUser = (token: string, c: Context) => unknown

async function parseClaims(schema: StandardSchemaV1, claims: JwtClaims): Promise<unknown> {
  const result = await schema['~standard'].validate(claims)
  return result.issues ? undefined : result.value
}

function createFindUser<R>(options: AuthOptions<R, boolean>): FindUser {
  const { verify, jwt, schema, toUser } = options
  if (verify) return verify
  const checkJwt = createCheckJwt(jwt)
  return async (token, c) => {
    const claims = await checkJwt(token, c)
    if (!claims) return undefined
    if (schema) return parseClaims(schema, claims)
    return toUser ? toUser(claims, c) : claims
  }
}

/**
 * Lets requests with a good Bearer token pass and sets `user`: what `verify` answers for the token, or the claims of a JWT, or
 * what `toUser` or `schema` make of them. Others are answered with 401 and `WWW-Authenticate` (RFC 6750), 400 where the
 * Authorization header can't be read, 503 where the key set can't be had.
 * @throws {TypeError} for wrong options
 */
export function auth<R = JwtClaims, const O extends boolean = false>(
  options: AuthOptions<R, O>,
): MiddlewareHandler<{ Variables: { user: UserOf<R> | (O extends true ? undefined : never) } }> {
  checkAuthOptions(options)
  const { optional = false, realm = 'api', roles = defaultRoles, scopes = defaultScopes } = options
  const findUser = createFindUser(options)
  const pass = (c: Context, user: unknown): void => signIn(c, { user, realm, roles, scopes })
  const admit = (c: Context, user: unknown): void => {
    if (!user) throw invalidToken(realm)
    pass(c, user)
  }
  /** Lets a request pass, or throws. Where that takes time, it gives a promise. */
  const check = (c: Context): Promise<void> | undefined => {
    const assumed = assumedUser(c)
    if (assumed) {
      pass(c, assumed.user)
      return undefined
    }
    const token = bearerToken(c, realm)
    if (token === undefined) {
      if (!optional) throw noCredentials(realm)
      pass(c, undefined)
      return undefined
    }
    const found = findUser(token, c)
    if (isThenable(found)) return Promise.resolve(found).then((user) => admit(c, user))
    admit(c, found)
    return undefined
  }
  return (c, next) => {
    try {
      const waiting = check(c)
      return waiting ? waiting.then(next) : next()
    } catch (error) {
      return Promise.reject(error)
    }
  }
}
