import { importJWK, importSPKI, type JWK } from 'jose'
import { wrongOption } from './auth-checks.js'
import type { PublicKey } from './auth-jwt-options.js'

/** Bytes that a secret must have at least: as many as the hash (RFC 7518, 3.2). */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 }

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const ED25519 = ['Ed25519', 'EdDSA']
const CURVES: Readonly<Record<string, readonly string[]>> = { 'P-256': ['ES256'], 'P-384': ['ES384'], 'P-521': ['ES512'], Ed25519: ED25519 }

/** Kinds of keys by the object identifiers at the start of their SPKI (RFC 3279, RFC 5480, RFC 8410), in hexadecimal. */
const IDENTIFIERS: readonly (readonly [hex: string, algorithms: readonly string[]])[] = [
  ['06092a864886f70d010101', RSA],
  ['06072a8648ce3d020106082a8648ce3d030107', ['ES256']],
  ['06072a8648ce3d020106052b81040022', ['ES384']],
  ['06072a8648ce3d020106052b81040023', ['ES512']],
  ['06032b6570', ED25519],
]

/**
 * The bytes of a secret.
 * @throws {TypeError} for one too short for the algorithms, and for a key that isn't a secret
 */
export function secretBytes(secret: unknown, algorithms: readonly string[]): Uint8Array {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw wrongOption('jwt.secret', `must be a string or a Uint8Array, not ${secret === null ? 'null' : typeof secret}`)
  }
  if (typeof secret === 'string' && secret.includes('-----BEGIN ')) {
    throw wrongOption('jwt.secret', 'must be a shared secret, not a PEM: give a public key as publicKey')
  }
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret.slice()
  const least = Math.max(...algorithms.map((algorithm) => SECRET_BYTES[algorithm] ?? Number.POSITIVE_INFINITY))
  if (bytes.byteLength < least) {
    throw wrongOption(
      'jwt.secret',
      `has ${bytes.byteLength} bytes: ${algorithms.join(', ')} needs ${least} at least, random ones (openssl rand -base64 ${least})`,
    )
  }
  return bytes
}

function derHex(pem: string): string {
  const body = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----$/.exec(pem)?.[1]
  try {
    if (body) return Array.from(atob(body.replace(/\s/g, '')), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  } catch {
    // Not base64: said below.
  }
  throw wrongOption(
    'jwt.publicKey',
    'must be one PEM with -----BEGIN PUBLIC KEY----- (openssl pkey -pubin, or openssl x509 -pubkey -noout of a certificate)',
  )
}

function algorithmsOfJwk(jwk: JWK): readonly string[] {
  if (jwk.kty === 'oct') throw wrongOption('jwt.publicKey', 'must be a public key, not a shared secret (kty oct): give that as secret')
  if ('d' in jwk || 'priv' in jwk)
    throw wrongOption('jwt.publicKey', 'must be a public key: this JWK has the private one, which belongs to the issuer alone')
  if (jwk.use !== undefined && jwk.use !== 'sig')
    throw wrongOption('jwt.publicKey', 'must be a JWK for signatures: its use must be sig', jwk.use)
  const byType = jwk.kty === 'RSA' ? RSA : (CURVES[jwk.crv ?? ''] ?? [])
  return jwk.alg === undefined ? byType : byType.filter((algorithm) => algorithm === jwk.alg)
}

function algorithmsOfCryptoKey(key: CryptoKey): readonly string[] {
  if (key.type !== 'public' || !key.usages.includes('verify'))
    throw wrongOption('jwt.publicKey', 'must be a public CryptoKey with the usage verify')
  const { name, hash, namedCurve } = key.algorithm as { name: string; hash?: { name: string }; namedCurve?: string }
  const bits = hash?.name.slice('SHA-'.length) ?? ''
  if (name === 'RSASSA-PKCS1-v1_5') return [`RS${bits}`]
  if (name === 'RSA-PSS') return [`PS${bits}`]
  return CURVES[namedCurve ?? name] ?? []
}

function algorithmsOf(key: unknown): readonly string[] {
  if (typeof key === 'string') {
    // The identifier stands right behind two or three headers of DER.
    const start = derHex(key.trim()).slice(0, 80)
    return IDENTIFIERS.find(([hex]) => start.includes(hex))?.[1] ?? []
  }
  if (key instanceof CryptoKey) return algorithmsOfCryptoKey(key)
  if (typeof key === 'object' && key !== null && 'kty' in key) return algorithmsOfJwk(key as JWK)
  throw wrongOption('jwt.publicKey', `must be a PEM, a JWK or a CryptoKey, not ${key === null ? 'null' : typeof key}`)
}

/** @throws {TypeError} for a key that isn't a public one, or doesn't fit each of the algorithms */
export function checkPublicKey(key: unknown, algorithms: readonly string[]): asserts key is PublicKey {
  const fitting = algorithmsOf(key)
  if (fitting.length === 0)
    throw wrongOption('jwt.publicKey', 'is of a kind that no known algorithm uses; give a key of RSA, P-256, P-384, P-521 or Ed25519')
  const wrong = algorithms.find((algorithm) => !fitting.includes(algorithm))
  if (wrong) throw wrongOption('jwt.algorithms', `must fit the public key, which is good for ${fitting.join(', ')}`, wrong)
}

/** Imports a checked public key for one algorithm. */
export async function importPublicKey(key: PublicKey, algorithm: string): Promise<CryptoKey> {
  if (key instanceof CryptoKey) return key
  const imported = typeof key === 'string' ? await importSPKI(key.trim(), algorithm) : await importJWK(key, algorithm)
  return imported as CryptoKey
}
