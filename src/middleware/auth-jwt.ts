import type { Context } from 'hono'
import { type CryptoKey, createRemoteJWKSet, errors, type JWTHeaderParameters, type JWTVerifyOptions, jwtVerify } from 'jose'
import { httpError } from '../runtime/error-answer.js'
import { checkJwtOptions, type JwksOptions, type JwtClaims, type JwtOptions, type PublicKey } from './auth-jwt-options.js'
import { checkPublicKey, importPublicKey, secretBytes } from './auth-keys.js'

/** The claims of a token; `undefined` for one that isn't good. */
export type CheckJwt = (token: string, c: Context) => Promise<JwtClaims | undefined>

type Key = CryptoKey | Uint8Array

/**
 * The keys to try for a token: one, but of a set that names no single one for it.
 * @throws {errors.JOSEError} where no key fits the token
 */
type FindKeys = (header: JWTHeaderParameters, c: Context) => Promise<readonly Key[]>

/** Gives what was made of the last value, until another comes: a function's answer is nearly always the same. */
function keepLast<T, R>(make: (value: T) => R): (value: T) => R {
  let last: { readonly value: T; readonly made: R } | undefined
  return (value) => {
    if (!last || last.value !== value) last = { value, made: make(value) }
    return last.made
  }
}

function findSecret(secret: unknown, algorithms: readonly string[]): FindKeys {
  const bytesOf = keepLast((value: unknown) => secretBytes(value, algorithms))
  if (typeof secret === 'function') return async (_, c) => [bytesOf(await secret(c))]
  const bytes = bytesOf(secret)
  return async () => [bytes]
}

function findPublicKey(publicKey: PublicKey | ((c: Context) => PublicKey), algorithms: readonly string[]): FindKeys {
  const importerOf = keepLast((value: PublicKey) => {
    checkPublicKey(value, algorithms)
    const imported = new Map<string, CryptoKey>()
    return async (algorithm: string): Promise<CryptoKey> => {
      const key = imported.get(algorithm) ?? (await importPublicKey(value, algorithm))
      imported.set(algorithm, key)
      return key
    }
  })
  if (typeof publicKey === 'function') return async ({ alg }, c) => [await importerOf(await publicKey(c))(alg)]
  const importKey = importerOf(publicKey)
  return async ({ alg }) => [await importKey(alg)]
}

/** The errors of a key set that the token is to blame for. */
const isOfToken = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported

/** RFC 7518, 3.3; jose would take a shorter key for a fault of ours. */
const isStrong = ({ algorithm }: CryptoKey): boolean => !('modulusLength' in algorithm) || (algorithm.modulusLength as number) >= 2048

function checkStrength(keys: readonly CryptoKey[]): readonly CryptoKey[] {
  if (!keys.every(isStrong)) throw new Error('the RSA key that the token names has less than 2,048 bits')
  return keys
}

async function collect(keys: AsyncIterable<CryptoKey>): Promise<CryptoKey[]> {
  const collected: CryptoKey[] = []
  for await (const key of keys) collected.push(key)
  return collected
}

function findInKeySet(options: JwksOptions): FindKeys {
  const { jwksMaxAge = 600, jwksCooldown = 30, jwksTimeout = 5 } = options
  const url = new URL(options.jwksUrl)
  const findKey = createRemoteJWKSet(url, {
    cacheMaxAge: jwksMaxAge * 1000,
    cooldownDuration: jwksCooldown * 1000,
    timeoutDuration: jwksTimeout * 1000,
  })
  return async (header) => {
    try {
      return checkStrength([await findKey(header)])
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return (await collect(error)).filter(isStrong)
      if (isOfToken(error)) throw error
      console.error(`everyroute: auth: the key set ${url.origin}${url.pathname} can't be used:`, error)
      throw httpError(503, 'Tokens cannot be checked at the moment', { cause: error })
    }
  }
}

function createFindKeys(options: JwtOptions): FindKeys {
  const algorithms = [...options.algorithms]
  if (options.jwksUrl !== undefined) return findInKeySet(options)
  if (options.publicKey !== undefined) return findPublicKey(options.publicKey, algorithms)
  return findSecret(options.secret, algorithms)
}

const copied = (value: string | readonly string[]): string | string[] => (typeof value === 'string' ? value : [...value])

function verifyOptions(options: JwtOptions): JWTVerifyOptions {
  const { issuer, audience, typ, requiredClaims = [], requireExp = true, maxTokenAge, clockTolerance = 0 } = options
  return {
    algorithms: [...options.algorithms],
    requiredClaims: requireExp ? [...requiredClaims, 'exp'] : [...requiredClaims],
    clockTolerance,
    ...(issuer !== undefined && { issuer: copied(issuer) }),
    ...(audience !== undefined && { audience: copied(audience) }),
    ...(typ !== undefined && { typ }),
    ...(maxTokenAge !== undefined && { maxTokenAge }),
  }
}

const isOptionalString = (value: unknown): boolean => value === undefined || typeof value === 'string'

/** Whether the registered claims are what {@link JwtClaims} says of them; jose looks only at those that it compares. */
function areClaims(claims: Readonly<Record<string, unknown>>): claims is JwtClaims {
  const { iss, sub, jti, aud } = claims
  const isAudience = isOptionalString(aud) || (Array.isArray(aud) && aud.every((one) => typeof one === 'string'))
  return isAudience && isOptionalString(iss) && isOptionalString(sub) && isOptionalString(jti)
}

/** Verifies with the first of the keys, and with the next as long as it is only the signature that is wrong. */
async function verifyWithAny(
  token: string,
  findKeys: (header: JWTHeaderParameters) => Promise<readonly Key[]>,
  options: JWTVerifyOptions,
): Promise<Readonly<Record<string, unknown>>> {
  let keys: readonly Key[] = []
  const findFirst = async (header: JWTHeaderParameters): Promise<Key> => {
    keys = await findKeys(header)
    if (!keys[0]) throw new errors.JWKSNoMatchingKey()
    return keys[0]
  }
  for (let index = 0; ; index++) {
    try {
      return (await jwtVerify(token, index === 0 ? findFirst : keys[index]!, options)).payload
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed) || index + 1 >= keys.length) throw error
    }
  }
}

/**
 * Makes the check of JWTs. Headers that bring or name keys (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
 * @throws {TypeError} for wrong options; a check throws one for what a function has given as key
 */
export function createCheckJwt(options: unknown): CheckJwt {
  checkJwtOptions(options)
  const findKeys = createFindKeys(options)
  const verifying = verifyOptions(options)
  return async (token, c) => {
    try {
      const claims = await verifyWithAny(token, (header) => findKeys(header, c), verifying)
      return areClaims(claims) ? claims : undefined
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
