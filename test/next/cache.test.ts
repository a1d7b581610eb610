import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RouteModule } from '../../src/index.js'
import { revalidatePath, revalidateTag, unstable_cache } from '../../src/next/cache.js'
import { done, setUp } from '../runtime/helpers.js'

afterEach(() => void vi.restoreAllMocks())

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
