import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from 'everyroute/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SignedIn } from '../../routes/_lib/auth'
import { GET as me } from '../../routes/me/route'
import * as user from '../../routes/users/[id]/route'
import * as users from '../../routes/users/route'

// The handlers one by one, with somebody signed in; what they answer to real tokens is in drive.ts.
let folder: string
let count = 0
const shared = globalThis as { exampleDatabase?: unknown }

const ada: SignedIn = {
  id: 1,
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  createdAt: '2024-01-01T00:00:00.000Z',
  updatedAt: '2024-01-01T00:00:00.000Z',
  role: 'user',
}
const admin: SignedIn = { ...ada, role: 'admin' }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everyroute-unit-'))
  return () => vi.unstubAllEnvs()
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  shared.exampleDatabase = undefined
  vi.stubEnv('DATABASE_URL', `file:${join(folder, `${++count}.db`)}`)
  vi.stubEnv('AUTH_SECRET', 'a secret of 32 characters or more')
})

describe('users', () => {
  test('are listed by pages', async () => {
    const { headers, json } = await call(users.GET, { url: '/users?limit=2&page=2' })
    expect(json).toMatchObject({ data: [{ id: 3, name: 'Alan Turing' }], page: 2, limit: 2, total: 3 })
    expect(headers.get('link')).toContain('rel="prev"')
  })

  test('are created by admins alone', async () => {
    const json = { name: 'New', email: 'new@example.com' }
    expect((await call(users.POST, { json })).status).toBe(401)
    expect((await call(users.POST, { json, user: ada })).status).toBe(403)
    const created = await call(users.POST, { json, user: admin })
    expect([created.status, created.headers.get('location')]).toEqual([201, '/api/users/4'])
    expect(created.json).toMatchObject({ data: { id: 4, ...json } })
    expect((await call(users.POST, { json, user: admin })).status).toBe(409)
  })

  test('are checked, field by field', async () => {
    const { json, status } = await call(users.POST, { json: { name: '', email: 'nobody' }, user: admin })
    expect([status, json]).toMatchObject([400, { issues: [{ path: 'name' }, { path: 'email' }] }])
    expect((await call(users.POST, { form: { name: 'New' }, user: admin })).status).toBe(415)
  })

  test('change themselves alone, unless they are admins', async () => {
    const rename = (id: string, who: SignedIn) =>
      call(user.PATCH, { method: 'PATCH', params: { id }, json: { name: 'Renamed' }, user: who })
    expect((await rename('1', ada)).json).toMatchObject({ data: { id: 1, name: 'Renamed' } })
    expect((await rename('2', ada)).status).toBe(403)
    expect((await rename('2', admin)).json).toMatchObject({ data: { id: 2, name: 'Renamed' } })
    expect((await rename('9', admin)).status).toBe(404)
  })
})

test('who is signed in is shown', async () => {
  expect((await call(me, { user: ada })).json).toEqual({ data: ada })
  const { headers, status } = await call(me, { headers: { origin: 'https://example.org' } })
  expect([status, headers.get('access-control-allow-origin')]).toEqual([401, '*'])
})
