import { exportJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { auth } from '../../src/middleware/auth.js'
import { ecPem, edPem, rsa, rsaPem, SECRET } from './auth-helpers.js'

/** What `auth` says of options, however wrong they are. */
function errorOf(options: unknown): string {
  try {
    auth(options as never)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

const verify = () => 'user'
const hs = { secret: SECRET, algorithms: ['HS256'] }
const rs = { publicKey: rsaPem, algorithms: ['RS256'] }
const set = { jwksUrl: 'https://issuer.example/jwks.json', algorithms: ['RS256'] }

describe('the options of auth', () => {
  test.each<[options: unknown, error: string]>([
    [undefined, 'options is undefined: it must be an object'],
    [{}, 'give either verify or jwt: what checks the tokens'],
    [{ verify, jwt: hs }, 'give either verify or jwt: what checks the tokens'],
    [{ verify, schema: {} }, 'schema and toUser go with jwt; verify answers with the user itself'],
    [{ verify, toUser: verify }, 'schema and toUser go with jwt; verify answers with the user itself'],
    [{ jwt: hs, toUser: verify, schema: {} }, 'give one of schema and toUser: each makes the user'],
    [{ verify: 'token' }, 'verify is "token": it must be a function'],
    [{ jwt: hs, schema: {} }, 'schema is [object Object]: it must be a Standard Schema, such as one of zod'],
    [{ verify, optional: 'yes' }, 'optional is "yes": it must be true or false'],
    [{ verify, roles: ['admin'] }, 'roles is admin: it must be a function'],
    [{ verify, realm: '' }, 'realm is "": it must have 1 to 100 characters of ASCII, without " and \\'],
    [{ verify, realm: 'a"b' }, 'realm is "a\\"b": it must have 1 to 100 characters of ASCII, without " and \\'],
    [{ verify, realm: 'a\r\nb: c' }, 'realm is "a\\r\\nb: c": it must have 1 to 100 characters of ASCII, without " and \\'],
    [{ verify, option: true }, 'option is no option; there are optional, realm, roles, scopes, verify, jwt, schema, toUser'],
    [{ verify: undefined, jwt: hs }, 'verify is undefined: it must have a value, or be left out'],
  ])('%o: %s', (options, error) => {
    expect(errorOf(options)).toBe(`TypeError: auth: ${error}`)
  })

  test.each<[jwt: unknown, error: string]>([
    [null, 'jwt is null: it must be an object'],
    ['secret', 'jwt is "secret": it must be an object'],
    [{ algorithms: ['HS256'] }, 'jwt must have exactly one of secret, publicKey, jwksUrl'],
    [{ ...hs, publicKey: rsaPem }, 'jwt must have exactly one of secret, publicKey, jwksUrl'],
    [{ ...rs, jwksUrl: set.jwksUrl }, 'jwt must have exactly one of secret, publicKey, jwksUrl'],
    [{ secret: SECRET }, 'jwt.algorithms is undefined: it must name at least one of HS256, HS384, HS512'],
    [{ ...hs, algorithms: [] }, 'jwt.algorithms is : it must name at least one of HS256, HS384, HS512'],
    [{ ...hs, algorithms: 'HS256' }, 'jwt.algorithms is "HS256": it must name at least one of HS256, HS384, HS512'],
    [{ ...hs, algorithms: ['none'] }, 'jwt.algorithms is "none": it may have only HS256, HS384, HS512 with secret'],
    [{ ...hs, algorithms: ['HS256', 'RS256'] }, 'jwt.algorithms is "RS256": it may have only HS256, HS384, HS512 with secret'],
    [{ ...hs, algorithms: ['hs256'] }, 'jwt.algorithms is "hs256": it may have only HS256, HS384, HS512 with secret'],
    [
      { ...hs, audiance: 'x' },
      expect.stringContaining('jwt.audiance is no option; there are secret, publicKey, jwksUrl, algorithms, issuer,'),
    ],
    [{ ...hs, issuer: undefined }, 'jwt.issuer is undefined: it must have a value, or be left out'],
    [{ ...hs, audience: undefined }, 'jwt.audience is undefined: it must have a value, or be left out'],
    [{ ...hs, issuer: '' }, 'jwt.issuer is "": it must be a string or a list of strings, none of them empty'],
    [{ ...hs, audience: [] }, 'jwt.audience is : it must be a string or a list of strings, none of them empty'],
    [{ ...hs, audience: ['x', ''] }, 'jwt.audience is x,: it must be a string or a list of strings, none of them empty'],
    [{ ...hs, typ: '' }, 'jwt.typ is "": it must be a string that is not empty'],
    [{ ...hs, requiredClaims: 'sub' }, 'jwt.requiredClaims is "sub": it must be a list of names of claims'],
    [{ ...hs, requireExp: 0 }, 'jwt.requireExp is 0: it must be true or false'],
    [{ ...hs, clockTolerance: 301 }, 'jwt.clockTolerance is 301: it must be a whole number of seconds, 0 to 300'],
    [{ ...hs, clockTolerance: -1 }, 'jwt.clockTolerance is -1: it must be a whole number of seconds, 0 to 300'],
    [{ ...hs, clockTolerance: '5 s' }, 'jwt.clockTolerance is "5 s": it must be a whole number of seconds, 0 to 300'],
    [{ ...hs, clockTolerance: Number.NaN }, 'jwt.clockTolerance is NaN: it must be a whole number of seconds, 0 to 300'],
    [{ ...hs, maxTokenAge: 0 }, 'jwt.maxTokenAge is 0: it must be a whole number of seconds, 1 to 315360000'],
    [{ ...hs, jwksMaxAge: 60 }, 'jwt.jwksMaxAge goes with jwksUrl alone'],
    [{ ...set, jwksMaxAge: 0 }, 'jwt.jwksMaxAge is 0: it must be a whole number of seconds, 1 to 86400'],
    [{ ...set, jwksCooldown: 0 }, 'jwt.jwksCooldown is 0: it must be a whole number of seconds, 1 to 3600'],
    [{ ...set, jwksTimeout: 1.5 }, 'jwt.jwksTimeout is 1.5: it must be a whole number of seconds, 1 to 60'],
    [{ ...set, algorithms: ['HS256'] }, expect.stringContaining('jwt.algorithms is "HS256": it may have only RS256,')],
    [{ ...set, jwksUrl: '/jwks.json' }, 'jwt.jwksUrl is "/jwks.json": it must be an absolute URL'],
    [{ ...set, jwksUrl: 'https://me:secret@issuer.example/' }, 'jwt.jwksUrl must not have a user name or password in it'],
  ])('jwt %o: %s', (jwt, error) => {
    const said = errorOf({ jwt })
    expect(said.slice(0, 17)).toBe('TypeError: auth: ')
    expect(said.slice(17)).toEqual(error)
  })

  test('a key set comes by https, or from this machine', () => {
    for (const jwksUrl of [
      'https://x.example/',
      new URL('https://x.example/'),
      'http://localhost:3000/',
      'http://127.0.0.1/',
      'http://[::1]:80/',
      'http://auth.localhost/',
    ]) {
      expect([jwksUrl, errorOf({ jwt: { ...set, jwksUrl } })]).toEqual([jwksUrl, 'no error'])
    }
    for (const jwksUrl of [
      'http://x.example/',
      'http://localhost.x.example/',
      'http://127.0.0.1.x.example/',
      'http://10.0.0.1/',
      'file:///etc/jwks',
      'data:,{}',
    ]) {
      expect([jwksUrl, errorOf({ jwt: { ...set, jwksUrl } })]).toEqual([
        jwksUrl,
        expect.stringContaining('must be https, or http of this machine'),
      ])
    }
    expect(errorOf({ jwt: { ...set, jwksUrl: 'http://x.example/', jwksAllowHttp: true } })).toBe('no error')
    expect(errorOf({ jwt: { ...set, jwksUrl: 'ftp://x.example/', jwksAllowHttp: true } })).toContain('must be https')
  })

  test('a secret has as many bytes as its algorithms ask for, and no message shows it', () => {
    const least = { HS256: 32, HS384: 48, HS512: 64 }
    for (const [algorithm, length] of Object.entries(least)) {
      const of = (secret: unknown): string => errorOf({ jwt: { secret, algorithms: ['HS256', algorithm] } })
      expect(of('x'.repeat(length))).toBe('no error')
      expect(of(new Uint8Array(length))).toBe('no error')
      expect(of('ä'.repeat(length / 2))).toBe('no error')
      expect(of('x'.repeat(length - 1))).toContain(`jwt.secret has ${length - 1} bytes: HS256, ${algorithm} needs ${length} at least`)
      expect(of('x'.repeat(length - 1))).not.toContain('xx')
    }
    expect(errorOf({ jwt: { ...hs, secret: '' } })).toContain('has 0 bytes')
    expect(errorOf({ jwt: { ...hs, secret: null } })).toContain('must be a string or a Uint8Array, not null')
    expect(errorOf({ jwt: { ...hs, secret: rsaPem } })).toContain('must be a shared secret, not a PEM')
  })

  test('a public key is one, and fits the algorithms', async () => {
    const of = (publicKey: unknown, ...algorithms: string[]): string => errorOf({ jwt: { publicKey, algorithms } })
    const publicJwk = await exportJWK(rsa.publicKey)
    expect(of(rsaPem, 'RS256', 'PS512')).toBe('no error')
    expect(of(ecPem, 'ES256')).toBe('no error')
    expect(of(edPem, 'EdDSA', 'Ed25519')).toBe('no error')
    expect(of(rsaPem, 'RS256', 'ES256')).toContain('jwt.algorithms is "ES256": it must fit the public key, which is good for RS256,')
    expect(of(ecPem, 'ES384')).toContain('it must fit the public key, which is good for ES256')
    expect(of({ ...publicJwk, alg: 'RS256' }, 'RS512')).toContain('which is good for RS256')
    expect(of(rsaPem, 'HS256')).toContain('with publicKey')
    for (const pem of ['', 'x', SECRET, rsaPem.replaceAll('PUBLIC', 'RSA PUBLIC'), rsaPem + ecPem, rsaPem.replace('\n', '\n!')]) {
      expect(of(pem, 'RS256')).toContain('must be one PEM with -----BEGIN PUBLIC KEY-----')
    }
    const pkcs8 = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    expect(of(pkcs8, 'RS256')).toContain('must be one PEM with -----BEGIN PUBLIC KEY-----')
    expect(of(pkcs8, 'RS256')).not.toContain(pkcs8.slice(40, 60))
    expect(of(await exportJWK(rsa.privateKey), 'RS256')).toContain('must be a public key: this JWK has the private one')
    expect(of({ kty: 'oct', k: 'x' }, 'RS256')).toContain('not a shared secret')
    expect(of({ ...publicJwk, use: 'enc' }, 'RS256')).toContain('its use must be sig')
    expect(of({ kty: 'EC', crv: 'secp256k1' }, 'ES256')).toContain('is of a kind that no known algorithm uses')
    expect(of(rsa.publicKey, 'RS256')).toContain('must be a PEM, a JWK or a CryptoKey, not object')
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    expect(of(pair.publicKey, 'ES256')).toBe('no error')
    expect(of(pair.publicKey, 'ES384')).toContain('which is good for ES256')
    expect(of(pair.privateKey, 'ES256')).toContain('must be a public CryptoKey with the usage verify')
  })
})
