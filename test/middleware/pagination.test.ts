import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { paginated, paginationQuery } from '../../src/middleware/pagination.js'

const validate = (query: Record<string, unknown>, options?: Parameters<typeof paginationQuery>[0]) =>
  paginationQuery(options)['~standard'].validate(query)

describe('paginationQuery', () => {
  test.each([
    [{}, { page: 1, limit: 20, offset: 0 }],
    [{ page: '3' }, { page: 3, limit: 20, offset: 40 }],
    [
      { page: '2', limit: '100', q: 'x' },
      { page: 2, limit: 100, offset: 100 },
    ],
    [{ page: '007' }, { page: 7, limit: 20, offset: 120 }],
  ])('%o is %o', (query, value) => {
    expect(validate(query)).toEqual({ value })
  })

  test.each(['0', '-1', '1.5', '1e2', '0x10', '', ' 1', '+1', 'NaN', 'Infinity', '90071992547410', '99999999999999999999', '١'])(
    'refuses page=%s',
    (page) => {
      expect(validate({ page })).toEqual({ issues: [{ path: ['page'], message: 'must be a whole number from 1 to 90071992547409' }] })
    },
  )

  test('refuses a limit above the highest, names that come twice, and says all that is wrong', () => {
    expect(validate({ limit: '101', page: ['1', '2'] })).toEqual({
      issues: [
        { path: ['page'], message: 'must be given once' },
        { path: ['limit'], message: 'must be a whole number from 1 to 100' },
      ],
    })
    expect(validate({ limit: '6' }, { maxLimit: 5 })).toHaveProperty('issues')
    expect(validate({}, { maxLimit: 5 })).toEqual({ value: { page: 1, limit: 5, offset: 0 } })
    expect(paginationQuery()['~standard'].validate(null)).toHaveProperty('issues')
  })

  test('the offset of every page that is taken is exact', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.bigInt({ min: 1n, max: 10n ** 16n }), (maxLimit, page) => {
        const result = validate({ page: String(page), limit: String(maxLimit) }, { maxLimit })
        if ('value' in result) expect(BigInt((result.value as { offset: number }).offset)).toBe((page - 1n) * BigInt(maxLimit))
        else expect(page * BigInt(maxLimit)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
      }),
    )
  })

  test('filters of another schema join the value and the faults', async () => {
    const schema = paginationQuery({ filters: z.strictObject({ q: z.string().optional(), price: z.coerce.number().default(5) }) })
    const result = await schema['~standard'].validate({ page: '2', q: 'tea' })
    expect(result).toEqual({ value: { page: 2, limit: 20, offset: 20, q: 'tea', price: 5 } })
    if (!result.issues) {
      expectTypeOf(result.value.q).toEqualTypeOf<string | undefined>()
      expectTypeOf(result.value.price).toEqualTypeOf<number>()
      expectTypeOf(result.value.page).toEqualTypeOf<number>()
    }
    const faults = await schema['~standard'].validate({ page: 'x', price: 'dear' })
    expect(faults.issues?.map(({ path }) => path)).toEqual([['page'], ['price']])
    const asynchronous = paginationQuery({ filters: z.object({ q: z.string().refine(async () => false, 'no') }) })
    expect((await asynchronous['~standard'].validate({ q: 'a' })).issues).toMatchObject([{ message: 'no', path: ['q'] }])
  })

  test('is known as JSON Schema', () => {
    expect(paginationQuery({ maxLimit: 50 })['~standard'].jsonSchema.input({ target: 'draft-2020-12' })).toMatchObject({
      type: 'object',
      properties: { page: { minimum: 1, default: 1 }, limit: { minimum: 1, maximum: 50, default: 20 } },
    })
  })

  test.each([[{ maxLimit: 0 }], [{ maxLimit: 1.5 }], [{ maxLimit: 2_000_000 }], [{ defaultLimit: 101 }], [{ defaultLimit: Number.NaN }]])(
    'refuses the options %o',
    (options) => {
      expect(() => paginationQuery(options)).toThrow(TypeError)
      expect(() => paginationQuery(options)).toThrow(/^paginationQuery\(\): (maxLimit|defaultLimit) is .*: give a whole number from 1 to/)
    },
  )
})

/** The links of an answer by relation. */
function linksOf(response: Response): Record<string, string> {
  const header = response.headers.get('link') ?? ''
  return Object.fromEntries([...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel!, url!]))
}

const page = (number: number, total: number, url = 'http://localhost/items', options = {}) =>
  paginated(new Request(url), { data: ['a'], page: number, limit: 10, total }, options)

describe('paginated', () => {
  test('answers the page with its links', async () => {
    const response = page(2, 35, 'http://localhost/items?q=a+b&q=%22%3E&page=2')
    expect(await response.json()).toEqual({ data: ['a'], page: 2, limit: 10, total: 35 })
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const query = (number: number) => `?q=a+b&q=%22%3E&page=${number}&limit=10`
    expect(linksOf(response)).toEqual({ first: query(1), prev: query(1), next: query(3), last: query(4) })
  })

  test('relative links lead to the same list from whatever address the client asked, and keep its query', () => {
    const { next } = linksOf(page(1, 35, 'http://localhost/items?sort=%C3%A4%26b'))
    const followed = new URL(next!, 'https://shop.example/base/items?sort=x&page=1')
    expect(followed.origin + followed.pathname).toBe('https://shop.example/base/items')
    expect([...followed.searchParams]).toEqual([
      ['sort', 'ä&b'],
      ['limit', '10'],
      ['page', '2'],
    ])
  })

  test.each([
    [1, 0, { first: 1, last: 1 }],
    [1, 10, { first: 1, last: 1 }],
    [1, 11, { first: 1, next: 2, last: 2 }],
    [2, 11, { first: 1, prev: 1, last: 2 }],
    [9, 11, { first: 1, prev: 2, last: 2 }],
    [9, 0, { first: 1, prev: 1, last: 1 }],
    [90_071_992_547_409, 11, { first: 1, prev: 2, last: 2 }],
  ])('page %i of %i items links to %o', (number, total, pages) => {
    const links = Object.entries(linksOf(page(number, total))).map(([rel, url]) => [rel, Number(new URLSearchParams(url).get('page'))])
    expect(Object.fromEntries(links)).toEqual(pages)
  })

  test('absolute links are made of the address given', () => {
    const { last } = linksOf(page(1, 11, 'http://internal/items?q=1', { url: 'https://api.example/v1/items?old=1' }))
    expect(last).toBe('https://api.example/v1/items?q=1&limit=10&page=2')
  })

  test('refuses an address that is not absolute', () => {
    const message = 'paginated(): url is /v1/items: give an absolute one such as https://api.example.com/items, or none.'
    expect(() => page(1, 11, undefined, { url: '/v1/items' })).toThrow(new TypeError(message))
  })

  test('other headers stay, other links too', () => {
    const { headers } = page(1, 0, undefined, { headers: { link: '<a.css>; rel="preload"', 'x-own': '1' } })
    expect(headers.get('x-own')).toBe('1')
    expect(headers.get('link')).toMatch(/^<a\.css>; rel="preload", <\?/)
  })

  test.each([
    [{ total: '35' }, 'paginated(): total is "35": give a whole number from 0 to 9007199254740991.'],
    [{ total: -1 }, 'total is -1'],
    [{ total: undefined }, 'total is undefined'],
    [{ limit: 0 }, 'limit is 0'],
    [{ page: 1.5 }, 'page is 1.5'],
  ])('refuses %o', (wrong, message) => {
    const given = { data: [], page: 1, limit: 1, total: 1, ...wrong } as never
    expect(() => paginated(new Request('http://localhost'), given)).toThrow(TypeError)
    expect(() => paginated(new Request('http://localhost'), given)).toThrow(message)
  })

  test('its answer is typed as it arrives', () => {
    type Sent = ReturnType<typeof paginated<{ at: Date; name: string }>>['_data']
    expectTypeOf<Sent['data'][number]>().toEqualTypeOf<{ at: string; name: string }>()
    expectTypeOf<Sent['total']>().toEqualTypeOf<number>()
  })
})
