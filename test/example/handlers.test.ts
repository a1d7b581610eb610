import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@libsql/client'
import { NextRequest } from 'next/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { GET as events } from '../../routes/events/route'
import * as health from '../../routes/health/route'
import { GET as me } from '../../routes/me/route'
import { POST as sign } from '../../routes/uploads/route'
import * as user from '../../routes/users/[id]/route'
import * as users from '../../routes/users/route'
import { AUTH_SECRET, adminToken } from './tokens'

// The handlers alone, called as Next.js calls them; what they answer over HTTP is in drive.ts.
let folder: string
const shared = globalThis as { exampleDatabase?: unknown; exampleSecret?: unknown }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everyroute-example-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  shared.exampleDatabase = undefined
  shared.exampleSecret = undefined
  vi.stubEnv('AUTH_SECRET', AUTH_SECRET)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const get = (path: string, init?: ConstructorParameters<typeof NextRequest>[1]) => new NextRequest(`http://localhost${path}`, init)

async function write(path: string, method: string, body: unknown, token?: string): Promise<NextRequest> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token ?? (await adminToken())}` }
  return get(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
}
const newUser = (email: string, token?: string) => write('/users', 'POST', { name: 'New', email }, token)

describe('the database', () => {
  test('is created in a new folder and seeded once', async () => {
    const file = join(folder, 'a folder/of/ours.db')
    process.env.DATABASE_URL = `file:${file}`
    expect((await (await users.GET(get('/users'))).json()).total).toBe(3)
    expect(existsSync(file)).toBe(true)

    expect((await user.DELETE(await write('/users/2', 'DELETE', undefined), { params: Promise.resolve({ id: '2' }) })).status).toBe(204)
    expect((await users.POST(await newUser('kept@example.com'))).status).toBe(201)

    shared.exampleDatabase = undefined
    const { data } = await (await users.GET(get('/users'))).json()
    expect(data.map(({ id }: { id: number }) => id)).toEqual([1, 3, 4])
  })

  test('is opened once for requests that come together', async () => {
    process.env.DATABASE_URL = `file:${join(folder, 'together.db')}`
    const answers = await Promise.all(Array.from({ length: 8 }, () => users.GET(get('/users'))))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))

    const client = createClient({ url: process.env.DATABASE_URL })
    const { rows } = await client.execute('SELECT count(*) AS applied FROM _migrations')
    client.close()
    expect(rows[0]?.applied).toBe(2)
  })

  test('is set up once by processes that start together', async () => {
    const url = `file:${join(folder, 'processes.db')}`
    const script = `
      const { runnerImport } = await import('vite')
      const { module } = await runnerImport('./routes/_db/database.ts', { configFile: false, logLevel: 'error' })
      const db = await module.database()
      console.log(JSON.stringify(await db.all('SELECT name FROM users')))`
    const options = { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { ...process.env, DATABASE_URL: url } }
    const run = () => promisify(execFile)(process.execPath, ['-e', script], options)

    const names = [{ name: 'Ada Lovelace' }, { name: 'Grace Hopper' }, { name: 'Alan Turing' }]
    for (const { stdout } of await Promise.all([run(), run(), run(), run()])) expect(JSON.parse(stdout)).toEqual(names)
  })

  test('that cannot be opened is tried again', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    process.env.DATABASE_URL = `file:${folder}`
    expect((await health.GET()).status).toBe(503)
    expect(logged).toHaveBeenCalledOnce()
    const failed = await users.GET(get('/users', { headers: { 'x-request-id': 'the-first' } }))
    expect([failed.status, await failed.json()]).toEqual([500, { error: 'Internal Server Error', requestId: 'the-first' }])
    expect(logged.mock.calls.flat().join('\n')).toContain('Request the-first failed: ')
    logged.mockRestore()

    process.env.DATABASE_URL = `file:${join(folder, 'mended.db')}`
    expect((await health.GET()).status).toBe(200)
  })
})

describe('the secret of tokens', () => {
  beforeEach(() => {
    vi.stubEnv('DATABASE_URL', `file:${join(folder, 'secret.db')}`)
  })

  test('is made where AUTH_SECRET is not set, and the console then has a token', async () => {
    vi.stubEnv('AUTH_SECRET', undefined)
    const written = vi.spyOn(console, 'log').mockImplementation(() => {})
    expect((await me(get('/me'))).status).toBe(401)
    expect((await me(await write('/me', 'GET', undefined))).status).toBe(401)
    await vi.waitFor(() => expect(written).toHaveBeenCalledOnce())
    const token = String(written.mock.calls[0]).split('\n')[1]!
    written.mockRestore()

    const answered = await me(await write('/me', 'GET', undefined, token))
    expect((await answered.json()).data).toMatchObject({ id: 1, role: 'admin' })
    expect((await users.POST(await newUser('made-by-trial@example.com', token))).status).toBe(201)
  })

  test('must be set for a Worker', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.stubEnv('AUTH_SECRET', undefined)
    vi.stubEnv('DB', 'a D1 database')
    expect((await me(await write('/me', 'GET', undefined))).status).toBe(500)
    expect(String(logged.mock.calls.flat())).toContain('AUTH_SECRET is not set')
    logged.mockRestore()
  })
})

test('the upload of a large file is signed for its type and length', async () => {
  vi.stubEnv('DATABASE_URL', `file:${join(folder, 'uploads.db')}`)
  vi.stubEnv('S3_ENDPOINT', 'https://storage.example')
  vi.stubEnv('S3_BUCKET', 'films')
  vi.stubEnv('S3_ACCESS_KEY_ID', 'key')
  vi.stubEnv('S3_SECRET_ACCESS_KEY', 'secret')
  const answered = await sign(await write('/uploads', 'POST', { name: '../a film.mp4', type: 'video/mp4', size: 5_000_000 }))
  expect(answered.status).toBe(201)
  const { url, method, headers } = (await answered.json()).data
  expect([method, headers]).toEqual(['PUT', { 'content-type': 'video/mp4' }])
  expect(url).toMatch(/^https:\/\/storage\.example\/films\/uploads\/1\/[\da-f-]{36}\/a%20film\.mp4\?/)
  expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host')
})

describe('events', () => {
  const openStreams = async () => (await (await health.GET()).json()).data.openStreams

  test.each(['the signal', 'a cancelled body'])('end by %s', async (way) => {
    process.env.DATABASE_URL = `file:${join(folder, 'events.db')}`
    const client = new AbortController()
    // Held until the end, as a host does: Node.js lets the signal of a request that nobody holds go.
    const request = get('/events', { signal: client.signal })
    const response = await events(request)
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('data: {"users":3,"posts":2}')
    expect(await openStreams()).toBe(1)

    if (way === 'the signal') {
      client.abort()
      expect(await reader.read()).toEqual({ done: true, value: undefined })
      expect(request.signal.aborted).toBe(true)
    } else {
      await reader.cancel()
    }
    expect(await openStreams()).toBe(0)
  })
})
