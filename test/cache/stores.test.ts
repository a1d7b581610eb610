import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStorage } from 'unstorage'
import { describe, expect, it } from 'vitest'
import { getPlatformProxy } from 'wrangler'
import { fileStore } from '../../src/cache/file.js'
import { type KvBinding, kvStore } from '../../src/cache/kv.js'
import { memoryStore } from '../../src/cache/memory.js'
import { unstorageStore } from '../../src/cache/unstorage.js'
import { describeStore, entryOf } from './store-contract.js'

describeStore('memory', async () => ({ store: memoryStore(), close: async () => undefined }))

describeStore('unstorage in memory', async () => {
  const store = unstorageStore(createStorage())
  return { store, close: async () => store.close?.() }
})

describeStore('files', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'everyroute-cache-'))
  return { store: fileStore({ dir }), close: () => rm(dir, { recursive: true }) }
})

describeStore('Cloudflare KV on workerd', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'everyroute-kv-'))
  const configPath = join(dir, 'wrangler.json')
  await writeFile(
    configPath,
    JSON.stringify({ name: 'kv', compatibility_date: '2025-10-01', kv_namespaces: [{ binding: 'CACHE', id: 'cache' }] }),
  )
  const proxy = await getPlatformProxy<{ CACHE: KvBinding }>({ configPath, persist: false })
  return {
    store: kvStore({ binding: proxy.env.CACHE }),
    close: async () => {
      await proxy.dispose()
      await rm(dir, { recursive: true })
    },
  }
})

describe('fileStore', () => {
  it('keeps entries and tags for the next process', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'everyroute-cache-'))
    await fileStore({ dir }).set('/users/7', entryOf())
    await fileStore({ dir }).invalidateTags(['a'], { at: 9 })
    expect(await fileStore({ dir }).get('/users/7')).toEqual(entryOf())
    expect(await fileStore({ dir }).readTags(['a'])).toMatchObject([{ expiredAt: 9 }])
    await rm(dir, { recursive: true })
  })

  it('takes a file that was cut short for a miss, and a cut tag for an invalidated one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'everyroute-cache-'))
    const store = fileStore({ dir })
    await store.set('k', entryOf({ body: new TextEncoder().encode('0123456789') }))
    await store.invalidateTags(['t'], { at: 9 })
    const [entryFile] = await readdir(join(dir, 'everyroute/entry'))
    const [tagFile] = await readdir(join(dir, 'everyroute/tag'))
    await writeFile(join(dir, 'everyroute/entry', entryFile!), 'everyroute/1 12-ab {"value":1')
    await writeFile(join(dir, 'everyroute/tag', tagFile!), '')
    expect(await store.get('k')).toBeUndefined()
    expect((await store.readTags(['t']))[0]?.expiredAt).toBe(Number.POSITIVE_INFINITY)
    await store.invalidateTags(['t'], { at: 10 })
    expect((await store.readTags(['t']))[0]?.expiredAt).toBe(10)
    await rm(dir, { recursive: true })
  })

  it('refuses an empty folder name', () => {
    expect(() => fileStore({ dir: '' })).toThrow(/dir must name a folder/)
  })
})

describe('unstorageStore', () => {
  it('keeps bases apart and refuses odd ones', async () => {
    const storage = createStorage()
    const one = unstorageStore(storage, { base: 'one' })
    await one.set('k', entryOf())
    await one.invalidateTags(['t'], { at: 1 })
    expect(await unstorageStore(storage, { base: 'one:two' }).get('k')).toBeUndefined()
    expect(await unstorageStore(storage, { base: 'two' }).readTags(['t'])).toEqual([])
    for (const base of ['', 'a b', 'a/b', ':a', '../a', 'a?']) expect(() => unstorageStore(storage, { base })).toThrow(/base must be/)
  })

  it('gives drivers a TTL: what the entry says, at most a year, and longer for tags', async () => {
    const ttls: [string, number | undefined][] = []
    const storage = createStorage()
    const store = unstorageStore({
      getItem: (key) => storage.getItem(key),
      getItems: (keys) => storage.getItems(keys),
      removeItem: (key) => storage.removeItem(key),
      dispose: () => storage.dispose(),
      setItem: async (key, _value, options) => void ttls.push([key, options?.ttl]),
    })
    for (const expire of [0, 1.2, 86_400, 1e12]) await store.set(`${expire}`, entryOf({ expire }))
    await store.set('never', entryOf())
    await store.invalidateTags(['t'], { at: 1 })
    expect(ttls.map(([, ttl]) => ttl)).toEqual([1, 2, 86_400, 31_536_000, 31_536_000, 31_622_400])
  })
})

describe('kvStore', () => {
  it('never asks KV for less than 60 seconds', async () => {
    const puts: unknown[] = []
    const binding: KvBinding = {
      get: async () => null,
      put: async (_key, _value, options) => void puts.push(options?.expirationTtl),
      delete: async () => undefined,
    }
    const store = kvStore({ binding })
    await store.set('a', entryOf({ expire: 5 }))
    await store.set('b', entryOf({ expire: 61 }))
    expect(puts).toEqual([60, 61])
  })

  it('refuses what is no namespace', () => {
    expect(() => kvStore({ binding: undefined as never })).toThrow(/binding must be a KV namespace/)
  })
})
