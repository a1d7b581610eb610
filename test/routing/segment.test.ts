import { describe, expect, test } from 'vitest'
import { parseSegment, segmentNotation } from '../../src/routing/segment.js'
import { caught } from './caught.js'

describe('parseSegment', () => {
  test.each([
    ['users', 'static', 'users', 'users'],
    ['.well-known', 'static', '.well-known', '.well-known'],
    ['[id]', 'dynamic', 'id', '[id]'],
    ['[a b]', 'dynamic', 'a b', '[a b]'],
    ['[é]', 'dynamic', 'é', '[é]'],
    ['[a%5Fb]', 'dynamic', 'a_b', '[a_b]'],
    ['[...path]', 'catch-all', 'path', '[...path]'],
    ['[[...path]]', 'optional-catch-all', 'path', '[[...path]]'],
    ['(shop)', 'group', 'shop', ''],
    ['()', 'group', '', ''],
    ['@modal', 'slot', 'modal', ''],
    ['_lib', 'private', 'lib', ''],
    ['%5Finternal', 'static', '_internal', '_internal'],
    ['a%5Fb%5Fc', 'static', 'a_b_c', 'a_b_c'],
    ['%5fx', 'static', '%5fx', '%5fx'],
    // Next.js matches these literally: the brackets or parentheses are not the whole name.
    ['v[id]', 'static', 'v[id]', 'v[id]'],
    ['[id]v', 'static', '[id]v', '[id]v'],
    ['[', 'static', '[', '['],
    ['(a)b', 'static', '(a)b', '(a)b'],
    ['(.)photo', 'static', '(.)photo', '(.)photo'],
    ['%5Bid%5D', 'static', '%5Bid%5D', '%5Bid%5D'],
  ])('%s is %s', (text, kind, name, notation) => {
    const segment = parseSegment(text)
    expect(segment).toEqual({ kind, text, name })
    expect(segmentNotation(segment)).toBe(notation)
  })

  test.each([
    ['[]', 1, 'no name'],
    ['[...]', 4, 'no name'],
    ['[[...]]', 5, 'no name'],
    ['[[id]]', 1, 'cannot be optional'],
    ['[[[id]]]', 1, 'extra bracket'],
    ['[[...a]', 1, 'extra bracket'],
    ['[...a]]', 5, 'extra bracket'],
    ['[a][b]', 2, 'extra bracket'],
    ['[.id]', 1, 'cannot start with "."'],
    ['[..id]', 1, 'cannot start with "."'],
    ['[....id]', 4, 'cannot start with "."'],
    ['[…id]', 1, '"…"'],
    ['[id…]', 3, '"…"'],
    ['[[...…id]]', 5, '"…"'],
  ])('%s is refused at index %i', (text, index, reason) => {
    const error = caught(() => parseSegment(text))
    expect(error.code).toBe('ERR_SEGMENT_SYNTAX')
    expect(error.message).toContain(`"${text}"`)
    expect(error.message).toContain(reason)
    expect(error.message).toContain(`index ${index}`)
    expect(error.frame).toBe(`${text}\n${' '.repeat(index)}^`)
    expect(error.fix).toMatch(/\.$/)
  })
})
