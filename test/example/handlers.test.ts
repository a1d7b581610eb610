import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@libsql/client'
import { NextRequest } from 'next/server'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { GET as events } from '../../routes/events/route'
import * as health from '../../routes/health/route'
import * as user from '../../routes/users/[id]/route'
import * as users from '../../routes/users/route'

// The handlers alone, called as Next.js calls them; what they answer over HTTP is in drive.ts.
let folder: string
const shared = globalThis as { exampleDatabase?: unknown }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everyroute-example-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  shared.exampleDatabase = undefined
})

const get = (path: string, init?: ConstructorParameters<typeof NextRequest>[1]) => new NextRequest(`http://localhost${path}`, init)
const newUser = (email: string) => get('/users', { method: 'POST', body: JSON.stringify({ name: 'New', email }) })

describe('the database', () => {
  test('is created in a new folder and seeded once', async () => {
    const file = join(folder, 'a folder/of/ours.db')
    process.env.DATABASE_URL = `file:${file}`
    expect((await (await users.GET(get('/users'))).json()).total).toBe(3)
    expect(existsSync(file)).toBe(true)

    expect((await user.DELETE(get('/users/2'), { params: Promise.resolve({ id: '2' }) })).status).toBe(204)
    expect((await users.POST(newUser('kept@example.com'))).status).toBe(201)

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
    logged.mockRestore()
    await expect(users.GET(get('/users'))).rejects.toThrow()

    process.env.DATABASE_URL = `file:${join(folder, 'mended.db')}`
    expect((await health.GET()).status).toBe(200)
  })
})

describe('events', () => {
  const openStreams = async () => (await (await health.GET()).json()).data.openStreams

  test.each(['the signal', 'a cancelled body'])('end by %s', async (way) => {
    process.env.DATABASE_URL = `file:${join(folder, 'events.db')}`
    const client = new AbortController()
    const response = events(get('/events', { signal: client.signal }))
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('data: {"users":3,"posts":2}')
    expect(await openStreams()).toBe(1)

    if (way === 'the signal') {
      client.abort()
      expect(await reader.read()).toEqual({ done: true, value: undefined })
    } else {
      await reader.cancel()
    }
    expect(await openStreams()).toBe(0)
  })
})
