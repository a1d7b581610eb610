import { afterEach, describe, expect, test, vi } from 'vitest'
import { revalidatePath, revalidateTag, unstable_cache } from '../../src/next/cache.js'
import { after as later } from '../../src/next/server.js'
import { call, createTestCache } from '../../src/testing/index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the cache', () => {
  const invalidateCounts = (): Response => {
    revalidateTag('counts')
    return new Response()
  }
  const invalidateUsers = (): Response => {
    revalidatePath('/users/[id]', 'layout')
    return new Response()
  }
  let made = 0
  const count = unstable_cache(async (key: string) => ({ key, made: ++made }), ['count'], { tags: ['counts'], revalidate: 60 })
  const read = async () => Response.json(await count('a'))

  test('is empty for every call', async () => {
    made = 0
    const first = await call(read)
    const second = await call(read)
    expect([first.json, second.json]).toEqual([
      { key: 'a', made: 1 },
      { key: 'a', made: 2 },
    ])
    const kept = { kind: 'unstable_cache', value: { key: 'a', made: 1 }, tags: ['counts'], revalidate: 60, state: 'fresh' }
    expect(first.cache.entries).toEqual([kept])
  })

  test('may be shared', async () => {
    made = 0
    const cache = createTestCache()
    await call(read, { cache })
    expect((await call(read, { cache })).json).toEqual({ key: 'a', made: 1 })
    const invalidated = await call(invalidateCounts, { cache })
    expect(invalidated.cache).toBe(cache)
    expect(cache.entries.map(({ state }) => state)).toEqual(['expired'])
    expect((await call(read, { cache })).json).toEqual({ key: 'a', made: 2 })
  })

  test('tells what was invalidated', async () => {
    const logError = vi.fn()
    const invalidate = () => {
      revalidateTag('users', 'max')
      revalidateTag('é', { expire: 0 })
      revalidatePath('/')
      revalidatePath('/users/[id]', 'layout')
      later(() => revalidateTag('late'))
      return new Response()
    }
    const { cache } = await call(invalidate, { logError })
    expect(cache.revalidated).toEqual([
      { tag: 'users', profile: 'max' },
      { tag: 'é', profile: { expire: 0 } },
      { path: '/' },
      { path: '/users/[id]/layout' },
      { tag: 'late' },
    ])
    expect(logError).not.toHaveBeenCalled()
  })

  test('keeps what a failing handler wanted to invalidate', async () => {
    const cache = createTestCache()
    const failing = () => {
      revalidateTag('users')
      throw new Error('failed')
    }
    await expect(call(failing, { cache })).rejects.toThrow('failed')
    expect(cache.revalidated).toEqual([])
  })

  test('reaches a path by its route', async () => {
    const cache = createTestCache()
    made = 0
    await call(read, { cache, url: '/users/7', route: '/users/[id]' })
    await call(invalidateUsers, { cache })
    expect((await call(read, { cache, url: '/users/7', route: '/users/[id]' })).json).toEqual({ key: 'a', made: 2 })
  })

  test('keeps answers to fetch, over a mock and beside other calls', async () => {
    const mock = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ rate: 2 }))
    const rates = async () => {
      const get = async () => (await fetch('https://example.com/rates', { next: { tags: ['rates'], revalidate: 5 } } as RequestInit)).json()
      return Response.json([await get(), await get()])
    }
    const uncached = async () => Response.json(await (await fetch('https://example.com/other')).json())
    const [{ cache, json: body }, other] = await Promise.all([call(rates), call(uncached), call(rates)])
    expect(body).toEqual([{ rate: 2 }, { rate: 2 }])
    expect(other.json).toEqual({ rate: 2 })
    expect(mock).toHaveBeenCalledTimes(3)
    expect(cache.entries).toMatchObject([
      { kind: 'fetch', url: '', status: 200, text: '{"rate":2}', tags: ['rates'], revalidate: 5, state: 'fresh' },
    ])
    // Nothing is left over the mock, and nothing of the mock over the next call.
    expect(globalThis.fetch).toBe(mock)
    mock.mockRestore()
    const real = globalThis.fetch
    await call(uncached).catch(() => {})
    expect(globalThis.fetch).toBe(real)
  })
})
