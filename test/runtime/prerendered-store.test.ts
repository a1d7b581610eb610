import { expect, test, vi } from 'vitest'
import { encodeEntry } from '../../src/cache/codec.js'
import { memoryStore } from '../../src/cache/memory.js'
import type { CacheEntry, CacheStore } from '../../src/cache/store.js'
import type { RouteModule } from '../../src/index.js'
import { prerender } from '../../src/runtime/prerender.js'
import { PrerenderedStore } from '../../src/runtime/prerendered-store.js'
import { manifestOf, setUp } from './helpers.js'

const entryAt = (createdAt: number, value: string): CacheEntry => ({
  value,
  tags: [],
  startedAt: createdAt,
  createdAt,
  revalidate: false,
})
const builtOf = (entries: Record<string, CacheEntry>) => {
  const texts = Object.entries(entries).map(([key, entry]) => [key, encodeEntry(entry)])
  return vi.fn(async () => ({ entries: Object.fromEntries(texts) as Record<string, string>, settled: [], dynamic: {} }))
}
const valueIn = async (store: CacheStore, key: string): Promise<unknown> => (await store.get(key))?.value

test('gives what the build made, read once with the first look-up, and then at once', async () => {
  const load = builtOf({ page: entryAt(100, 'built') })
  const store = new PrerenderedStore(memoryStore(), load)
  expect(load).not.toHaveBeenCalled()
  expect(await Promise.all([valueIn(store, 'page'), valueIn(store, 'page'), valueIn(store, 'other')])).toEqual([
    'built',
    'built',
    undefined,
  ])
  expect(store.get('page')).toMatchObject({ value: 'built' })
  expect(store.get('page')).toBe(store.get('page'))
})

test.each([
  ['of the server', 200, 'kept'],
  ['of an earlier build', 50, 'built'],
])('the newer counts: an entry %s', async (_, createdAt, expected) => {
  const inner = memoryStore()
  await inner.set('page', entryAt(createdAt, 'kept'))
  const store = new PrerenderedStore(inner, builtOf({ page: entryAt(100, 'built') }))
  expect(await valueIn(store, 'page')).toBe(expected)
  expect(await valueIn(store, 'page')).toBe(expected)
})

test('what is set takes the place of what was built, for good', async () => {
  const inner = memoryStore()
  const store = new PrerenderedStore(inner, builtOf({ page: entryAt(100, 'built') }))
  await store.get('page')
  await store.set('page', entryAt(200, 'set'))
  expect(await valueIn(store, 'page')).toBe('set')
  await inner.delete('page')
  expect(await valueIn(store, 'page')).toBeUndefined()
})

test('what is deleted stays away, also where nothing was read before', async () => {
  const store = new PrerenderedStore(memoryStore(), builtOf({ page: entryAt(100, 'built'), other: entryAt(100, 'other') }))
  await store.delete('page')
  expect([await valueIn(store, 'page'), await valueIn(store, 'other')]).toEqual([undefined, 'other'])
})

test('an entry that was not written whole is none', async () => {
  const load = async () => ({ entries: { page: `${encodeEntry(entryAt(1, 'x'))}x` }, settled: [], dynamic: {} })
  expect(await new PrerenderedStore(memoryStore(), load).get('page')).toBeUndefined()
})

test('a store that fails is told, not passed by', async () => {
  const failing: CacheStore = { ...memoryStore(), get: () => Promise.reject(new Error('away')) }
  const store = new PrerenderedStore(failing, builtOf({ page: entryAt(100, 'built') }))
  await expect(store.get('page')).rejects.toThrow('away')
  await expect(store.get('page')).rejects.toThrow('away')
})

const counting = (): RouteModule => {
  let made = 0
  return { dynamic: 'force-static', GET: () => new Response(String(++made)) }
}

test('a router answers with what was prerendered, and without it where that cannot be read, which is told once', async () => {
  const modules = { '/a': counting(), '/b': counting() }
  const prerendered = await prerender(manifestOf(modules))
  expect(prerendered.settled).toEqual(['a/route.ts', 'b/route.ts'])

  const { app } = setUp(
    { '/a': { ...counting(), GET: () => new Response('anew') }, '/b': counting() },
    { prerendered: async () => prerendered },
  )
  expect(await (await app.request('/a')).text()).toBe('1')

  const failure = new Error('ENOENT')
  const broken = setUp(
    { '/a': { ...counting(), GET: () => new Response('anew') }, '/b': counting() },
    { prerendered: () => Promise.reject(failure) },
  )
  expect(await (await broken.app.request('/a')).text()).toBe('anew')
  expect(await (await broken.app.request('/b')).text()).toBe('1')
  expect(broken.logged).toEqual([[failure, { phase: 'cache' }]])
})

test('without a build, an error that the first making of a path answers is not kept; a later one is', async () => {
  let status = 500
  let made = 0
  const { app } = setUp({
    '/a': { revalidate: 60, GET: () => new Response(String(++made), { status }) },
    '/b': { revalidate: 60, GET: () => new Response(String(++made), { status: 200 }) },
  })
  expect([await (await app.request('/a')).text(), await (await app.request('/a')).text()]).toEqual(['1', '2'])
  status = 200
  expect([await (await app.request('/a')).text(), await (await app.request('/a')).text()]).toEqual(['3', '4'])
  expect([await (await app.request('/b')).text(), await (await app.request('/b')).text()]).toEqual(['5', '5'])
})

test('parallel first requests to a path that answers an error each get an answer of their own', async () => {
  let made = 0
  const { app } = setUp({ '/a': { revalidate: 60, GET: async () => new Response(String(++made), { status: 503 }) } })
  const responses = await Promise.all(Array.from({ length: 5 }, () => app.request('/a')))
  expect(responses.map((response) => response.status)).toEqual([503, 503, 503, 503, 503])
  expect(new Set(await Promise.all(responses.map((response) => response.text()))).size).toBe(5)
})
