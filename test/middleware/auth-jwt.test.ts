import { createHmac, sign as signBytes } from 'node:crypto'
import { exportJWK } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { auth, type JwtOptions } from '../../src/middleware/auth.js'
import {
  AUDIENCE,
  appWith,
  ask,
  base64url,
  bytes,
  ec,
  ecPem,
  ed,
  edPem,
  INVALID_TOKEN,
  ISSUER,
  now,
  otherRsa,
  rsa,
  rsaPem,
  SECRET,
  sign,
} from './auth-helpers.js'

const HS256: JwtOptions = { secret: SECRET, algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE }
const RS256: JwtOptions = { publicKey: rsaPem, algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE }

/** The answer to a token, and that the handler ran only with 200. */
async function answer(jwt: JwtOptions, token: string): Promise<unknown[]> {
  const { app, calls, errors } = appWith(auth({ jwt }))
  const answered = await ask(app, `Bearer ${token}`)
  expect(calls()).toBe(answered[0] === 200 ? 1 : 0)
  expect(errors).toEqual([])
  return answered
}

const expectRefused = async (jwt: JwtOptions, token: string | Promise<string>): Promise<void> =>
  expect(await answer(jwt, await token)).toEqual(INVALID_TOKEN)

const expectTaken = async (jwt: JwtOptions, token: string | Promise<string>): Promise<void> =>
  expect(await answer(jwt, await token)).toEqual([200, null, { user: expect.objectContaining({ exp: expect.any(Number) }) }])

describe('keys', () => {
  test('a secret: string, bytes, or a function of the context', async () => {
    const token = await sign()
    const secrets = [SECRET, bytes(SECRET), () => SECRET, () => bytes(SECRET), (async () => SECRET) as never]
    for (const secret of secrets) await expectTaken({ ...HS256, secret }, token)
    await expectRefused({ ...HS256, secret: `${SECRET}!` }, token)
    const { app } = appWith(auth({ jwt: { ...HS256, secret: (c) => (c.env as { SECRET: string }).SECRET } }))
    const request = { headers: { authorization: `Bearer ${token}` } }
    expect((await app.request('/', request, { SECRET })).status).toBe(200)
    // Another environment, another answer: nothing of the last one is kept.
    expect((await app.request('/', request, { SECRET: SECRET.toUpperCase() })).status).toBe(401)
    expect((await app.request('/', request, { SECRET })).status).toBe(200)
  })

  test.each([undefined, null, '', 'short', new Uint8Array(31), 5, rsaPem, {}])(
    'a function that answers with %j as secret is a 500',
    async (secret) => {
      const { app, calls, errors } = appWith(auth({ jwt: { ...HS256, secret: () => secret as never } }))
      expect((await ask(app, `Bearer ${await sign()}`))[0]).toBe(500)
      expect(errors.map(String)).toEqual([expect.stringContaining('TypeError: auth: jwt.secret ')])
      expect(String(errors[0])).not.toContain('short')
      expect(calls()).toBe(0)
    },
  )

  test('later changes of the bytes given change nothing', async () => {
    const secret = bytes(SECRET)
    const { app } = appWith(auth({ jwt: { ...HS256, secret } }))
    secret.fill(0)
    expect((await ask(app, `Bearer ${await sign()}`))[0]).toBe(200)
    expect((await ask(app, `Bearer ${await sign({}, secret)}`))[0]).toBe(401)
  })

  test('a public key: PEM, JWK, CryptoKey, or a function', async () => {
    const token = await sign({}, rsa.privateKey, { alg: 'RS256' })
    const spki = Uint8Array.from(rsa.publicKey.export({ type: 'spki', format: 'der' }))
    const key = await crypto.subtle.importKey('spki', spki, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify'])
    const jwk = await exportJWK(rsa.publicKey)
    for (const publicKey of [
      rsaPem,
      `\n${rsaPem}\n`,
      jwk,
      Object.freeze({ ...jwk, alg: 'RS256', use: 'sig' }),
      key,
      () => rsaPem,
      () => jwk,
    ]) {
      await expectTaken({ ...RS256, publicKey }, token)
      await expectRefused({ ...RS256, publicKey }, sign({}, otherRsa.privateKey, { alg: 'RS256' }))
    }
    expect(Object.isFrozen(jwk)).toBe(false)
  })

  test('each kind of algorithm', async () => {
    await expectTaken({ publicKey: rsaPem, algorithms: ['RS256', 'PS512'] }, sign({}, rsa.privateKey, { alg: 'PS512' }))
    await expectTaken({ publicKey: rsaPem, algorithms: ['RS256', 'PS512'] }, sign({}, rsa.privateKey, { alg: 'RS256' }))
    await expectRefused({ publicKey: rsaPem, algorithms: ['RS256', 'PS512'] }, sign({}, rsa.privateKey, { alg: 'RS512' }))
    await expectTaken({ publicKey: ecPem, algorithms: ['ES256'] }, sign({}, ec.privateKey, { alg: 'ES256' }))
    await expectTaken({ publicKey: edPem, algorithms: ['Ed25519', 'EdDSA'] }, sign({}, ed.privateKey, { alg: 'EdDSA' }))
    const long = bytes(SECRET.repeat(2))
    for (const alg of ['HS256', 'HS384', 'HS512'] as const) await expectTaken({ secret: long, algorithms: [alg] }, sign({}, long, { alg }))
    await expectRefused(HS256, sign({}, bytes(SECRET), { alg: 'HS512' }))
  })
})

describe('claims', () => {
  test.each<[what: string, claims: Record<string, unknown>, more?: Partial<JwtOptions>]>([
    ['is over', { exp: now() - 1 }],
    ['is over at this second', { exp: now() }],
    ['is over by more than the tolerance', { exp: now() - 31 }, { clockTolerance: 30 }],
    ['has no exp', { exp: undefined }],
    ['has an exp that is a string', { exp: String(now() + 60) }],
    ['has an exp that is null', { exp: null }],
    ['has an exp that is null, where none is asked for', { exp: null }, { requireExp: false }],
    ['is over, where no exp is asked for', { exp: now() - 1 }, { requireExp: false }],
    ['is not good yet', { nbf: now() + 30 }],
    ['is not good yet by more than the tolerance', { nbf: now() + 40 }, { clockTolerance: 30 }],
    ['has an nbf that is no number', { nbf: 'now' }],
    ['is of another issuer', { iss: 'https://evil.example' }],
    ['is of an issuer that begins alike', { iss: `${ISSUER}.evil.example` }],
    ['has no issuer', { iss: undefined }],
    ['has a list of issuers', { iss: [ISSUER] }],
    ['is for another audience', { aud: 'https://other.example' }],
    ['is for others', { aud: ['https://other.example', `${AUDIENCE}/`] }],
    ['is for nobody', { aud: undefined }],
    ['is for an empty list', { aud: [] }],
    ['has a list with more than strings', { aud: [AUDIENCE, 1] }],
    ['has an audience that is an object', { aud: { [AUDIENCE]: true } }],
    ['has a sub that is an object', { sub: { toString: 'ada' } }],
    ['has a jti that is a number', { jti: 1 }],
    ['lacks a claim that is asked for', {}, { requiredClaims: ['tenant'] }],
    ['is too old', { iat: now() - 120 }, { maxTokenAge: 60 }],
    ['has no iat, where an age is asked for', {}, { maxTokenAge: 60 }],
    ['is of the future, where an age is asked for', { iat: now() + 60 }, { maxTokenAge: 600 }],
    ['has no typ, where one is asked for', {}, { typ: 'at+jwt' }],
  ])('a token that %s is refused', async (_, claims, more) => {
    await expectRefused({ ...HS256, ...more } as JwtOptions, sign(claims))
  })

  test.each<[what: string, claims: Record<string, unknown>, more?: Partial<JwtOptions>]>([
    ['is over by less than the tolerance', { exp: now() - 20 }, { clockTolerance: 60 }],
    ['is good soon, by less than the tolerance', { nbf: now() + 30 }, { clockTolerance: 60 }],
    ['is good since now', { nbf: now() - 1 }],
    ['is of one of the issuers', {}, { issuer: ['https://other.example', ISSUER] }],
    ['is for one of the audiences', { aud: ['https://other.example', AUDIENCE] }, { audience: ['https://third.example', AUDIENCE] }],
    ['has the claims that are asked for', { tenant: 'x' }, { requiredClaims: ['tenant'] }],
    ['is young enough', { iat: now() - 10 }, { maxTokenAge: 60 }],
  ])('a token that %s is taken', async (_, claims, more) => {
    await expectTaken({ ...HS256, ...more } as JwtOptions, sign(claims))
  })

  test('without exp only where that is said', async () => {
    const token = await sign({ exp: undefined })
    expect((await answer({ ...HS256, requireExp: false }, token))[0]).toBe(200)
    expect((await answer({ ...HS256, requireExp: true }, token))[0]).toBe(401)
  })

  test('typ is compared as RFC 7515 says', async () => {
    const typed = (typ: string): Promise<string> => sign({}, bytes(SECRET), { alg: 'HS256', typ })
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) await expectTaken({ ...HS256, typ: 'at+jwt' }, typed(typ))
    await expectRefused({ ...HS256, typ: 'at+jwt' }, typed('JWT'))
  })

  test('a token stops being good while the server runs', async () => {
    const { app } = appWith(auth({ jwt: HS256 }))
    const token = await sign({ exp: now() + 60 })
    expect((await ask(app, `Bearer ${token}`))[0]).toBe(200)
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
    try {
      expect((await ask(app, `Bearer ${token}`))[0]).toBe(401)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('attacks', () => {
  const parts = async (claims = {}): Promise<[header: string, payload: string, signature: string]> =>
    (await sign(claims)).split('.') as [string, string, string]

  const hmac = (input: string, key: string | Uint8Array): string => createHmac('sha256', key).update(input).digest('base64url')

  test('alg none, in every spelling, with and without a signature', async () => {
    const [, payload, signature] = await parts()
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 'HS256 ', 'hs256', ['HS256'], { alg: 'HS256' }]) {
      for (const end of ['', signature]) {
        await expectRefused(HS256, `${base64url({ alg, typ: 'JWT' })}.${payload}.${end}`)
        await expectRefused(RS256, `${base64url({ alg, typ: 'JWT' })}.${payload}.${end}`)
      }
    }
  })

  test('HS256 signed with the public key as its secret', async () => {
    const payload = base64url({ sub: 'eve', iss: ISSUER, aud: AUDIENCE, exp: now() + 60 })
    const input = `${base64url({ alg: 'HS256' })}.${payload}`
    const der = Uint8Array.from(rsa.publicKey.export({ type: 'spki', format: 'der' }))
    for (const key of [rsaPem, rsaPem.trim(), rsaPem.replaceAll('\n', '\r\n'), der])
      await expectRefused(RS256, `${input}.${hmac(input, key)}`)
    await expectRefused(HS256, sign({}, rsa.privateKey, { alg: 'RS256' }))
  })

  test('keys that come along in the header', async () => {
    const jwk = await exportJWK(otherRsa.publicKey)
    const headers = [
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert.pem' },
      { x5c: ['MIIB'] },
      { kid: 'evil' },
    ]
    const request = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('must not be asked'))
    try {
      for (const header of headers) {
        await expectRefused(RS256, sign({}, otherRsa.privateKey, { alg: 'RS256', ...header }))
        await expectTaken(RS256, sign({}, rsa.privateKey, { alg: 'RS256', ...header }))
      }
      expect(request).not.toHaveBeenCalled()
    } finally {
      request.mockRestore()
    }
  })

  test('changed parts', async () => {
    const [header, payload, signature] = await parts()
    const changed = base64url({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'eve' })
    await expectTaken(HS256, `${header}.${payload}.${signature}`)
    await expectRefused(HS256, `${header}.${changed}.${signature}`)
    await expectRefused(HS256, `${base64url({ alg: 'HS256', typ: 'x' })}.${payload}.${signature}`)
    await expectRefused(HS256, `${header}.${payload}.${signature.slice(0, -2)}`)
    await expectRefused(HS256, `${header}.${payload}.`)
    await expectRefused(HS256, `${header}.${payload}`)
    await expectRefused(HS256, `${header}.${payload}.${signature}.`)
    await expectRefused(HS256, `${header}.${payload}.${signature}.${payload}.${signature}`)
    await expectRefused(HS256, `.${payload}.${signature}`)
    await expectRefused(HS256, '..')
    await expectRefused(HS256, '.')
  })

  test('extensions that are not understood, and payloads that are not encoded', async () => {
    const payload = { sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: now() + 60 }
    const signed = (header: object, text: string): string => {
      const input = `${base64url({ alg: 'HS256', ...header })}.${text}`
      return `${input}.${hmac(input, SECRET)}`
    }
    await expectTaken(HS256, signed({}, base64url(payload)))
    const crits = [['exp'], ['x'], [], 'x', ['b64'], [null], ['b64', 'b64']]
    for (const crit of crits) await expectRefused(HS256, signed({ crit, x: 1 }, base64url(payload)))
    await expectRefused(HS256, signed({ b64: false, crit: ['b64'] }, base64url(payload)))
    await expectRefused(HS256, signed({ b64: false }, 'plain'))
  })

  test('good signatures of what are no claims', async () => {
    const signed = (text: string): string => {
      const input = `${base64url({ alg: 'HS256' })}.${base64url(text)}`
      return `${input}.${hmac(input, SECRET)}`
    }
    for (const text of ['', 'null', '[]', '"x"', '1', '{', '{"exp":1e999}', '\ufeff{}', '{"exp":NaN}'])
      await expectRefused(HS256, signed(text))
    const proto = `{"__proto__":{"exp":${now() + 60}},"iss":"${ISSUER}","aud":"${AUDIENCE}"}`
    await expectRefused(HS256, signed(proto))
  })

  test('an ES256 signature of zeros (CVE-2022-21449), and one in DER', async () => {
    const payload = base64url({ exp: now() + 60 })
    const jwt: JwtOptions = { publicKey: ecPem, algorithms: ['ES256'] }
    const input = `${base64url({ alg: 'ES256' })}.${payload}`
    await expectRefused(jwt, `${input}.${Buffer.alloc(64).toString('base64url')}`)
    await expectRefused(jwt, `${input}.${signBytes('sha256', Buffer.from(input), ec.privateKey).toString('base64url')}`)
  })

  test('a key id is only compared, never opened', async () => {
    for (const kid of [
      '../../../../dev/null',
      "x' UNION SELECT 'key",
      'https://evil.example',
      '\u0000',
      'x'.repeat(5000),
      5,
      null,
      { a: 1 },
      ['x'],
    ]) {
      await expectRefused(RS256, sign({}, otherRsa.privateKey, { alg: 'RS256', kid }))
    }
  })

  test('whatever is sent as a token, the answer is never a 500', async () => {
    const { app, calls, errors } = appWith(auth({ jwt: HS256 }), async (_, next) => next())
    const alphabet = 'ABCabc019-_.~+/'
    for (let round = 0; round < 2000; round++) {
      const random = Array.from({ length: 1 + (round % 60) }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('')
      const token = round % 3 === 0 ? `${base64url({ alg: 'HS256' })}.${random}.${random}` : random
      expect([token, (await ask(app, `Bearer ${token}`))[0]]).toEqual([token, 401])
    }
    expect([calls(), errors]).toEqual([0, []])
  })
})

describe('users', () => {
  test('are the claims by default', async () => {
    const claims = { sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: now() + 60, role: 'admin' }
    expect(await answer(HS256, await sign(claims))).toEqual([200, null, { user: claims }])
  })

  test('are what toUser makes of the claims; nobody is refused', async () => {
    const names: Record<string, string> = { ada: 'Ada' }
    const { app, calls } = appWith(
      auth({
        jwt: HS256,
        toUser: async ({ sub }, c) => (names[sub ?? ''] ? { id: sub, name: names[sub ?? ''], path: c.req.path } : undefined),
      }),
    )
    expect(await ask(app, `Bearer ${await sign()}`)).toEqual([200, null, { user: { id: 'ada', name: 'Ada', path: '/' } }])
    expect(await ask(app, `Bearer ${await sign({ sub: 'eve' })}`)).toEqual(INVALID_TOKEN)
    expect(calls()).toBe(1)
  })

  test('are what a schema makes of the claims; others are refused without saying why', async () => {
    const schema = z.object({ sub: z.string(), tenant: z.coerce.number() }).transform(({ sub, tenant }) => ({ id: sub, tenant }))
    const { app, calls } = appWith(auth({ jwt: HS256, schema }))
    expect(await ask(app, `Bearer ${await sign({ tenant: '7' })}`)).toEqual([200, null, { user: { id: 'ada', tenant: 7 } }])
    expect(await ask(app, `Bearer ${await sign({ tenant: 'x' })}`)).toEqual(INVALID_TOKEN)
    expect(calls()).toBe(1)
  })

  test('are not made of bad tokens', async () => {
    let made = 0
    const { app } = appWith(auth({ jwt: HS256, toUser: () => ++made }))
    await ask(app, `Bearer ${await sign({ exp: now() - 1 })}`)
    expect(made).toBe(0)
  })
})
