import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeEntry, encodeEntry } from '../../src/cache/codec.js'
import type { CacheEntry, JsonValue } from '../../src/cache/store.js'
import { decodeTagState, encodeTagState } from '../../src/cache/tag-state.js'

const time = fc.double({ min: 0, max: 2e12, noNaN: true }).map(Math.abs)
const entry: fc.Arbitrary<CacheEntry> = fc.record(
  {
    value: fc.jsonValue() as fc.Arbitrary<JsonValue>,
    body: fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    ),
    tags: fc.array(fc.string()),
    startedAt: time,
    createdAt: time,
    revalidate: fc.oneof(fc.constant<false>(false), time),
    expire: time,
  },
  { requiredKeys: ['value', 'tags', 'startedAt', 'createdAt', 'revalidate'] },
)

it('gives back every entry as JSON would', () => {
  fc.assert(
    fc.property(entry, (given) => {
      const { body, ...rest } = given
      const { body: decodedBody, ...decoded } = decodeEntry(encodeEntry(given)) ?? {}
      expect(JSON.stringify(decoded)).toBe(JSON.stringify(rest))
      expect(decodedBody).toEqual(body)
    }),
    { numRuns: 1000 },
  )
})

it('reads no entry from a text that was cut, mixed or made by others', () => {
  const one = encodeEntry({ value: 1, body: new Uint8Array(50).fill(97), tags: [], startedAt: 1, createdAt: 1, revalidate: false })
  const other = encodeEntry({ value: 2, body: new Uint8Array(50).fill(98), tags: [], startedAt: 1, createdAt: 1, revalidate: false })
  for (let cut = 0; cut < one.length; cut++) expect(decodeEntry(one.slice(0, cut))).toBeUndefined()
  for (let cut = 1; cut < one.length; cut += 7) expect(decodeEntry(one.slice(0, cut) + other.slice(cut))?.value).not.toBe(1)
  for (const text of [null, undefined, 7, {}, '', 'x', '{"value":1}', one.replace('everyroute/1', 'everyroute/2')]) {
    expect(decodeEntry(text)).toBeUndefined()
  }
})

it('keeps text bodies readable', () => {
  const stored = encodeEntry({
    value: null,
    body: new TextEncoder().encode('{"é":1}'),
    tags: ['t'],
    startedAt: 1,
    createdAt: 1,
    revalidate: 60,
  })
  expect(stored.split('\n')[1]).toBe('{"é":1}')
})

it('gives back every tag state, and one that expires everything for what it cannot read', () => {
  for (const state of [
    { expiredAt: 1_760_000_000_000.001, staleAt: 0, staleUntil: Number.POSITIVE_INFINITY },
    { expiredAt: 0, staleAt: 7, staleUntil: 9.5 },
  ]) {
    expect(decodeTagState(encodeTagState(state))).toEqual(state)
  }
  expect(decodeTagState(null)).toBeUndefined()
  for (const text of ['', '1', '1 2', '1 2 x', '-1 2 3', '1 2 3 4', 7, {}])
    expect(decodeTagState(text)?.expiredAt).toBe(Number.POSITIVE_INFINITY)
})
