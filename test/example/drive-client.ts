import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { parseResponse } from 'hono/client'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { loadProject } from '../../src/build/project.js'
import { hc } from '../../src/client/index.js'
import type { AppType } from './app-type'
import { adminToken } from './tokens.ts'

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Every operation that a client can call: `GET /api/users/[^/]+`. */
async function operations(): Promise<string[]> {
  const { routes } = await loadProject(await loadConfig({ root: join(import.meta.dirname, '../..'), mode: 'production' }))
  return routes.flatMap(({ pathname, methods = [] }) =>
    methods.filter((method) => method !== 'OPTIONS').map((method) => `${method} /api${pathname.replaceAll(/\[\w+\]/g, '[^/]+')}`),
  )
}

/**
 * Declares a test that drives every operation of the example API by its typed client, whoever serves it.
 * @param origin gives `http://HOST:PORT`; called when the test runs
 */
export function driveExampleByClient(origin: () => string): void {
  test('the typed client drives every operation', async () => {
    const called: string[] = []
    const { api } = hc<AppType>(origin(), {
      headers: async () => ({ authorization: `Bearer ${await adminToken()}` }),
      fetch(input: RequestInfo | URL, init?: RequestInit) {
        called.push(`${init?.method} ${new URL(String(input)).pathname}`)
        return fetch(input, init)
      },
    })

    const health = await api.health.$get()
    expect(health.status).toBe(200)
    const { data: me } = await parseResponse(api.me.$get())
    expect(me.role).toBe('admin')

    const email = `${randomUUID()}@example.com`
    const user = (await parseResponse(api.users.$post({ json: { name: 'Client', email } }))).data
    const param = { id: String(user.id) }
    const list = await parseResponse(api.users.$get({ query: { limit: '1' } }))
    expect([list.limit, list.data.length, list.data[0]?.createdAt.slice(0, 2)]).toEqual([1, 1, '20'])
    expect(await parseResponse(api.users[':id'].$put({ param, json: { name: 'Put', email } }))).toMatchObject({ data: { name: 'Put' } })
    expect(await parseResponse(api.users[':id'].$patch({ param, json: { name: 'Patch' } }))).toMatchObject({ data: { name: 'Patch' } })
    const found = await api.users[':id'].$get({ param })
    expect(found.status === 200 ? (await found.json()).data : undefined).toMatchObject({ id: user.id, name: 'Patch', email })

    const avatar = new File([PNG], 'avatar.png', { type: 'image/png' })
    const stored = await api.users[':id'].avatar.$post({ param, form: { avatar } })
    expect(stored.status === 201 ? (await stored.json()).data : undefined).toEqual({ type: 'image/png', size: PNG.length })
    expect(new Uint8Array(await (await api.users[':id'].avatar.$get({ param })).arrayBuffer())).toEqual(PNG)

    const slug = randomUUID()
    const post = await parseResponse(api.posts.$post({ json: { slug, title: 'By the client', body: '.', authorId: user.id } }))
    expect(post.data.slug).toBe(slug)
    expect((await parseResponse(api.posts.$get())).data[0]?.slug).toBe(slug)
    const own = api.posts[':slug']
    const text = { slug, title: 'Replaced', body: '.', authorId: user.id }
    expect((await own.$put({ param: { slug }, json: text })).status).toBe(200)
    expect((await own.$patch({ param: { slug }, json: { title: 'Changed' } })).status).toBe(200)
    const read = await own.$get({ param: { slug } })
    expect(read.status === 200 ? (await read.json()).data.title : undefined).toBe('Changed')
    expect((await own.$delete({ param: { slug } })).status).toBe(204)

    const upload = await api.uploads.$post({ json: { name: 'film.mp4', type: 'video/mp4', size: 5_000_000 } })
    expect(upload.status === 501 ? (await upload.json()).error : undefined).toBe('No storage is set up here')

    const gone = new AbortController()
    const events = await api.events.$get(undefined, { init: { signal: gone.signal } })
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/)
    gone.abort()

    expect((await api.users[':id'].$delete({ param })).status).toBe(204)
    const missing = await api.users[':id'].$get({ param })
    expect(missing.status === 404 ? (await missing.json()).error : undefined).toBe('No user has this id')

    const missed = (await operations()).filter((pattern) => !called.some((call) => new RegExp(`^${pattern}$`).test(call)))
    expect(missed).toEqual([])
  })
}
