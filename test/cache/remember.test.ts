import { describe, expect, it, vi } from 'vitest'
import type { CacheValue, Remembered } from '../../src/cache/cache.js'
import { memoryStore } from '../../src/cache/memory.js'
import { ask, counter, deferred, setUp, slowStore } from './helpers.js'

describe.each([
  ['a store in memory', () => memoryStore()],
  ['a slow store', () => slowStore()],
])('remember on %s', (_, createStore) => {
  it('makes a missing value once for 200 callers', async () => {
    const { cache } = setUp({ store: createStore() })
    const produce = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 10))
      return { value: 'made' }
    })
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        if (i > 100) await new Promise((resolve) => setTimeout(resolve, (i - 100) / 4)) // some come while it runs, some after
        return await cache.remember('key', {}, produce)
      }),
    )
    expect(produce).toHaveBeenCalledTimes(1)
    expect(new Set(answers.map((answer) => answer.entry.value))).toEqual(new Set(['made']))
  })

  it('makes it once for callers who come while a quick one is being stored', async () => {
    const { cache } = setUp({ store: createStore() })
    const produce = counter()
    const calls: Promise<Remembered>[] = []
    for (let i = 0; i < 60; i++) {
      calls.push(Promise.resolve(cache.remember('key', {}, produce)))
      await new Promise((resolve) => setTimeout(resolve, Math.random()))
    }
    await Promise.all(calls)
    expect(produce).toHaveBeenCalledTimes(1)
  })

  it('refreshes a stale value once for 200 callers, all of whom get the stale one', async () => {
    const { cache, seconds } = setUp({ store: createStore() })
    const gate = deferred<void>()
    const produce = vi.fn(async () => {
      if (produce.mock.calls.length > 1) await gate.promise
      return { value: produce.mock.calls.length, revalidate: 1 }
    })
    await cache.remember('key', {}, produce)
    seconds(2)
    const background: Promise<unknown>[] = []
    const call = async () => await cache.remember('key', { waitUntil: (work) => void background.push(work) }, produce)
    const answers = await Promise.all(Array.from({ length: 200 }, call))
    expect(answers.every(({ entry, state }) => entry.value === 1 && state === 'stale')).toBe(true)
    gate.resolve()
    await Promise.all(background)
    expect(produce).toHaveBeenCalledTimes(2)
    expect(await cache.lookup('key')).toMatchObject({ state: 'fresh', entry: { value: 2 } })
  })

  it('gives no caller a value that was made for another and may not be kept', async () => {
    const { cache } = setUp({ store: createStore() })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => await cache.remember('key', {}, async () => ({ value: i, revalidate: 0 }))),
    )
    expect(answers.map(({ entry }) => entry.value)).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(await cache.lookup('key')).toMatchObject({ state: 'miss' })
  })

  it('makes a value for each with revalidate 0', async () => {
    const { cache } = setUp({ store: createStore() })
    await cache.set('key', { value: 'kept' })
    const produce = counter()
    expect([await ask(cache, produce, { revalidate: 0 }), await ask(cache, produce, { revalidate: 0 })]).toEqual(['1 miss', '2 miss'])
    expect(await cache.lookup('key')).toMatchObject({ entry: { value: 'kept' } })
  })

  it('hands on what making a missing value throws, to all who waited, and tries again', async () => {
    const { cache, errors } = setUp({ store: createStore() })
    const boom = new Error('boom')
    const failing = vi.fn(async (): Promise<CacheValue> => {
      await new Promise((resolve) => setTimeout(resolve, 15))
      throw boom
    })
    const settled = await Promise.allSettled(Array.from({ length: 20 }, async () => await cache.remember('key', {}, failing)))
    expect(settled.every((result) => result.status === 'rejected' && result.reason === boom)).toBe(true)
    expect(failing).toHaveBeenCalledTimes(1)
    expect(await ask(cache, counter())).toBe('1 miss')
    expect(errors).toEqual([])
  })
})

describe('a failing refresh', () => {
  const failing = async (): Promise<CacheValue> => {
    throw new Error('down')
  }

  it('keeps the stale value and is reported', async () => {
    const { cache, seconds, errors } = setUp()
    await ask(cache, counter({ revalidate: 1 }))
    seconds(2)
    expect(await ask(cache, failing)).toBe('1 stale')
    expect(errors).toMatchObject([[{ message: 'down' }, { phase: 'refresh', key: 'key' }]])
    expect(cache.lookup('key')).toMatchObject({ state: 'stale', entry: { value: 1 } })
  })

  it.each([
    [{}, 1, 3],
    [{}, 20, 20],
    [{}, 600, 30],
    [{ retryAfter: 7 }, 1, 7],
  ])('with %o is tried again after the seconds that revalidate %d asks for: %d', async (options, revalidate, wait) => {
    const { cache, seconds } = setUp()
    await ask(cache, counter({ revalidate }), options)
    seconds(revalidate + 1)
    const produce = vi.fn(failing)
    await ask(cache, produce, options)
    seconds(wait - 0.1)
    await ask(cache, produce, options)
    expect(produce).toHaveBeenCalledTimes(1)
    seconds(0.1)
    await ask(cache, produce, options)
    expect(produce).toHaveBeenCalledTimes(2)
  })

  it('is tried with every call where retryAfter is 0, and ends with the first that succeeds', async () => {
    const { cache, seconds } = setUp()
    const produce = counter({ revalidate: 1 })
    await ask(cache, produce, { retryAfter: 0 })
    seconds(2)
    await ask(cache, failing, { retryAfter: 0 })
    expect([await ask(cache, produce, { retryAfter: 0 }), await ask(cache, produce)]).toEqual(['1 stale', '2 fresh'])
  })

  it('leaves nothing to answer once the value has expired', async () => {
    const { cache, seconds } = setUp()
    await ask(cache, counter({ revalidate: 1, expire: 5 }))
    seconds(6)
    await expect(ask(cache, failing)).rejects.toThrow('down')
  })
})

describe('a refresh', () => {
  it('that says not to keep the value removes the stale one', async () => {
    const { cache, seconds } = setUp()
    await ask(cache, counter({ revalidate: 1 }))
    seconds(2)
    expect(await ask(cache, async () => ({ value: 'private', revalidate: 0 }))).toBe('1 stale')
    expect(cache.lookup('key')).toMatchObject({ state: 'miss' })
  })

  it('that never ends is given up after a minute', async () => {
    const { cache, seconds } = setUp()
    const never = vi.fn(() => new Promise<CacheValue>(() => undefined))
    await ask(cache, counter({ revalidate: 1 }))
    seconds(2)
    await cache.remember('key', {}, never)
    seconds(59)
    await cache.remember('key', {}, never)
    await Promise.resolve()
    expect(never).toHaveBeenCalledTimes(1)
    seconds(2)
    expect(await ask(cache, counter({ revalidate: 1 }))).toBe('1 stale')
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh' })
  })
})

describe('lifetimes and tags of a remembered value', () => {
  it('come from produce before the options', async () => {
    const { cache } = setUp()
    const options = { tags: ['a'], revalidate: 9, expire: 90 }
    const plain = await cache.remember('plain', options, async () => ({ value: 1 }))
    expect(plain.entry).toMatchObject({ tags: ['a'], revalidate: 9, expire: 90 })
    const own = await cache.remember('own', options, async () => ({ value: 1, tags: ['b', 'b', 'c'], revalidate: 3, expire: 4 }))
    expect(own.entry).toMatchObject({ tags: ['b', 'c'], revalidate: 3, expire: 4 })
  })

  it('leave out soft tags, which only their reader heeds', async () => {
    const { cache } = setUp()
    const produce = counter()
    await ask(cache, produce, { tags: ['t'], softTags: ['/page'] })
    await cache.revalidateTag('/page')
    expect(await ask(cache, produce, { tags: ['t'], softTags: ['/other'] })).toBe('1 fresh')
    expect(await ask(cache, produce, { tags: ['t'], softTags: ['/page'] })).toBe('2 miss')
  })

  it('count the age from the end of making, and invalidations from its beginning', async () => {
    const { cache, clock, seconds } = setUp()
    const { entry } = await cache.remember('key', {}, async () => {
      seconds(30)
      return { value: 1, revalidate: 5, expire: 6 }
    })
    expect(entry.startedAt).toBeCloseTo(clock.time - 30_000, 0)
    seconds(5)
    expect(cache.lookup('key')).toMatchObject({ state: 'fresh' })
  })
})
