import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RouteModule } from '../../src/index.js'
import { revalidatePath, revalidateTag, unstable_cache } from '../../src/next/cache.js'
import { done, settled, setUp } from '../runtime/helpers.js'

afterEach(() => void vi.useRealTimers())

/** A cached function that counts its runs, which it also answers. */
function counted(options: { tags?: string[]; revalidate?: number | false } = {}): () => Promise<number> {
  let runs = 0
  return unstable_cache(async () => ++runs, [crypto.randomUUID()], options)
}

describe('after an invalidation, within the same request', () => {
  test.each<[string, () => void]>([
    ["revalidateTag(tag, 'max')", () => revalidateTag('dé', 'max')],
    ['revalidateTag(tag, { expire: 0 })', () => revalidateTag('dé', { expire: 0 })],
    ['revalidateTag(tag)', () => revalidateTag('dé')],
    ['revalidatePath(path)', () => revalidatePath('/b')],
    ['revalidatePath(pattern, type)', () => revalidatePath('/', 'layout')],
  ])('%s: unstable_cache computes anew each time, and keeps it', async (_, invalidate) => {
    const tagged = counted({ tags: ['dé'] })
    const GET = async () => Response.json(await tagged())
    const both = async () => {
      const before = await tagged()
      invalidate()
      return Response.json([before, await tagged(), await tagged()])
    }
    const { app } = setUp({ '/a': { GET }, '/b': { GET: both } })
    expect(await (await app.request('/a')).json()).toBe(1)
    expect(await (await app.request('/b')).json()).toEqual([1, 2, 3])
    // What was stored last is stale from then on, or invalid at once.
    expect(await (await app.request('/a')).json()).toBeGreaterThanOrEqual(3)
  })

  test('what carries other tags is answered from the cache', async () => {
    const other = counted({ tags: ['other'] })
    const GET = async () => {
      revalidateTag('tag', 'max')
      revalidatePath('/elsewhere')
      return Response.json([await other(), await other()])
    }
    const { app } = setUp({ '/a': { GET } })
    expect(await (await app.request('/a')).json()).toEqual([1, 1])
    expect(await (await app.request('/a')).json()).toEqual([1, 1])
  })

  test('another request sees the older one until the handler has answered', async () => {
    const tagged = counted({ tags: ['tag'] })
    let seen: unknown
    const modules: Record<string, RouteModule> = {
      '/a': { GET: async () => Response.json(await tagged()) },
      '/b': {
        POST: done(async () => {
          revalidateTag('tag', { expire: 0 })
          seen = await (await app.request('/a')).json()
        }),
      },
    }
    const { app } = setUp(modules)
    await app.request('/a')
    await app.request('/b', { method: 'POST' })
    expect(seen).toBe(1)
    expect(await (await app.request('/a')).json()).toBe(2)
  })
})

describe('a result that JSON cannot carry', () => {
  const cyclic: { self?: unknown } = {}
  cyclic.self = cyclic
  test.each<[string, unknown]>([
    ['a BigInt', 1n],
    ['a cycle', cyclic],
  ])('%s is answered, computed anew each time, and told', async (_, result) => {
    const make = vi.fn(async () => result)
    const read = unstable_cache(make, [crypto.randomUUID()])
    const GET = async () => Response.json((await read()) === result)
    const { app, logged } = setUp({ '/a': { GET }, '/kept': { revalidate: 60, GET } })
    for (let run = 1; run <= 3; run++) {
      expect(await (await app.request(run === 3 ? '/kept' : '/a')).json()).toBe(true)
      expect(make).toHaveBeenCalledTimes(run)
    }
    expect(logged.map(([error, { phase }]) => `${phase} ${(error as Error).name}`)).toEqual(Array(3).fill('cache TypeError'))
  })

  test('leaves a stale one where it is', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    let result: unknown = 1
    const read = unstable_cache(async () => result, [crypto.randomUUID()], { revalidate: 10 })
    const { app, logged } = setUp({ '/a': { GET: async () => Response.json(await read()) } })
    await app.request('/a')
    vi.setSystemTime(Date.now() + 11_000)
    result = 2n
    for (let i = 0; i < 2; i++) {
      expect(await (await app.request('/a')).json()).toBe(1)
      await settled()
    }
    expect(logged[0]?.[1].phase).toBe('cache')
  })
})

test.each(['5', true, null, {}, Number.NaN, -1])('a revalidate of %j is refused', (revalidate) => {
  const name = 'Invalid revalidate value'
  expect(() => unstable_cache(async () => 1, [], { revalidate: revalidate as number })).toThrow(name)
})

test.each([1, 0.5, Number.POSITIVE_INFINITY, false, undefined] as const)('a revalidate of %j is taken', async (revalidate) => {
  const read = unstable_cache(async () => 1, [crypto.randomUUID()], revalidate === undefined ? {} : { revalidate })
  const { app } = setUp({ '/a': { GET: async () => Response.json(await read()) } })
  expect(await (await app.request('/a')).json()).toBe(1)
})
