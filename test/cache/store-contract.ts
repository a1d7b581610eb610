import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheEntry, CacheStore, JsonValue } from '../../src/cache/store.js'

/** An entry with the fields that a test doesn't care about. */
export function entryOf(fields: Partial<CacheEntry> = {}): CacheEntry {
  return { value: 1, tags: [], startedAt: 1000, createdAt: 1000.5, revalidate: false, ...fields }
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values)
}

const NASTY = [
  '',
  ' ',
  'a',
  'A',
  'a/b',
  'a//b',
  'a:b',
  'a\\b',
  'a?b',
  'a?c',
  '..',
  '../a',
  'a..',
  '.',
  'k-a',
  'é',
  'e\u0301',
  '\ud800',
  '\ud801',
]
const LONG = 'x/'.repeat(5000)

/** What every store must do. `open` is called once; each test uses keys and tags of its own. */
export function describeStore(name: string, open: () => Promise<{ store: CacheStore; close: () => Promise<void> }>): void {
  describe(name, () => {
    let store: CacheStore
    let close: () => Promise<void>
    beforeAll(async () => {
      const opened = await open()
      store = opened.store
      close = opened.close
    })
    afterAll(async () => close?.())

    it('finds nothing under a key that was never set', async () => {
      expect(await store.get('missing')).toBeUndefined()
    })

    it.each<[string, CacheEntry]>([
      ['a value alone', entryOf({ value: { a: [1, null, 'é', true, { b: '' }] } })],
      ['times, tags and lifetimes', entryOf({ tags: ['x', 'y,z'], startedAt: 1.001, createdAt: 2.25, revalidate: 7, expire: 0 })],
      ['a text body', entryOf({ body: new TextEncoder().encode('{"a":"é\\n"}\n\u2028') })],
      ['a text body with a byte order mark', entryOf({ body: bytes(0xef, 0xbb, 0xbf, 0x61) })],
      ['a body that is not UTF-8', entryOf({ body: bytes(0, 255, 254, 10, 128, 0) })],
      ['an empty body', entryOf({ body: bytes() })],
      ['a large binary body', entryOf({ body: new Uint8Array(300_000).map((_, i) => (i * 31) % 256) })],
      ['property names that parsers drop', entryOf({ value: JSON.parse('{"__proto__":{"a":1},"constructor":2}') as JsonValue })],
      ['text that looks like JSON', entryOf({ value: '{"a":1}', body: new TextEncoder().encode('true') })],
    ])('gives back %s', async (title, entry) => {
      await store.set(title, entry)
      const found = await store.get(title)
      expect(JSON.stringify({ ...found, body: undefined })).toBe(JSON.stringify({ ...entry, body: undefined }))
      expect(found?.body && [...found.body]).toEqual(entry.body && [...entry.body])
    })

    it('replaces the whole entry', async () => {
      await store.set('replaced', entryOf({ value: 1, body: bytes(1), tags: ['a'], expire: 5 }))
      await store.set('replaced', entryOf({ value: 2 }))
      expect(await store.get('replaced')).toEqual(entryOf({ value: 2 }))
    })

    it('deletes', async () => {
      await store.set('deleted', entryOf())
      await store.delete('deleted')
      await store.delete('deleted')
      expect(await store.get('deleted')).toBeUndefined()
    })

    it('keeps keys apart, whatever they look like and however long they are', async () => {
      const keys = [...NASTY, LONG, `${LONG}y`, LONG.slice(0, -1)]
      for (const key of keys) await store.set(key, entryOf({ value: key.length > 9 ? `${key.length}` : JSON.stringify(key) }))
      for (const key of keys)
        expect((await store.get(key))?.value, key.slice(0, 20)).toBe(key.length > 9 ? `${key.length}` : JSON.stringify(key))
    })

    it('gives readers of a key that is being written a whole entry or none', async () => {
      const bodies = [40_000, 40_000, 90_000, 10].map((length, i) => new Uint8Array(length).fill(97 + i))
      const writes = Array.from({ length: 12 }, (_, i) => i % bodies.length)
      await Promise.all(
        writes.map(async (i) => {
          await store.set('contended', entryOf({ value: i, body: bodies[i]! }))
          const found = await store.get('contended')
          if (found !== undefined) expect(found.body).toEqual(bodies[found.value as number])
        }),
      )
    })

    describe('tags', () => {
      it('have no state before they are invalidated', async () => {
        expect(await store.readTags(['never', 'neither'])).toEqual([])
        expect(await store.readTags([])).toEqual([])
      })

      it('expire at once by default', async () => {
        await store.invalidateTags(['now'], { at: 5000.125 })
        expect(await store.readTags(['other', 'now'])).toEqual([{ expiredAt: 5000.125, staleAt: 0, staleUntil: Number.POSITIVE_INFINITY }])
      })

      it('go stale until a time, or for good', async () => {
        await store.invalidateTags(['later'], { at: 5000, expireIn: 10 })
        await store.invalidateTags(['always'], { at: 5000, expireIn: Number.POSITIVE_INFINITY })
        expect(await store.readTags(['later'])).toEqual([{ expiredAt: 0, staleAt: 5000, staleUntil: 15_000 }])
        expect(await store.readTags(['always'])).toEqual([{ expiredAt: 0, staleAt: 5000, staleUntil: Number.POSITIVE_INFINITY }])
      })

      it('keep both and the later of each, in whatever order they come', async () => {
        const said = [{ at: 100 }, { at: 300 }, { at: 200, expireIn: 1 }, { at: 400, expireIn: 2 }, { at: 150 }, { at: 350, expireIn: 9 }]
        for (const invalidation of said) await store.invalidateTags(['forwards'], invalidation)
        for (const invalidation of [...said].reverse()) await store.invalidateTags(['backwards'], invalidation)
        const merged = { expiredAt: 300, staleAt: 400, staleUntil: 2400 }
        expect(await store.readTags(['forwards', 'backwards'])).toEqual([merged, merged])
      })

      it('lose none of the invalidations that come at once', async () => {
        await Promise.all(
          Array.from({ length: 20 }, async (_, i) =>
            store.invalidateTags(['rush', `rush-${i}`], { at: 1000 + ((i * 7) % 20), expireIn: i % 2 }),
          ),
        )
        const [state] = await store.readTags(['rush'])
        expect(state?.expiredAt).toBe(1000 + Math.max(...[0, 2, 4, 6, 8, 10, 12, 14, 16, 18].map((i) => (i * 7) % 20)))
        expect(state?.staleAt).toBe(1000 + Math.max(...[1, 3, 5, 7, 9, 11, 13, 15, 17, 19].map((i) => (i * 7) % 20)))
      })

      it('are apart from each other and from keys', async () => {
        const tags = [...NASTY, LONG, `${LONG}y`]
        await store.set('same-name', entryOf())
        await store.invalidateTags(['same-name'], { at: 1 })
        expect(await store.get('same-name')).toEqual(entryOf())
        for (const [i, tag] of tags.entries()) await store.invalidateTags([tag], { at: 10 + i })
        for (const [i, tag] of tags.entries()) expect((await store.readTags([tag]))[0]?.expiredAt).toBe(10 + i)
      })
    })
  })
}
