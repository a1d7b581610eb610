import type { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineHandler } from '../../src/handler.js'
import { bodyLimit } from '../../src/middleware/body-limit.js'
import { paginated, paginationQuery } from '../../src/middleware/pagination.js'
import { fileSchema, filesSchema, safeFileName, uploadForm } from '../../src/middleware/uploads.js'
import { setUp } from '../runtime/helpers.js'

/** Uploads and pages as handlers use them: in a router, and called as Next.js calls them. */

const POST = defineHandler(
  {
    use: [bodyLimit({ maxSize: 10_000 })],
    form: uploadForm({
      files: {
        avatar: fileSchema({ maxSize: 100, types: { 'image/png': ['png'] } }),
        pages: filesSchema({ maxSize: 5000, maxCount: 3, minCount: 0 }),
      },
      fields: z.object({ title: z.string().min(1) }),
    }),
  },
  async (_request, { form: { avatar, pages, title } }) => {
    const names = [avatar, ...pages].map(({ name }) => safeFileName(name))
    return Response.json({ title, names, text: await avatar.text() })
  },
)

const items = Array.from({ length: 7 }, (_, index) => index)
const GET = defineHandler({ query: paginationQuery({ defaultLimit: 3 }) }, async (request, { query: { page, limit, offset } }) =>
  paginated(request, { data: items.slice(offset, offset + limit), page, limit, total: items.length }),
)

const { app }: { app: Hono } = setUp({ '/files': { POST }, '/items': { GET } })
const places: [string, (path: string, init?: RequestInit) => Promise<Response>][] = [
  ['in a router', async (path, init) => app.request(path, init)],
  ['by itself', (path, init) => (init?.method === 'POST' ? POST : GET)(new Request(`http://localhost${path}`, init))],
]

const png = (name: string, text = 'png') => new File([text], name, { type: 'image/png' })

function formOf(values: [string, string | File][]): RequestInit {
  const body = new FormData()
  for (const [name, value] of values) body.append(name, value)
  return { method: 'POST', body }
}

describe.each(places)('%s', (_place, ask) => {
  test('a form with files is taken, and their names are made safe', async () => {
    const form = formOf([
      ['title', 'me'],
      ['avatar', png('C:\\me\\a\u202e.png')],
      ['pages', new File(['1'], '../1.txt')],
      ['pages', new File(['2'], 'con')],
    ])
    const response = await ask('/files', form)
    expect([response.status, await response.json()]).toEqual([200, { title: 'me', names: ['a.png', '1.txt', '_con'], text: 'png' }])
  })

  test('one file where there may be more, and none, are taken too', async () => {
    for (const pages of [[], [['pages', new File(['1'], '1.txt')]]] as [string, File][][]) {
      expect((await ask('/files', formOf([['title', 'me'], ['avatar', png('a.png')], ...pages]))).status).toBe(200)
    }
  })

  test('what is wrong with it is said by field', async () => {
    const response = await ask(
      '/files',
      formOf([
        ['avatar', new File(['<svg>'], 'a.png', { type: 'image/svg+xml' })],
        ['pages', new File(['1'], '1.txt')],
        ['pages', 'text'],
      ]),
    )
    const { issues } = (await response.json()) as { issues: { path: string; message: string }[] }
    expect([response.status, issues.map(({ path }) => path)]).toEqual([400, ['avatar', 'pages.1', 'title']])
    expect(issues[0]?.message).toBe('must be of type image/png')
  })

  test('a file that is too large for its field is 400, a body that is too large 413', async () => {
    const upload = async (size: number) =>
      (
        await ask(
          '/files',
          formOf([
            ['title', 'me'],
            ['avatar', png('a.png', 'x'.repeat(size))],
          ]),
        )
      ).status
    expect([await upload(100), await upload(101), await upload(20_000)]).toEqual([200, 400, 413])
  })

  test('pages are asked for by the query, and link to each other', async () => {
    const pages: unknown[] = []
    let next: string | undefined = '?sort=name'
    while (next !== undefined) {
      const response: Response = await ask(`/items${next}`)
      pages.push(((await response.json()) as { data: unknown }).data)
      next = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(pages).toEqual([[0, 1, 2], [3, 4, 5], [6]])
  })

  test('a page that is none is 400', async () => {
    const response = await ask('/items?page=0&limit=101')
    const { issues } = (await response.json()) as { issues: { path: string }[] }
    expect([response.status, issues.map(({ path }) => path)]).toEqual([400, ['page', 'limit']])
  })
})
