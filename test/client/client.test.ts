import { parseResponse } from 'hono/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { serve } from '../../src/adapters/node.js'
import { type ClientApp, type ClientRoute, hc } from '../../src/client/index.js'
import { apiError, defineHandler, json } from '../../src/handler.js'
import { MANIFEST_VERSION, type RouteManifest } from '../../src/routing/manifest.js'
import { createRouter } from '../../src/runtime/router.js'

const root = { GET: () => json({ path: '/' }) }

const docs = {
  GET: async (_request: Request, { params }: { params: Promise<{ path?: string[] }> }) => json({ path: (await params).path ?? null }),
}

const items = {
  GET: defineHandler(
    {
      params: z.object({ id: z.coerce.number().int() }),
      query: z.object({ page: z.coerce.number().default(1), tag: z.array(z.string()).optional() }),
      headers: z.object({ 'x-tenant': z.string() }),
      cookies: z.object({ session: z.string().default('none') }),
    },
    async (_request, { params, query, headers, cookies }) => {
      const { id } = await params
      return id === 404 ? apiError('No such item', 404) : json({ id, ...query, tenant: headers['x-tenant'], ...cookies })
    },
  ),
  POST: defineHandler(
    { params: z.object({ id: z.string() }), form: z.object({ file: z.instanceof(File), count: z.coerce.number() }) },
    async (_request, { form: { file, count } }) => json({ name: file.name, text: await file.text(), count }, 201),
  ),
  PATCH: defineHandler({ params: z.object({ id: z.string() }), json: z.object({ at: z.iso.datetime() }) }, async (_request, context) =>
    json({ at: new Date(context.json.at) }),
  ),
  DELETE: async (_request: Request, { params }: { params: Promise<{ id: string }> }) => {
    const { id } = await params
    return new Response(id === '0' ? null : id, { status: id === '0' ? 204 : 200 })
  },
}

/** As it is generated for `routes/route.ts`, `routes/docs/[[...path]]/route.ts` and `routes/items/[id]/route.ts` below `/v1`. */
type AppType = ClientApp<
  {
    '/v1': ClientRoute<typeof root>
    '/v1/docs': ClientRoute<typeof docs>
    '/v1/docs/:path{.+}': ClientRoute<typeof docs, 'path'>
    '/v1/items/:id': ClientRoute<typeof items, 'id'>
  },
  { '': 'v1'; '/v1': 'docs' | 'items'; '/v1/docs': ':path{.+}'; '/v1/items': ':id' }
>

const route = (pathname: string, module: object) => ({ pathname, file: `${pathname}/route.ts`, load: async () => ({ ...module }) })

const manifest: RouteManifest = {
  version: MANIFEST_VERSION,
  basePath: '/v1',
  routes: [route('/', root), route('/items/[id]', items), route('/docs/[[...path]]', docs)],
}

let served: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  served = await serve(createRouter(manifest), { port: 0, quiet: true })
})
afterAll(() => served?.close())

const client = () => hc<AppType>(served.url).v1
const tenant = { 'x-tenant': 'acme' }

test('params, query, headers and cookies arrive as the schemas take them', async () => {
  const answer = await client().items[':id'].$get({
    param: { id: '7' },
    query: { page: 2, tag: ['a', 'b'] },
    header: tenant,
    cookie: { session: 'a b;c' },
  })
  expect([answer.status, await answer.json()]).toEqual([200, { id: 7, page: 2, tag: ['a', 'b'], tenant: 'acme', session: 'a b;c' }])
  expect(await parseResponse(client().items[':id'].$get({ param: { id: '0' }, header: tenant }))).toMatchObject({ id: 0, page: 1 })
  const missing = await client().items[':id'].$get({ param: { id: '404' }, header: tenant })
  expect(missing.status === 404 ? await missing.json() : undefined).toEqual({ error: 'No such item' })
  // Bad input, which the types cannot refuse.
  expect((await client().items[':id'].$get({ param: { id: 'x' }, header: tenant })).status).toBe(400)
})

test('bodies arrive', async () => {
  const file = new File(['text'], 'a.txt')
  const made = await client().items[':id'].$post({ param: { id: '7' }, form: { file, count: 3 } })
  expect([made.status, await made.json()]).toEqual([201, { name: 'a.txt', text: 'text', count: 3 }])
  const changed = await client().items[':id'].$patch({ param: { id: '7' }, json: { at: '2020-01-01T00:00:00Z' } })
  const { at } = await changed.json()
  expect(at.slice(0, 4)).toBe('2020')
})

test('the root, catch-alls and methods without a schema answer', async () => {
  expect(await parseResponse(client().$get())).toEqual({ path: '/' })
  expect(await parseResponse(client().docs.$get())).toEqual({ path: null })
  expect(await parseResponse(client().docs[':path{.+}'].$get({ param: { path: 'a/b' } }))).toEqual({ path: ['a', 'b'] })
  expect(await parseResponse(client().docs[':path{.+}'].$get({ param: { path: `${encodeURIComponent('a/b')}/c d` } }))).toEqual({
    path: ['a/b', 'c d'],
  })
  expect(await (await client().items[':id'].$delete({ param: { id: '9' } })).text()).toBe('9')
  expect((await client().items[':id'].$delete({ param: { id: '0' } })).status).toBe(204)
})

test('URLs and paths are made of params', () => {
  const { href } = client().items[':id'].$url({ param: { id: '7' } })
  expect(href).toBe(`${served.url}/v1/items/7`)
  expect(client().docs[':path{.+}'].$path({ param: { path: 'a/b' } })).toBe('/v1/docs/a/b')
})
