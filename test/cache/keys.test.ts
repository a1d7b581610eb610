import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheKey, storageName } from '../../src/cache/keys.js'

/** Texts with what differs by case, by a separator or by a lone surrogate only, some of them too long to stand as they are. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'A', '/', ':', '_', '~', '-', '0', '.', '"', ',', '\\', '\ud800', '\udc00', 'é') }),
  fc.string({ unit: 'binary', maxLength: 600 }),
  fc.string({ unit: fc.constantFrom('a', 'B'), minLength: 150, maxLength: 170 }),
)

describe('storageName', () => {
  it('differs for keys that differ, even where case is ignored', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const [nameA, nameB] = await Promise.all([storageName(a), storageName(b)])
        expect(nameA.toLowerCase() === nameB.toLowerCase()).toBe(a === b)
      }),
      { numRuns: 2000 },
    )
  })

  it('is short and safe on every backend', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (key) => {
        expect(await storageName(key)).toMatch(/^[kh]-[a-z0-9_~-]{0,160}$/)
      }),
    )
    expect(await storageName('a'.repeat(1e6))).toHaveLength(66)
  })

  it('shows short keys and does not change from version to version', async () => {
    expect(await storageName('/users/7?A')).toBe('k-~users~7_003f_0041')
    expect(await storageName('a'.repeat(160))).toBe(`k-${'a'.repeat(160)}`)
    expect(await storageName('a'.repeat(161))).toBe('h-1668eb4fad53ba7b37b233bcb819f4a0c38ee2a6d03e204134edcc882bb56ae8')
  })
})

describe('cacheKey', () => {
  it('differs for lists of parts that differ', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 3 }), fc.array(text, { maxLength: 3 }), async (a, b) => {
        const equal = JSON.stringify(a) === JSON.stringify(b)
        expect((await cacheKey(...a)) === (await cacheKey(...b))).toBe(equal)
      }),
      { numRuns: 2000 },
    )
    expect(cacheKey('a', 'b')).not.toBe(cacheKey('a,b'))
    expect(cacheKey('a", "b')).not.toBe(cacheKey('a', 'b'))
  })

  it('is at hand for short parts and bounded for long ones', async () => {
    expect(cacheKey('fetch', 'GET')).toBe('["fetch","GET"]')
    expect(await cacheKey('fetch', 'x'.repeat(1e6))).toMatch(/^sha256:[0-9a-f]{64}$/)
  })
})
