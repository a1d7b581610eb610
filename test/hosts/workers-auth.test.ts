import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ec, ecPem, ed, edPem, rsa, SECRET, sign } from '../middleware/auth-helpers.ts'
import { type Source, startSource } from '../runtime/helpers.ts'
import { type RunningWorker, repository, startWrangler } from './wrangler.ts'

const workerOf = (jwksUrl: string): string => `
import { Hono } from ${JSON.stringify(join(repository, 'node_modules/hono/dist/index.js'))}
import { auth, requireRole } from ${JSON.stringify(join(repository, 'src/middleware/auth.ts'))}

const app = new Hono()
app.use('/secret', auth({ jwt: { secret: (c) => c.env.SECRET, algorithms: ['HS256'] } }))
app.use('/ec', auth({ jwt: { publicKey: (c) => c.env.PUBLIC_KEY, algorithms: ['ES256'] } }))
app.use('/ed', auth({ jwt: { publicKey: ${JSON.stringify(edPem)}, algorithms: ['EdDSA'] } }))
app.use('/set', auth({ jwt: { jwksUrl: ${JSON.stringify(jwksUrl)}, algorithms: ['RS256'] } }))
app.use('/role', auth({ verify: (token) => ({ role: token }) }), requireRole('admin'))
export default app.all('*', (c) => c.json(c.get('user').sub ?? c.get('user').role))
`

let root: string
let issuer: Source
let worker: RunningWorker

beforeAll(async () => {
  const keys = [{ ...(await exportJWK(rsa.publicKey)), kid: 'first', alg: 'RS256' }]
  issuer = await startSource((_, response) => response.end(JSON.stringify({ keys })))
  root = await mkdtemp(join(tmpdir(), 'everyroute-auth-'))
  await writeFile(join(root, 'worker.js'), workerOf(`${issuer.url}/jwks.json`))
  const config = { name: 'auth', main: 'worker.js', compatibility_date: '2025-01-01', vars: { SECRET, PUBLIC_KEY: ecPem } }
  await writeFile(join(root, 'wrangler.json'), JSON.stringify(config))
  worker = await startWrangler({ cwd: root, config: 'wrangler.json' })
})
afterAll(async () => {
  await worker?.stop()
  await issuer?.close()
  if (root) await rm(root, { recursive: true, force: true })
})

async function ask(path: string, ...tokens: string[]): Promise<[status: number, body: unknown]> {
  const headers = new Headers()
  for (const token of tokens) headers.append('authorization', `Bearer ${token}`)
  const response = await fetch(worker.origin + path, { headers })
  return [response.status, await response.json()]
}

const INVALID = [401, { error: 'Invalid token' }]

test('auth works on workerd: secrets, public keys and a key set that many ask for at once', async () => {
  expect(await ask('/secret', await sign())).toEqual([200, 'ada'])
  expect(await ask('/secret', await sign({ exp: 1 }))).toEqual(INVALID)
  expect(await ask('/secret')).toEqual([401, { error: 'Authentication required' }])
  expect((await ask('/secret', await sign(), await sign()))[0]).toBe(400)
  expect(await ask('/ec', await sign({}, ec.privateKey, { alg: 'ES256' }))).toEqual([200, 'ada'])
  expect(await ask('/ec', await sign({}, rsa.privateKey, { alg: 'RS256' }))).toEqual(INVALID)
  expect(await ask('/ed', await sign({}, ed.privateKey, { alg: 'EdDSA' }))).toEqual([200, 'ada'])
  const known = await sign({}, rsa.privateKey, { alg: 'RS256', kid: 'first' })
  const unknown = await sign({}, rsa.privateKey, { alg: 'RS256', kid: 'second' })
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/set', known)))
  expect(answers).toEqual(answers.map(() => [200, 'ada']))
  const fetches = issuer.requests.length
  expect(await ask('/set', known)).toEqual([200, 'ada'])
  expect(await ask('/set', unknown)).toEqual(INVALID)
  expect(issuer.requests.length).toBe(fetches)
  expect(await ask('/role', 'admin')).toEqual([200, 'admin'])
  expect(await ask('/role', 'reader')).toEqual([403, { error: 'Insufficient role' }])
})
