import { describe, expect, it } from 'vitest'
import type { Cache, CacheValue } from '../../src/cache/cache.js'
import { memoryStore } from '../../src/cache/memory.js'
import type { CacheStore } from '../../src/cache/store.js'
import { ask, counter, deferred, setUp } from './helpers.js'

describe('lookup', () => {
  it('answers at once, without a promise, from a store in memory', async () => {
    const { cache } = setUp()
    await cache.set('key', { value: 'v' })
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh', entry: { value: 'v' } })
    expect(cache.lookup('other')).toEqual({ state: 'miss', entry: undefined })
    expect(cache.remember('key', {}, counter())).toMatchObject({ state: 'fresh', entry: { value: 'v' } })
  })

  it.each<[CacheValue['revalidate'], number | undefined, [number, string][]]>([
    [
      10,
      undefined,
      [
        [0, 'fresh'],
        [10, 'fresh'],
        [0.001, 'stale'],
        [1e9, 'stale'],
      ],
    ],
    [
      10,
      20,
      [
        [10, 'fresh'],
        [1, 'stale'],
        [9, 'stale'],
        [0.001, 'expired'],
      ],
    ],
    [
      10,
      5,
      [
        [5, 'fresh'],
        [0.001, 'expired'],
      ],
    ],
    [false, undefined, [[1e12, 'fresh']]],
    [
      false,
      3,
      [
        [3, 'fresh'],
        [0.001, 'expired'],
      ],
    ],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, [[1e12, 'fresh']]],
    [1e300, 1e308, [[1e12, 'fresh']]],
    [
      0.5,
      undefined,
      [
        [0.5, 'fresh'],
        [0.001, 'stale'],
      ],
    ],
    [
      1,
      0,
      [
        [0, 'fresh'],
        [0.001, 'expired'],
      ],
    ],
    [0, undefined, [[0, 'miss']]],
  ])('revalidate %s, expire %s', async (revalidate, expire, course) => {
    const { cache, seconds, clock } = setUp()
    await cache.set(
      'key',
      { value: 1, revalidate: revalidate!, ...(expire !== undefined && { expire }) },
      { startedAt: clock.time, createdAt: clock.time },
    )
    for (const [wait, state] of course) {
      seconds(wait)
      expect(cache.lookup('key')).toMatchObject({ state })
    }
  })

  it('says the same of an entry that it tells without the time as of one for which it weighs tags that say nothing', async () => {
    const states = new Set<unknown>()
    for (const revalidate of [false, 10] as const) {
      for (const expire of [undefined, 20]) {
        for (const options of [{}, { revalidate: false }, { revalidate: 5 }] as const) {
          const { cache, seconds } = setUp()
          await cache.revalidateTag('before')
          seconds(1)
          const fields = { value: 1, revalidate, ...(expire !== undefined && { expire }) }
          await cache.set('plain', fields)
          await cache.set('tagged', { ...fields, tags: ['before'] })
          for (const wait of [0, 7, 8, 1e9]) {
            seconds(wait)
            const { state } = await cache.lookup('plain', options)
            expect({ revalidate, expire, options, wait, state }).toMatchObject({ state: (await cache.lookup('tagged', options)).state })
            states.add(state)
          }
        }
      }
    }
    expect(states).toEqual(new Set(['fresh', 'stale', 'expired']))
  })

  it("takes the reader's limit in place of the entry's", async () => {
    const { cache, seconds } = setUp()
    await cache.set('key', { value: 1, revalidate: 100 })
    seconds(50)
    expect(cache.lookup('key', { revalidate: 40 })).toMatchObject({ state: 'stale' })
    seconds(100)
    expect(cache.lookup('key', { revalidate: false })).toMatchObject({ state: 'fresh' })
  })

  it("heeds the reader's tags beside the entry's", async () => {
    const { cache } = setUp()
    await cache.set('key', { value: 1, tags: ['own'] })
    await cache.revalidateTag('reader')
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh' })
    expect(cache.lookup('key', { tags: ['reader'] })).toMatchObject({ state: 'expired' })
  })

  it.each([
    ['revalidate', { revalidate: -1 }],
    ['revalidate', { revalidate: Number.NaN }],
    ['revalidate', { revalidate: '5' as never }],
    ['expire', { expire: -0.1 }],
  ])('refuses a %s that is no number of seconds', async (name, fields) => {
    const { cache } = setUp()
    await expect(cache.set('key', { value: 1, ...fields })).rejects.toThrow(
      new RegExp(`^${name} must be a number of seconds, 0 or more; got `),
    )
  })
})

describe('revalidateTag', () => {
  it.each<[string, Parameters<Cache['revalidateTag']>[1], string]>([
    ['no profile', undefined, 'expired'],
    ['expire 0', { expire: 0 }, 'expired'],
    ['max', 'max', 'stale'],
    ['seconds', 'seconds', 'stale'],
    ['expire 60', { expire: 60 }, 'stale'],
    ['no expire', {}, 'stale'],
    ['expire Infinity', { expire: Number.POSITIVE_INFINITY }, 'stale'],
  ])('with %s', async (_, profile, state) => {
    const { cache } = setUp()
    await cache.set('tagged', { value: 1, tags: ['a', 'b'] })
    await cache.set('other', { value: 1, tags: ['c'] })
    await cache.revalidateTag('b', profile)
    await cache.set('newer', { value: 1, tags: ['b'] })
    expect(cache.lookup('tagged')).toMatchObject({ state })
    expect(cache.lookup('other')).toMatchObject({ state: 'fresh' })
    expect(cache.lookup('newer')).toMatchObject({ state: 'fresh' })
  })

  it('with max: one stale answer, then the new one', async () => {
    const { cache } = setUp()
    const produce = counter({ tags: ['t'] })
    const answers = [await ask(cache, produce), await ask(cache, produce)]
    await cache.revalidateTag('t', 'max')
    answers.push(await ask(cache, produce), await ask(cache, produce))
    expect(answers).toEqual(['1 miss', '1 fresh', '1 stale', '2 fresh'])
  })

  it('without a profile: the new one at once', async () => {
    const { cache } = setUp()
    const produce = counter({ tags: ['t'] })
    await ask(cache, produce)
    await cache.revalidateTag(['t'])
    expect([await ask(cache, produce), await ask(cache, produce)]).toEqual(['2 miss', '2 fresh'])
  })

  it('ends the stale time after expire seconds, also for what was made in it', async () => {
    const { cache, seconds } = setUp()
    await cache.set('old', { value: 1, tags: ['t'] })
    await cache.revalidateTag('t', { expire: 10 })
    seconds(5)
    await cache.set('new', { value: 1, tags: ['t'] })
    expect(cache.lookup('old')).toMatchObject({ state: 'stale' })
    expect(cache.lookup('new')).toMatchObject({ state: 'fresh' })
    seconds(5.01)
    expect(cache.lookup('old')).toMatchObject({ state: 'expired' })
    expect(cache.lookup('new')).toMatchObject({ state: 'expired' })
    await cache.set('later', { value: 1, tags: ['t'] })
    expect(cache.lookup('later')).toMatchObject({ state: 'fresh' })
  })

  it('never brings back with max what was expired', async () => {
    const { cache } = setUp()
    await cache.set('key', { value: 1, tags: ['t'] })
    await cache.revalidateTag('t')
    await cache.revalidateTag('t', 'max')
    expect(cache.lookup('key')).toMatchObject({ state: 'expired' })
  })

  it('takes a tag and its percent-encoded form for one', async () => {
    const { cache } = setUp()
    await cache.set('key', { value: 1, tags: ['caf\u00e9'] })
    await cache.revalidateTag('caf%C3%A9')
    expect(cache.lookup('key')).toMatchObject({ state: 'expired' })
  })

  it('refuses an unknown profile and takes those that were given', async () => {
    const { cache } = setUp({ profiles: { mine: { expire: 0 } } })
    await cache.set('key', { value: 1, tags: ['t'] })
    await expect(cache.revalidateTag('t', 'toString')).rejects.toThrow('Unknown cache profile "toString"; known are default, seconds')
    await expect(cache.revalidateTag('t', { expire: -1 })).rejects.toThrow('expire must be a number of seconds')
    await expect(cache.revalidateTag('t', { revalidate: 9, expire: 3 })).rejects.toThrow('expire must not be less than its revalidate')
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh' })
    await cache.revalidateTag('t', 'mine')
    expect(cache.lookup('key')).toMatchObject({ state: 'expired' })
  })

  it('concerns what was being made when it was called', async () => {
    const { cache } = setUp()
    const slow = deferred<CacheValue>()
    const first = cache.remember('key', {}, () => slow.promise)
    await cache.revalidateTag('t')
    const second = ask(cache, async () => ({ value: 'new', tags: ['t'] }))
    slow.resolve({ value: 'old', tags: ['t'] })
    expect((await first).entry.value).toBe('old')
    expect(await second).toBe('new miss')
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh', entry: { value: 'new' } })
  })
})

describe('a store that fails', () => {
  const broken: CacheStore = {
    get: async () => Promise.reject(new Error('no get')),
    set: async () => Promise.reject(new Error('no set')),
    delete: async () => Promise.reject(new Error('no delete')),
    readTags: async () => Promise.reject(new Error('no tags')),
    invalidateTags: async () => Promise.reject(new Error('no invalidation')),
  }

  it('counts as empty and is reported', async () => {
    const { cache, errors } = setUp({ store: broken })
    const produce = counter()
    expect([await ask(cache, produce), await ask(cache, produce)]).toEqual(['1 miss', '2 miss'])
    expect(errors.map(([error, { phase }]) => `${phase}: ${(error as Error).message}`)).toEqual([
      'read: no get',
      'write: no set',
      'read: no get',
      'write: no set',
    ])
  })

  it('counts as empty where it throws at once, and where only tags fail', async () => {
    const store = memoryStore()
    const { cache, errors } = setUp({ store: { ...store, readTags: broken.readTags } })
    await cache.set('key', { value: 1 })
    expect(await cache.lookup('key')).toMatchObject({ state: 'miss' })
    const throwing = setUp({
      store: {
        ...store,
        get: () => {
          throw new Error('at once')
        },
      },
    })
    expect(await ask(throwing.cache, counter())).toBe('1 miss')
    expect([...errors, ...throwing.errors]).toMatchObject([
      [{ message: 'no tags' }, { phase: 'read' }],
      [{ message: 'at once' }, { phase: 'read' }],
    ])
  })

  it('fails an invalidation openly', async () => {
    const { cache } = setUp({ store: broken })
    await expect(cache.revalidateTag('t')).rejects.toThrow('no invalidation')
    await expect(cache.delete('key')).rejects.toThrow('no delete')
  })
})

it('stamps times that grow within one millisecond', () => {
  const { cache, clock } = setUp()
  const times = Array.from({ length: 500 }, () => cache.now())
  for (let i = 1; i < times.length; i++) expect(times[i]!).toBeGreaterThan(times[i - 1]!)
  expect(times.at(-1)! - clock.time).toBeLessThan(1)
})
