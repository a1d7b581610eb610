import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { exportJWK, type JWK } from 'jose'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { auth, type JwksOptions } from '../../src/middleware/auth.js'
import { startSource } from '../runtime/helpers.js'
import { appWith, ask, ec, INVALID_TOKEN, otherRsa, rsa, rsaPem, sign } from './auth-helpers.js'

const jwkOf = async (key: KeyObject, more: Partial<JWK>): Promise<JWK> => ({ ...(await exportJWK(key)), use: 'sig', ...more })

const first = await jwkOf(rsa.publicKey, { kid: 'first', alg: 'RS256' })
const second = await jwkOf(otherRsa.publicKey, { kid: 'second', alg: 'RS256' })

const weak = await jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, { kid: 'first', alg: 'RS256' })

const signedBy = (key: KeyObject, kid?: string, alg = 'RS256'): Promise<string> => sign({}, key, { alg, ...(kid && { kid }) })

interface Issuer {
  readonly url: string
  keys: unknown
  /** Takes the place of the set. */
  respond: ((response: ServerResponse) => void) | undefined
  readonly fetches: () => number
}

/** A server that publishes a key set, until the test is over. */
async function startIssuer(keys: unknown): Promise<Issuer> {
  const source = await startSource((_, response) => {
    if (issuer.respond) issuer.respond(response)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: issuer.keys }))
  })
  onTestFinished(() => source.close())
  const issuer: Issuer = { url: `${source.url}/jwks.json?secret=1`, keys, respond: undefined, fetches: () => source.requests.length }
  return issuer
}

async function setUpIssuer(
  keys: unknown,
  options: Partial<JwksOptions> = {},
): Promise<{ issuer: Issuer; send: (token: string) => Promise<number> }> {
  const issuer = await startIssuer(keys)
  const { app, calls } = appWith(auth({ jwt: { jwksUrl: issuer.url, algorithms: ['RS256'], ...options } }))
  let passed = 0
  const send = async (token: string): Promise<number> => {
    const [status, ...rest] = await ask(app, `Bearer ${token}`)
    if (status === 200) passed++
    if (status === 401) expect([status, ...rest]).toEqual(INVALID_TOKEN)
    expect(calls()).toBe(passed)
    return status
  }
  return { issuer, send }
}

/** Lets time pass for clocks, not for timers, until the test is over. */
function pass(seconds: number): void {
  vi.useFakeTimers({ now: Date.now() + seconds * 1000, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
}

describe('a key set', () => {
  test('is fetched once, at the first token', async () => {
    const { issuer, send } = await setUpIssuer([first, second])
    expect(issuer.fetches()).toBe(0)
    const tokens = [await signedBy(rsa.privateKey, 'first'), await signedBy(otherRsa.privateKey, 'second')]
    expect(await Promise.all([...tokens, ...tokens].map(send))).toEqual([200, 200, 200, 200])
    for (const token of tokens) expect(await send(token)).toBe(200)
    expect(issuer.fetches()).toBe(1)
  })

  test('is not asked for tokens that are no JWTs, or of other algorithms', async () => {
    const { issuer, send } = await setUpIssuer([first])
    expect(await send('opaque')).toBe(401)
    expect(await send(await sign())).toBe(401)
    expect(await send(await signedBy(ec.privateKey, 'first', 'ES256'))).toBe(401)
    expect(await send(await signedBy(rsa.privateKey, 'first', 'PS256'))).toBe(401)
    expect(issuer.fetches()).toBe(0)
  })

  test('refuses a key for another key id', async () => {
    const { send } = await setUpIssuer([first, second])
    expect(await send(await signedBy(rsa.privateKey, 'second'))).toBe(401)
    expect(await send(await signedBy(otherRsa.privateKey, 'first'))).toBe(401)
  })

  test('is fetched anew for an unknown key id, once per cooldown', async () => {
    const { issuer, send } = await setUpIssuer([first], { jwksCooldown: 30 })
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
    issuer.keys = [first, second]
    expect(await send(await signedBy(otherRsa.privateKey, 'second'))).toBe(401)
    expect(issuer.fetches()).toBe(1)
    pass(31)
    expect(await send(await signedBy(otherRsa.privateKey, 'second'))).toBe(200)
    expect(issuer.fetches()).toBe(2)
    for (let index = 0; index < 20; index++) expect(await send(await signedBy(rsa.privateKey, `unknown-${index}`))).toBe(401)
    expect(issuer.fetches()).toBe(2)
  })

  test('is fetched anew after its age: a key that was taken out is good no longer', async () => {
    const { issuer, send } = await setUpIssuer([first, second], { jwksMaxAge: 120 })
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
    issuer.keys = [second]
    pass(119)
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
    pass(2)
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(401)
    expect(await send(await signedBy(otherRsa.privateKey, 'second'))).toBe(200)
    expect(issuer.fetches()).toBe(2)
  })

  test('with several keys that fit tries each', async () => {
    const bare = await Promise.all([rsa, otherRsa].map(({ publicKey }) => jwkOf(publicKey, { alg: 'RS256' })))
    const { kid: _, ...short } = weak
    const { send } = await setUpIssuer([short, ...bare])
    expect(await send(await signedBy(rsa.privateKey))).toBe(200)
    expect(await send(await signedBy(otherRsa.privateKey))).toBe(200)
    expect(await send(await sign({ exp: 1 }, otherRsa.privateKey, { alg: 'RS256' }))).toBe(401)
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await send(await signedBy(stranger.privateKey))).toBe(401)
  })

  test('counts only for what its keys are meant for', async () => {
    const { send } = await setUpIssuer(
      [{ ...first, use: 'enc' }, { ...second, key_ops: ['encrypt'] }, await jwkOf(ec.publicKey, { kid: 'third', alg: 'ES512' })],
      { algorithms: ['RS256', 'ES256'] },
    )
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(401)
    expect(await send(await signedBy(otherRsa.privateKey, 'second'))).toBe(401)
    expect(await send(await signedBy(ec.privateKey, 'third', 'ES256'))).toBe(401)
  })

  test('with a shared secret in it opens nothing: HS256 is not taken', async () => {
    const { send } = await setUpIssuer([{ kty: 'oct', k: Buffer.from(rsaPem).toString('base64url'), kid: 'first', alg: 'HS256' }])
    expect(await send(await sign({}, new TextEncoder().encode(rsaPem), { alg: 'HS256', kid: 'first' }))).toBe(401)
  })

  test.each<[what: string, respond: (response: ServerResponse) => void]>([
    ['answers 500', (response) => response.writeHead(500).end('{}')],
    ['answers 404', (response) => response.writeHead(404).end()],
    ['redirects', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['is no JSON', (response) => response.end('<html>')],
    ['is no key set', (response) => response.end('{"keys":{}}')],
    ['is broken off', (response) => response.destroy()],
    ['has a short key', (response) => response.end(JSON.stringify({ keys: [weak] }))],
    ['has a broken key', (response) => response.end(JSON.stringify({ keys: [{ ...first, n: '' }] }))],
    [
      'has a private key',
      (response) => response.end(JSON.stringify({ keys: [{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'first' }] })),
    ],
  ])('that %s is a 503, logged without the query; later it is tried again', async (_, respond) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { issuer, send } = await setUpIssuer([first])
    issuer.respond = respond
    const token = await signedBy(rsa.privateKey, 'first')
    expect(await send(token)).toBe(503)
    expect(error.mock.calls).toEqual([
      [expect.stringMatching(/^everyroute: auth: the key set http:\/\/127\.0\.0\.1:\d+\/jwks\.json can't be used:$/), expect.any(Error)],
    ])
    expect(JSON.stringify(error.mock.calls)).not.toContain(token)
    issuer.respond = undefined
    pass(601)
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
  })

  test('that does not answer in time is a 503', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { issuer, send } = await setUpIssuer([first], { jwksTimeout: 1 })
    issuer.respond = () => {}
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(503)
    expect(error).toHaveBeenCalledOnce()
  })

  test('that is away leaves the keys that are known good, and forged ones bad', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { issuer, send } = await setUpIssuer([first])
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
    issuer.respond = (response) => response.writeHead(500).end()
    pass(60)
    expect(await send(await signedBy(rsa.privateKey, 'first'))).toBe(200)
    expect(await send(await signedBy(otherRsa.privateKey, 'first'))).toBe(401)
    expect(await send(await signedBy(otherRsa.privateKey, 'second'))).toBe(503)
  })
})
