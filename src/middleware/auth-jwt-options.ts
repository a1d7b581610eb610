import type { Context } from 'hono'
import type { JWK } from 'jose'
import { checkBoolean, checkNames, wrongOption } from './auth-checks.js'

/** HMAC with a shared secret. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512'

/** Signatures that are checked with a public key. */
export type PublicKeyAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'Ed25519'
  | 'EdDSA'

const SECRET_ALGORITHMS: readonly string[] = ['HS256', 'HS384', 'HS512'] satisfies SecretAlgorithm[]
const PUBLIC_KEY_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
] satisfies PublicKeyAlgorithm[]

/** The claims of a token whose signature is good. The registered ones have been checked to be of these types (RFC 7519, 4.1). */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | string[]
  readonly jti?: string
  /** Seconds since 1970. */
  readonly exp?: number
  /** Seconds since 1970. */
  readonly nbf?: number
  /** Seconds since 1970. */
  readonly iat?: number
  readonly [claim: string]: unknown
}

/** What of a token is checked beside its signature; `nbf` always is. */
export interface JwtClaimOptions {
  /** Who must have issued it, one of these: compared with `iss`, character by character. Default: not checked. */
  readonly issuer?: string | readonly string[]
  /**
   * For whom it must be, one of these in `aud`. Default: not checked. Leave it out only where the issuer's keys sign for nobody
   * else: an identity provider signs for every application of its customers, and a token made for another one would do.
   */
  readonly audience?: string | readonly string[]
  /** The `typ` of its header, such as `at+jwt` (RFC 9068), which keeps ID tokens out. Default: not checked. */
  readonly typ?: string
  /** Claims that must be there, beside those that other options ask for. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Whether a token without `exp` is refused. One that has it is refused once it is over, in any case. Default: `true`. */
  readonly requireExp?: boolean
  /** Seconds since `iat` after which a token is refused: 1 to 315,360,000. Default: no such limit. */
  readonly maxTokenAge?: number
  /** Seconds by which clocks may be apart: 0 to 300. Default: 0. */
  readonly clockTolerance?: number
}

/** JWTs of somebody who shares a secret with this server. */
export interface JwtSecretOptions extends JwtClaimOptions {
  /**
   * The bytes of the key, text as UTF-8: at least as many as the algorithm's hash has (RFC 7518, 3.2), 32 for HS256, 48 for HS384,
   * 64 for HS512. Random ones: a pass phrase can be guessed offline from any token. A function is asked at each request, where the
   * environment isn't known before; what it answers must keep to the same, or the request is answered with 500.
   */
  readonly secret: string | Uint8Array | ((c: Context) => string | Uint8Array)
  /** Which algorithms are taken; the token's own choice counts only among these. */
  readonly algorithms: readonly [SecretAlgorithm, ...SecretAlgorithm[]]
  readonly publicKey?: never
  readonly jwksUrl?: never
}

/** A public key: PEM (`-----BEGIN PUBLIC KEY-----`, SPKI), a JWK, or a CryptoKey that may verify. */
export type PublicKey = string | JWK | CryptoKey

/** JWTs that one known key has signed. */
export interface JwtPublicKeyOptions extends JwtClaimOptions {
  /** A function is asked at each request, where the environment isn't known before. */
  readonly publicKey: PublicKey | ((c: Context) => PublicKey)
  /** Which algorithms are taken; each must fit the key. */
  readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]]
  readonly secret?: never
  readonly jwksUrl?: never
}

/** JWTs of an issuer that publishes its keys as a JSON Web Key Set (RFC 7517). */
export interface JwksOptions extends JwtClaimOptions {
  /** https, or http of this machine. Redirects are not followed. */
  readonly jwksUrl: string | URL
  /** Which algorithms are taken, whatever the set has keys for. */
  readonly algorithms: readonly [PublicKeyAlgorithm, ...PublicKeyAlgorithm[]]
  /** Allows http to other machines. Who is on the way can then sign any token. Default: `false`. */
  readonly jwksAllowHttp?: boolean
  /** Seconds for which the set is kept: 1 to 86,400. A key that was taken out of it is good that long. Default: 600. */
  readonly jwksMaxAge?: number
  /** Seconds after a fetch within which an unknown `kid` is refused without another one: 1 to 3,600. Default: 30. */
  readonly jwksCooldown?: number
  /** Seconds that a fetch may take: 1 to 60. Default: 5. */
  readonly jwksTimeout?: number
  readonly secret?: never
  readonly publicKey?: never
}

/** How a JWT is checked: with one of `secret`, `publicKey` and `jwksUrl`. */
export type JwtOptions = JwtSecretOptions | JwtPublicKeyOptions | JwksOptions

const CLAIM_NAMES = ['algorithms', 'issuer', 'audience', 'typ', 'requiredClaims', 'requireExp', 'maxTokenAge', 'clockTolerance']
const SOURCES = ['secret', 'publicKey', 'jwksUrl'] as const
const JWKS_NAMES = ['jwksAllowHttp', 'jwksMaxAge', 'jwksCooldown', 'jwksTimeout']

function checkSeconds(value: unknown, name: string, from: number, to: number): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= from && (value as number) <= to)) return
  throw wrongOption(`jwt.${name}`, `must be a whole number of seconds, ${from} to ${to}`, value)
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function checkTexts(value: unknown, name: string): void {
  if (value === undefined || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText))) return
  throw wrongOption(`jwt.${name}`, 'must be a string or a list of strings, none of them empty', value)
}

function checkAlgorithms(value: unknown, source: (typeof SOURCES)[number]): void {
  const allowed = source === 'secret' ? SECRET_ALGORITHMS : PUBLIC_KEY_ALGORITHMS
  if (!Array.isArray(value) || value.length === 0)
    throw wrongOption('jwt.algorithms', `must name at least one of ${allowed.join(', ')}`, value)
  for (const algorithm of value) {
    // Both kinds at once would let anyone sign with the public key as the secret.
    if (!allowed.includes(algorithm)) throw wrongOption('jwt.algorithms', `may have only ${allowed.join(', ')} with ${source}`, algorithm)
  }
}

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/

function checkJwksUrl(value: unknown, allowHttp: unknown): void {
  const text = value instanceof URL ? value.href : value
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw wrongOption('jwt.jwksUrl', 'must be an absolute URL', value)
  if (url.username !== '' || url.password !== '') throw wrongOption('jwt.jwksUrl', 'must not have a user name or password in it')
  if (url.protocol === 'https:') return
  if (url.protocol === 'http:' && (allowHttp === true || LOOPBACK.test(url.hostname))) return
  throw wrongOption('jwt.jwksUrl', 'must be https, or http of this machine; jwksAllowHttp allows http to others', value)
}

/**
 * What can be said of the options without the key itself.
 * @throws {TypeError}
 */
export function checkJwtOptions(options: unknown): asserts options is JwtOptions {
  checkNames(options, [...SOURCES, ...CLAIM_NAMES, ...JWKS_NAMES], 'jwt')
  const [source, ...more] = SOURCES.filter((name) => options[name] !== undefined)
  if (source === undefined || more.length > 0) throw new TypeError(`auth: jwt must have exactly one of ${SOURCES.join(', ')}`)
  checkAlgorithms(options.algorithms, source)
  checkTexts(options.issuer, 'issuer')
  checkTexts(options.audience, 'audience')
  if (options.typ !== undefined && !isText(options.typ)) throw wrongOption('jwt.typ', 'must be a string that is not empty', options.typ)
  const { requiredClaims } = options
  if (requiredClaims !== undefined && !(Array.isArray(requiredClaims) && requiredClaims.every(isText))) {
    throw wrongOption('jwt.requiredClaims', 'must be a list of names of claims', requiredClaims)
  }
  checkBoolean(options.requireExp, 'jwt.requireExp')
  checkSeconds(options.maxTokenAge, 'maxTokenAge', 1, 315_360_000)
  checkSeconds(options.clockTolerance, 'clockTolerance', 0, 300)
  if (source === 'jwksUrl') {
    checkBoolean(options.jwksAllowHttp, 'jwt.jwksAllowHttp')
    checkJwksUrl(options.jwksUrl, options.jwksAllowHttp)
    checkSeconds(options.jwksMaxAge, 'jwksMaxAge', 1, 86_400)
    checkSeconds(options.jwksCooldown, 'jwksCooldown', 1, 3600)
    checkSeconds(options.jwksTimeout, 'jwksTimeout', 1, 60)
    return
  }
  const stray = JWKS_NAMES.find((name) => options[name] !== undefined)
  if (stray) throw wrongOption(`jwt.${stray}`, 'goes with jwksUrl alone')
}
