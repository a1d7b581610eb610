import { describe, expect, it } from 'vitest'
import { Cache } from '../../src/cache/cache.js'
import { memoryStore } from '../../src/cache/memory.js'
import { entryOf } from './store-contract.js'

const KIB = 1024

describe('memoryStore', () => {
  it('drops the least recently used entries once the bytes are full', () => {
    const store = memoryStore({ maxBytes: 100 * KIB })
    for (let i = 0; i < 9; i++) store.set(`k${i}`, entryOf({ body: new Uint8Array(10 * KIB) }))
    expect(store.get('k0')).toBeDefined() // now the most recently used
    store.set('large', entryOf({ body: new Uint8Array(30 * KIB) }))
    const kept = Array.from({ length: 9 }, (_, i) => i).filter((i) => store.get(`k${i}`) !== undefined)
    expect(kept).toEqual([0, 4, 5, 6, 7, 8])
    expect(store.get('large')).toBeDefined()
  })

  it.each([
    ['values', (i: number) => ({ key: `k${i}`, entry: entryOf({ value: 'x'.repeat(10 * KIB) }) })],
    ['keys', (i: number) => ({ key: `${'x'.repeat(10 * KIB)}${i}`, entry: entryOf() })],
    ['tags', (i: number) => ({ key: `k${i}`, entry: entryOf({ tags: Array.from({ length: 100 }, (_, n) => `${'x'.repeat(100)}${n}`) }) })],
    ['entries with next to nothing in them', (i: number) => ({ key: `k${i}`, entry: entryOf() })],
  ])('counts %s', (_, make) => {
    const store = memoryStore({ maxBytes: 100 * KIB })
    const made = Array.from({ length: 1000 }, (_, i) => make(i))
    for (const { key, entry } of made) store.set(key, entry)
    expect(store.get(made[0]!.key)).toBeUndefined()
    expect(store.get(made[999]!.key)).toBeDefined()
  })

  it('keeps nothing that is larger than all, and not what it was to replace either', () => {
    const store = memoryStore({ maxBytes: 10 * KIB })
    store.set('other', entryOf())
    store.set('key', entryOf({ value: 'old' }))
    store.set('key', entryOf({ body: new Uint8Array(11 * KIB) }))
    expect(store.get('key')).toBeUndefined()
    expect(store.get('other')).toBeDefined()
  })

  it('expires what it may have to when it forgets tags', async () => {
    const clock = { time: 1000 }
    const cache = new Cache(memoryStore({ maxTags: 3 }), { now: () => clock.time })
    await cache.set('first', { value: 1, tags: ['first'] })
    await cache.set('untagged', { value: 1 })
    clock.time++
    await cache.revalidateTag('first', 'max')
    clock.time++
    await cache.set('later', { value: 1, tags: ['later'] })
    for (const tag of ['a', 'b', 'c']) await cache.revalidateTag(tag)
    expect(cache.lookup('first')).toMatchObject({ state: 'expired' })
    expect(cache.lookup('untagged')).toMatchObject({ state: 'fresh' })
    expect(cache.lookup('later')).toMatchObject({ state: 'fresh' })
    await cache.revalidateTag('d')
    expect(cache.lookup('later')).toMatchObject({ state: 'expired' }) // the price: it carries none of the tags
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as a bound', (bound) => {
    expect(() => memoryStore({ maxBytes: bound })).toThrow(/maxBytes must be a positive integer/)
    expect(() => memoryStore({ maxTags: bound })).toThrow(/maxTags must be a positive integer/)
  })
})
