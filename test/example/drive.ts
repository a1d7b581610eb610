import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Answer, answer } from './answer.ts'
import { driveEvents } from './drive-events.ts'
import { driveOrigins } from './drive-origins.ts'
import { adminToken, tokenOf } from './tokens.ts'

const MIB = 1024 * 1024
const JSON_TYPE = { 'content-type': 'application/json' }
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff])

/**
 * Declares tests that drive every operation of the example API over HTTP, whoever serves it.
 * They need the seeded rows and the AUTH_SECRET of tokens.ts, leave nothing behind and can run again on the same database.
 *
 * @param origin gives `http://HOST:PORT`; called when a test runs
 */
export function driveExample(origin: () => string): void {
  const url = (path: string) => `${origin()}/api${path}`

  /** @param token default: the admin's */
  async function call(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
    const headers = { authorization: `Bearer ${token ?? (await adminToken())}`, ...(body !== undefined && JSON_TYPE) }
    return answer(await fetch(url(path), { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }))
  }

  const someEmail = () => `${randomUUID()}@example.com`
  const somebody = async () => (await call('POST', '/users', { name: 'Some Body', email: someEmail() })).body.data

  describe('users', () => {
    test('lists the seeded users by pages', async () => {
      const first = await call('GET', '/users?limit=1')
      expect(first).toMatchObject({ status: 200, body: { page: 1, limit: 1, data: [{ id: 1, email: 'ada@example.com' }] } })
      expect(first.body.total).toBeGreaterThanOrEqual(3)

      const second = await call('GET', '/users?limit=1&page=2')
      expect(second.body).toMatchObject({ page: 2, data: [{ id: 2 }], total: first.body.total })
    })

    test.each([
      ['', 1, 20],
      ['?page=2&limit=100', 2, 100],
      ['?page=90071992547409', 90_071_992_547_409, 20],
    ])('reads %j as page %d with limit %d', async (query, page, limit) => {
      expect(await call('GET', `/users${query}`)).toMatchObject({ status: 200, body: { page, limit } })
      expect(await call('GET', `/posts${query}`)).toMatchObject({ status: 200, body: { page, limit } })
    })

    test.each([
      ['?page=0&limit=0', ['page', 'limit']],
      ['?limit=101', ['limit']],
      ['?page=x&limit=', ['page', 'limit']],
      ['?page=1&page=2', ['page']],
    ])('refuses %j', async (query, paths) => {
      for (const list of ['/users', '/posts']) {
        const { status, body } = await call('GET', list + query)
        expect([status, body.issues.map(({ path }: { path: string }) => path)]).toEqual([400, paths])
      }
    })

    test('links a page to the others', async () => {
      const { headers, body } = await call('GET', '/users?page=2&limit=1&x=y')
      const links = Object.fromEntries([...headers.get('link')!.matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, to, rel]) => [rel, to]))
      expect(links).toMatchObject({ prev: '?page=1&limit=1&x=y', next: '?page=3&limit=1&x=y' })
      const next = await fetch(new URL(links.next, url('/users')))
      expect((await next.json()).data).not.toEqual(body.data)
    })

    test('creates, reads, replaces, changes and deletes one', async () => {
      const email = someEmail()
      const made = await call('POST', '/users', { name: ' Barbara Liskov ', email: email.toUpperCase(), role: 'ignored' })
      const { id } = made.body.data
      expect(made.status).toBe(201)
      expect(made.headers.get('location')).toBe(`/api/users/${id}`)
      expect(made.body).toEqual({
        data: { id: expect.any(Number), name: 'Barbara Liskov', email, createdAt: expect.any(String), updatedAt: expect.any(String) },
      })

      expect(await call('GET', `/users/${id}`)).toMatchObject({ status: 200, body: made.body })

      const other = someEmail()
      const put = await call('PUT', `/users/${id}`, { name: 'B. Liskov', email: other })
      expect(put).toMatchObject({ status: 200, body: { data: { id, name: 'B. Liskov', email: other } } })
      const patch = await call('PATCH', `/users/${id}`, { name: 'Barbara' })
      expect(patch).toMatchObject({ status: 200, body: { data: { id, name: 'Barbara', email: other } } })
      expect((await call('GET', `/users/${id}`)).body).toEqual(patch.body)

      expect(await call('DELETE', `/users/${id}`)).toMatchObject({ status: 204, body: undefined })
      for (const method of ['GET', 'DELETE']) expect((await call(method, `/users/${id}`)).status).toBe(404)
    })

    test('names the fields of an invalid body', async () => {
      const post = await call('POST', '/users', { name: '', email: 'nobody' })
      expect(post).toMatchObject({ status: 400, body: { error: expect.any(String), issues: [{ path: 'name' }, { path: 'email' }] } })
      expect(post.body.issues[1].message).toBe('Give an e-mail address')

      const { id } = await somebody()
      expect(await call('PUT', `/users/${id}`, { name: 'No E-mail' })).toMatchObject({ status: 400, body: { issues: [{ path: 'email' }] } })
      expect(await call('PATCH', `/users/${id}`, {})).toMatchObject({ status: 400, body: { issues: [{ path: '' }] } })
      expect(await call('PATCH', `/users/${id}`, { name: null })).toMatchObject({ status: 400, body: { issues: [{ path: 'name' }] } })
      expect(await call('POST', '/users', [])).toMatchObject({ status: 400, body: { issues: [{ path: '' }] } })
      await call('DELETE', `/users/${id}`)
    })

    const send = async (body: string, type: string) => {
      const headers = { authorization: `Bearer ${await adminToken()}`, 'content-type': type }
      return answer(await fetch(url('/users'), { method: 'POST', headers, body }))
    }

    test.each(['{"name":', '', 'name=x'])('answers 400 to the body %j', async (body) => {
      expect(await send(body, 'application/json')).toMatchObject({ status: 400, body: { error: expect.stringMatching(/JSON/) } })
    })

    test.each(['text/plain', 'application/x-www-form-urlencoded'])('answers 415 to a body of the type %s', async (type) => {
      const refused = await send('{"name":"Ada","email":"ada@example.org"}', type)
      expect(refused).toMatchObject({ status: 415, body: { error: expect.any(String) } })
      expect(refused.headers.get('accept')).toBe('application/json')
    })

    test('answers 413 to a JSON body above 1 MiB', async () => {
      expect((await call('POST', '/users', { name: 'x'.repeat(MIB), email: someEmail() })).status).toBe(413)
    })

    test.each(['0', '-1', '01', '1.0', '1e0', 'ada', '%20', '99999999', '99999999999999999999'])('knows no user %s', async (id) => {
      expect(await call('GET', `/users/${id}`)).toMatchObject({ status: 404, body: { error: 'No user has this id' } })
      expect((await call('PATCH', `/users/${id}`, { name: 'Nobody' })).status).toBe(404)
    })

    test('lets one of many have an e-mail address', async () => {
      const email = someEmail()
      const answers = await Promise.all(Array.from({ length: 5 }, () => call('POST', '/users', { name: 'Same', email })))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])

      const taken = answers.find(({ status }) => status === 409)
      expect(taken?.body).toEqual({
        error: 'This email is taken',
        issues: [{ path: 'email', message: 'Already taken' }],
        requestId: taken?.headers.get('x-request-id'),
      })

      const other = await somebody()
      expect((await call('PATCH', `/users/${other.id}`, { email })).status).toBe(409)
      const winner = answers.find(({ status }) => status === 201)
      for (const { id } of [other, winner?.body.data]) await call('DELETE', `/users/${id}`)
    })
  })

  describe('posts', () => {
    test('creates, reads, replaces, changes and deletes one', async () => {
      const slug = randomUUID()
      const draft = { slug, title: 'On slugs', body: 'Short.', authorId: 1 }
      const made = await call('POST', '/posts', draft)
      expect(made).toMatchObject({ status: 201, body: { data: draft } })
      expect(made.headers.get('location')).toBe(`/api/posts/${slug}`)
      expect((await call('GET', '/posts?limit=1')).body.data).toEqual([made.body.data])
      expect(await call('GET', `/posts/${slug}`)).toMatchObject({ status: 200, body: made.body })

      const moved = `${slug}-moved`
      expect(await call('PATCH', `/posts/${slug}`, { slug: moved })).toMatchObject({
        status: 200,
        body: { data: { ...draft, slug: moved } },
      })
      expect((await call('GET', `/posts/${slug}`)).status).toBe(404)
      expect(await call('PUT', `/posts/${moved}`, { ...draft, authorId: 2 })).toMatchObject({
        status: 200,
        body: { data: { authorId: 2 } },
      })

      expect((await call('POST', '/posts', draft)).status).toBe(409)
      expect((await call('DELETE', `/posts/${slug}`)).status).toBe(204)
      expect((await call('DELETE', `/posts/${slug}`)).status).toBe(404)
      expect((await call('PATCH', `/posts/${slug}`, { title: 'Gone' })).status).toBe(404)
    })

    test('names the fields of an invalid body', async () => {
      const post = await call('POST', '/posts', { slug: 'Not a slug', title: ' ', authorId: '1' })
      expect(post.status).toBe(400)
      expect(post.body.issues.map((issue: { path: string }) => issue.path)).toEqual(['slug', 'title', 'body', 'authorId'])

      const orphan = await call('POST', '/posts', { slug: randomUUID(), title: 'Orphan', body: '.', authorId: 99_999_999 })
      expect(orphan).toMatchObject({ status: 400, body: { issues: [{ path: 'authorId', message: 'No user has this id' }] } })
    })

    test('go with their author', async () => {
      const { id } = await somebody()
      const slug = randomUUID()
      await call('POST', '/posts', { slug, title: 'Mine', body: '.', authorId: id })
      await call('DELETE', `/users/${id}`)
      expect((await call('GET', `/posts/${slug}`)).status).toBe(404)
    })
  })

  describe('avatars', () => {
    const upload = async (id: number, file: BodyPart, type = 'image/png', name = `avatar.${type.slice('image/'.length)}`) => {
      const form = new FormData()
      form.set('avatar', typeof file === 'string' ? file : new File([file], name, { type }))
      const headers = { authorization: `Bearer ${await adminToken()}` }
      return answer(await fetch(url(`/users/${id}/avatar`), { method: 'POST', headers, body: form }))
    }

    test('are kept with their type, replaced, and go with their user', async () => {
      const { id } = await somebody()
      expect(await call('GET', `/users/${id}/avatar`)).toMatchObject({ status: 404, body: { error: 'This user has no avatar' } })

      const made = await upload(id, PNG)
      expect(made).toMatchObject({ status: 201, body: { data: { type: 'image/png', size: PNG.length } } })
      expect(made.headers.get('location')).toBe(`/api/users/${id}/avatar`)

      const read = await fetch(url(`/users/${id}/avatar`))
      expect(read.headers.get('content-type')).toBe('image/png')
      expect(new Uint8Array(await read.arrayBuffer())).toEqual(PNG)

      const etag = read.headers.get('etag') ?? ''
      const same = await fetch(url(`/users/${id}/avatar`), { headers: { 'if-none-match': etag } })
      expect([same.status, await same.text()]).toEqual([304, ''])

      await upload(id, PNG.slice(0, 8), 'image/webp')
      const replaced = await fetch(url(`/users/${id}/avatar`), { headers: { 'if-none-match': etag } })
      expect([replaced.status, replaced.headers.get('content-type')]).toEqual([200, 'image/webp'])
      expect((await replaced.arrayBuffer()).byteLength).toBe(8)

      await call('DELETE', `/users/${id}`)
      expect((await call('GET', `/users/${id}/avatar`)).status).toBe(404)
    })

    test('may have 4 MiB, and not a byte more', async () => {
      const { id } = await somebody()
      const largest = crypto.getRandomValues(new Uint8Array(65_536))
      const full = new Uint8Array(4 * MIB)
      for (let at = 0; at < full.length; at += largest.length) full.set(largest, at)

      expect((await upload(id, full)).status).toBe(201)
      expect(new Uint8Array(await (await fetch(url(`/users/${id}/avatar`))).arrayBuffer())).toEqual(full)
      expect(await upload(id, new Uint8Array(4 * MIB + 1))).toMatchObject({
        status: 400,
        body: { issues: [{ path: 'avatar', message: expect.stringContaining('4194304') }] },
      })
      expect((await upload(id, new Uint8Array(5 * MIB))).status).toBe(413)
      await call('DELETE', `/users/${id}`)
    })

    test('are counted while they arrive, without a content-length', async () => {
      const sent = { bytes: 0 }
      const endless = new ReadableStream<Uint8Array>({
        start: (controller) =>
          controller.enqueue(
            new TextEncoder().encode(
              '--x\r\ncontent-disposition: form-data; name="avatar"; filename="a"\r\ncontent-type: image/png\r\n\r\n',
            ),
          ),
        pull(controller) {
          sent.bytes += 65_536
          controller.enqueue(new Uint8Array(65_536))
          if (sent.bytes >= 8 * MIB) controller.close()
        },
      })
      const response = await fetch(url('/users/1/avatar'), {
        method: 'POST',
        headers: { authorization: `Bearer ${await adminToken()}`, 'content-type': 'multipart/form-data; boundary=x' },
        body: endless,
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(413)
      await response.body?.cancel()
    })

    test('are refused where they make no sense', async () => {
      expect(await upload(99_999_999, PNG)).toMatchObject({ status: 404, body: { error: 'No user has this id' } })
      for (const file of [upload(1, PNG, 'image/svg+xml'), upload(1, PNG, 'image/png', 'avatar.html'), upload(1, 'a text field')]) {
        expect(await file).toMatchObject({ status: 400, body: { issues: [{ path: 'avatar' }] } })
      }
      expect((await call('POST', '/users/1/avatar', { avatar: 'x' })).status).toBe(415)

      const broken = await fetch(url('/users/1/avatar'), {
        method: 'POST',
        headers: { authorization: `Bearer ${await adminToken()}`, 'content-type': 'multipart/form-data; boundary=x' },
        body: '--y',
      })
      expect(await answer(broken)).toMatchObject({ status: 400, body: { error: expect.any(String) } })
    })
  })

  describe('users by their tokens', () => {
    const WRITES = [
      ['POST', '/users'],
      ['PUT', '/users/1'],
      ['PATCH', '/users/1'],
      ['DELETE', '/users/1'],
      ['POST', '/users/1/avatar'],
      ['POST', '/posts'],
      ['PUT', '/posts/the-first-bug'],
      ['PATCH', '/posts/the-first-bug'],
      ['DELETE', '/posts/the-first-bug'],
      ['POST', '/uploads'],
      ['GET', '/me'],
    ] as const

    test.each(WRITES)('%s %s needs one', async (method, path) => {
      const without = await answer(await fetch(url(path), { method }))
      expect(without).toMatchObject({ status: 401, body: { error: 'Authentication required', requestId: expect.any(String) } })
      expect(without.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
      expect((await call(method, path, undefined, 'x.y.z')).status).toBe(401)
    })

    test('one that is not good is refused', async () => {
      const bad = {
        'over since a minute': tokenOf(1, { exp: Math.floor(Date.now() / 1000) - 60 }),
        'without an end': tokenOf(1, { exp: undefined }),
        'for somebody else': tokenOf(1, { aud: 'another-application' }),
        'of another secret': tokenOf(1, {}, 'another secret, as long as the right one is'),
        'of nobody': tokenOf('nobody'),
        'of a user who is gone': tokenOf(99_999_999),
      }
      for (const [name, token] of Object.entries(bad)) expect((await call('GET', '/me', undefined, await token)).status, name).toBe(401)
    })

    test('me is the user of the token', async () => {
      const ada = { id: 1, email: 'ada@example.com' }
      expect(await call('GET', '/me')).toMatchObject({ status: 200, body: { data: { ...ada, role: 'admin' } } })
      expect(await call('GET', '/me', undefined, await tokenOf(1))).toMatchObject({ status: 200, body: { data: { ...ada, role: 'user' } } })
    })

    test('users change themselves and what is theirs, and nothing else', async () => {
      const { id } = await somebody()
      const token = await tokenOf(id)
      const slug = randomUUID()
      const draft = { slug, title: 'Mine', body: '.', authorId: id }

      expect((await call('PATCH', `/users/${id}`, { name: 'My Self' }, token)).status).toBe(200)
      expect((await call('POST', '/posts', draft, token)).status).toBe(201)
      expect((await call('PATCH', `/posts/${slug}`, { title: 'Still mine' }, token)).status).toBe(200)

      const forbidden: [string, string, unknown?][] = [
        ['POST', '/users', { name: 'Another', email: someEmail() }],
        ['PATCH', '/users/2', { name: 'Not Me' }],
        ['DELETE', '/users/2'],
        ['POST', '/posts', { ...draft, slug: randomUUID(), authorId: 2 }],
        ['PUT', '/posts/the-first-bug', { ...draft, slug: randomUUID() }],
        ['PATCH', '/posts/the-first-bug', { title: 'Not yours' }],
        ['PATCH', `/posts/${slug}`, { authorId: 2 }],
        ['DELETE', '/posts/the-first-bug'],
      ]
      for (const [method, path, body] of forbidden) {
        expect((await call(method, path, body, token)).status, `${method} ${path}`).toBe(403)
      }

      expect((await call('DELETE', `/users/${id}`, undefined, token)).status).toBe(204)
      expect((await call('GET', '/me', undefined, token)).status).toBe(401)
    })
  })

  driveOrigins(url)

  test('answers carry an id, the one of the request where it has one', async () => {
    const made = await call('GET', '/users/1')
    expect(made.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    const given = await answer(await fetch(url('/users/0'), { headers: { 'x-request-id': 'mine-1' } }))
    expect([given.headers.get('x-request-id'), given.body.requestId]).toEqual(['mine-1', 'mine-1'])
  })

  test('large files go to a storage, where one is set up', async () => {
    const file = { name: 'film.mp4', type: 'video/mp4', size: 5_000_000 }
    expect(await call('POST', '/uploads', file)).toMatchObject({ status: 501, body: { error: 'No storage is set up here' } })
    expect((await call('POST', '/uploads', { ...file, type: 'text/html' })).status).toBe(400)
  })

  driveEvents(url)

  test('a method that a file does not export is answered 405', async () => {
    expect((await call('DELETE', '/users')).status).toBe(405)
    expect((await call('GET', '/nothing')).status).toBe(404)
  })
}

type BodyPart = Uint8Array<ArrayBuffer> | string
