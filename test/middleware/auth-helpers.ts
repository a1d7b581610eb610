import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Hono, type MiddlewareHandler } from 'hono'
import { SignJWT } from 'jose'

export const SECRET = 'a secret of thirty-two bytes, or more'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const rsaPem = pem(rsa.publicKey)
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const ecPem = pem(ec.publicKey)
export const ed = generateKeyPairSync('ed25519')
export const edPem = pem(ed.publicKey)

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const now = (): number => Math.floor(Date.now() / 1000)

/** A token that every check of the tests takes, but for what is given: `undefined` takes a claim away. */
export function sign(
  claims: Record<string, unknown> = {},
  key: Uint8Array | KeyObject = bytes(SECRET),
  header: Record<string, unknown> & { alg: string } = { alg: 'HS256' },
): Promise<string> {
  const payload = { sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: now() + 60, ...claims }
  return new SignJWT(JSON.parse(JSON.stringify(payload))).setProtectedHeader(header).sign(key)
}

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** An app with the middleware in front of a handler that answers with the user, and counts its calls. */
export function appWith(...middleware: MiddlewareHandler[]): { app: Hono; calls: () => number; errors: Error[] } {
  let calls = 0
  const errors: Error[] = []
  const app = new Hono()
  app.onError((error, c) => {
    if ('getResponse' in error) return (error as unknown as { getResponse(): Response }).getResponse()
    errors.push(error)
    return c.text('internal', 500)
  })
  for (const one of middleware) app.use(one)
  app.all('/', (c) => {
    calls++
    return c.json({ user: c.get('user' as never) ?? null })
  })
  return { app, calls: () => calls, errors }
}

/** The status, the challenge and the body of an answer. */
export async function ask(
  app: Hono,
  authorization?: string,
  init: RequestInit = {},
): Promise<[status: number, challenge: string | null, body: unknown]> {
  const response = await app.request('/', { ...init, ...(authorization !== undefined && { headers: { authorization } }) })
  const text = await response.text()
  return [response.status, response.headers.get('www-authenticate'), text.startsWith('{') ? JSON.parse(text) : text]
}

export const UNAUTHENTICATED = [401, 'Bearer realm="api"', { error: 'Authentication required' }]
export const INVALID_TOKEN = [401, 'Bearer realm="api", error="invalid_token"', { error: 'Invalid token' }]
export const INVALID_REQUEST = [
  400,
  'Bearer realm="api", error="invalid_request"',
  { error: 'The Authorization header must be one Bearer token' },
]
