import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LightHeaders } from '../../src/adapters/node-light-headers.ts'

type Pair = [name: string, value: string]

/** What a call gives, or the class of its error. */
function outcome(call: () => unknown): unknown {
  try {
    return { value: call() }
  } catch (error) {
    return { thrown: Object.getPrototypeOf(error).constructor.name }
  }
}

/** Everything that can be seen of headers. */
const seen = (headers: Headers) => ({
  entries: [...headers],
  keys: [...headers.keys()],
  values: [...headers.values()],
  cookies: headers.getSetCookie(),
  got: [...headers.keys()].map((name) => headers.get(name)),
})

interface Operation {
  readonly name: string
  readonly run: (headers: Headers) => unknown
}

/** An object that becomes a text, or an error where the text is a long one. */
const odd = (text: string): object => ({
  toString(): string {
    if (text.length > 3) throw new RangeError(text)
    return text
  },
})

const NAMES = [
  'vary',
  'Vary',
  'set-cookie',
  'Set-Cookie',
  'cookie',
  'content-type',
  'X-A',
  'x-b',
  'x-',
  '__proto__',
  'constructor',
  '7',
  '10',
]
const name = fc.oneof(
  { arbitrary: fc.constantFrom<unknown>(...NAMES), weight: 12 },
  { arbitrary: fc.constantFrom<unknown>('', 'a b', 'é', '\u212a', 'a:', 'a\n', undefined, null, 5, Symbol('s')), weight: 1 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 4 }), weight: 1 },
  { arbitrary: fc.string({ maxLength: 4 }).map((text) => odd(text)), weight: 1 },
)
const value = fc.oneof(
  { arbitrary: fc.string(), weight: 4 },
  {
    arbitrary: fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\n', '\r', '\0', '\x01', '\x7f', 'é', '\xff', 'ž', '🐎'), maxLength: 5 }),
    weight: 4,
  },
  { arbitrary: fc.constantFrom<unknown>('', ' ', '\t x \r\n', 'Origin', undefined, null, 7, {}, Symbol('s')), weight: 2 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 5 }).map((text) => odd(text)), weight: 1 },
)

type Method = 'append' | 'delete' | 'get' | 'getSetCookie' | 'has' | 'set'
const call = (method: Method, args: readonly unknown[]): Operation => ({
  name: `${method}(${args.map((arg) => inspect(arg)).join(', ')})`,
  run: (headers) => (headers[method] as (...args: unknown[]) => unknown)(...args),
})
const write = fc.oneof(
  fc.tuple(fc.constantFrom<Method>('append', 'set'), fc.tuple(name, value)),
  fc.tuple(fc.constant<Method>('delete'), fc.tuple(name)),
)
const plainOperation = fc
  .oneof(
    { arbitrary: write, weight: 6 },
    { arbitrary: fc.tuple(fc.constantFrom<Method>('get', 'has'), fc.tuple(name)), weight: 2 },
    { arbitrary: fc.constant<[Method, unknown[]]>(['getSetCookie', []]), weight: 1 },
    {
      arbitrary: fc.tuple(fc.constantFrom<Method>('append', 'set', 'delete', 'get', 'has'), fc.constantFrom<unknown[][]>([], ['x'])),
      weight: 1,
    },
  )
  .map(([method, args]) => call(method, args))

/** Iterates, and at some steps changes what is iterated. */
const iterating = fc
  .tuple(
    fc.constantFrom('forEach', 'entries', 'keys', 'values'),
    fc.dictionary(
      fc.constantFrom('0', '1', '2', '3', '4'),
      write.map(([method, args]) => call(method, args)),
      { minKeys: 1 },
    ),
  )
  .map(
    ([how, changes]): Operation => ({
      name: `${how} with ${inspect(Object.entries(changes).map(([step, { name }]) => `${step}: ${name}`))}`,
      run(headers) {
        const steps: unknown[] = []
        const step = (...given: unknown[]): void => {
          const change = changes[steps.length / 2]
          steps.push(given, change && outcome(() => change.run(headers)))
        }
        if (how === 'forEach') {
          headers.forEach((value, name, self) => {
            step(value, name, self === headers)
          })
        } else {
          const iterator = headers[how as 'entries']()
          for (const item of iterator) step(item)
          // An exhausted one goes on once there is more.
          headers.append('zzz', '1')
          steps.push(iterator.next(), iterator.next())
        }
        return steps
      },
    }),
  )

const start = fc.dictionary(
  fc.constantFrom('vary', 'content-type', 'cookie', 'x-b', '__proto__', 'constructor', '7'),
  fc.constantFrom('', 'a', 'b c', 'text/plain'),
)
const script = fc.record({
  start,
  operations: fc.array(fc.oneof({ arbitrary: plainOperation, weight: 5 }, { arbitrary: iterating, weight: 1 }), { maxLength: 12 }),
})

const nativeOf = (record: Record<string, string>): Headers => new Headers(Object.entries(record))

function namesIn(object: object): string[] {
  const names: string[] = []
  for (const name in object) names.push(name)
  return names.sort()
}

function thisOf(headers: Headers, ...thisArg: unknown[]): unknown[] {
  const all: unknown[] = []
  headers.forEach(
    function (this: unknown, ...given) {
      all.push(this === globalThis ? 'global' : this, given.length, given[0], given[1], given[2] === headers)
    },
    ...thisArg,
  )
  return all
}

describe('like the host’s Headers', () => {
  test('after every sequence of calls', () => {
    fc.assert(
      fc.property(script, ({ start, operations }) => {
        const light = new LightHeaders(Object.freeze(start))
        const native = nativeOf(start)
        expect(seen(light)).toEqual(seen(native))
        for (const { name, run } of operations) {
          expect([name, outcome(() => run(light))]).toEqual([name, outcome(() => run(native))])
          expect([name, seen(light)]).toEqual([name, seen(native)])
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('with more names than are remembered', () => {
    const [light, native] = [new LightHeaders({}), new Headers()]
    for (const headers of [light, native]) {
      for (let i = 0; i < 1000; i++) headers.append(`X-${i % 700}`, `${i}`)
      headers.append('x-'.repeat(100), 'long')
      headers.delete('x-5')
    }
    expect(seen(light)).toEqual(seen(native))
  })

  test.each<[what: string, use: (headers: Headers) => unknown]>([
    ['instanceof', (headers) => headers instanceof Headers],
    ['constructor', (headers) => headers.constructor === Headers],
    ['toString', (headers) => String(headers)],
    ['own keys', (headers) => Reflect.ownKeys(headers)],
    ['spread', (headers) => ({ ...headers })],
    ['for in', (headers) => namesIn(headers)],
    ['JSON', (headers) => JSON.stringify(headers)],
    ['inspect', (headers) => [inspect(headers), inspect({ a: { headers } }), inspect({ a: { headers } }, { depth: 1 })]],
    ['inspect with options', (headers) => [inspect(headers, { depth: -1 }), inspect(headers, { colors: true, compact: false })]],
    ['structuredClone', (headers) => structuredClone(headers)],
    ['iterator', (headers) => [inspect(headers.entries()), String(headers.keys()), Reflect.ownKeys(headers.values())]],
    ['for in an iterator', (headers) => namesIn(headers.keys())],
    ['iterator is entries', (headers) => headers[Symbol.iterator] === headers.entries],
    ['iterator of an iterator', (headers) => [...headers.entries()[Symbol.iterator]()]],
    [
      'iterator prototype',
      (headers) =>
        Object.getPrototypeOf(Object.getPrototypeOf(headers.keys())) === Object.getPrototypeOf(Object.getPrototypeOf([].values())),
    ],
    ['next of another object', (headers) => headers.keys().next.call({} as never)],
    ['lengths', (headers) => (['append', 'set', 'get', 'has', 'delete', 'forEach', 'entries'] as const).map((key) => headers[key].length)],
    [
      'this',
      (headers) =>
        (['getSetCookie', 'forEach', 'entries', 'get'] as const).map((key) =>
          outcome(() => (headers[key] as (name: string) => unknown).call({}, 'x')),
        ),
    ],
    ['forEach without a callback', (headers) => outcome(() => (headers.forEach as () => void).call(headers))],
    ['forEach with no function', (headers) => outcome(() => headers.forEach({} as never))],
    ['forEach', (headers) => thisOf(headers, 'this')],
    ['forEach without this', (headers) => thisOf(headers)],
    ['changes of what was handed out', (headers) => [headers.getSetCookie().push('c'), [...headers][0]!.reverse(), seen(headers)]],
    ['new Headers', (headers) => [...new Headers(headers)]],
    ['new Response', (headers) => [...new Response(null, { headers }).headers]],
    ['new Request', (headers) => [...new Request('http://host/', { headers }).headers]],
    ['Object.fromEntries', (headers) => Object.fromEntries(headers)],
    ['Map', (headers) => new Map(headers)],
  ])('%s', (_what, use) => {
    const [light, native] = [
      new LightHeaders({ 'content-type': 'text/plain', vary: 'a' }),
      new Headers({ 'content-type': 'text/plain', vary: 'a' }),
    ]
    for (const headers of [light, native]) {
      headers.append('vary', 'b')
      headers.append('set-cookie', 'a=1')
      headers.append('set-cookie', 'b=2')
    }
    expect(outcome(() => use(light))).toEqual(outcome(() => use(native)))
  })

  test('with nothing in it', () => {
    expect(inspect(new LightHeaders({}))).toBe(inspect(new Headers()))
    expect(seen(new LightHeaders({}))).toEqual(seen(new Headers()))
    expect(outcome(() => new LightHeaders({}).forEach({} as never))).toEqual({ thrown: 'TypeError' })
  })
})

describe('a shared record', () => {
  test('is never changed, and those made of it don’t see one another’s changes', () => {
    fc.assert(
      fc.property(start, fc.array(plainOperation), fc.array(plainOperation), (start, first, second) => {
        const copy = nativeOf(start)
        const shared = Object.freeze(start)
        const headers = [new LightHeaders(shared), new LightHeaders(shared)] as const
        const natives = [nativeOf(start), nativeOf(start)] as const
        for (let i = 0; i < Math.max(first.length, second.length); i++) {
          for (const [which, operations] of [first, second].entries()) {
            const operation = operations[i]
            if (!operation) continue
            outcome(() => operation.run(headers[which]!))
            outcome(() => operation.run(natives[which]!))
          }
        }
        expect(seen(nativeOf(shared))).toEqual(seen(copy))
        expect(headers.map(seen)).toEqual(natives.map(seen))
      }),
    )
  })

  test('is handed on as it is until something changes', () => {
    const record = { vary: 'a' }
    const headers = new LightHeaders(record)
    headers.delete('content-length')
    headers.append('set-cookie', 'a=1')
    expect([headers.get('vary'), headers.has('x'), [...headers.keys()]]).toEqual(['a', false, ['set-cookie', 'vary']])
    expect(LightHeaders.recordOf(headers)).toBe(record)
    headers.set('vary', 'b')
    expect(LightHeaders.recordOf(headers)).toEqual({ vary: 'b' })
    expect(record).toEqual({ vary: 'a' })
  })
})

describe('for the sender', () => {
  const PRINTABLE = /^[\t\x20-\x7e]*$/

  test('gives all headers, and knows where all are printable', () => {
    let unprintable = 0
    fc.assert(
      fc.property(script, ({ start, operations }) => {
        const headers = new LightHeaders(start)
        for (const { run } of operations) outcome(() => run(headers))
        const record = LightHeaders.recordOf(headers) ?? {}
        const pairs: Pair[] = [...Object.entries(record), ...LightHeaders.cookiesOf(headers).map((line): Pair => ['set-cookie', line])]
        expect(new Map(pairs.filter(([name]) => name !== 'set-cookie'))).toEqual(
          new Map([...headers].filter(([name]) => name !== 'set-cookie')),
        )
        expect(LightHeaders.cookiesOf(headers)).toEqual(headers.getSetCookie())
        expect(Object.hasOwn(record, 'set-cookie')).toBe(false)
        if (pairs.every(([, value]) => PRINTABLE.test(value))) return
        unprintable++
        expect(LightHeaders.isPrintable(headers)).toBe(false)
      }),
      { numRuns: 1000 },
    )
    expect(unprintable).toBeGreaterThan(20)
  })

  test('takes what is printable for so', () => {
    const headers = new LightHeaders({ vary: 'a' })
    for (const value of ['', ' a\tb ', '~', 'Origin', 'x'.repeat(1000)]) headers.append('vary', value)
    headers.append('set-cookie', 'a="b"; Path=/')
    expect(outcome(() => headers.set('vary', 'ž'))).toEqual({ thrown: 'TypeError' })
    expect(LightHeaders.isPrintable(headers)).toBe(true)
    headers.append('set-cookie', 'é')
    expect(LightHeaders.isPrintable(headers)).toBe(false)
  })

  test('knows its own alone', () => {
    expect(LightHeaders.recordOf(new Headers())).toBeUndefined()
    expect(LightHeaders.recordOf({})).toBeUndefined()
  })

  test('keeps headers that come in the way of a plain record', () => {
    const headers = new LightHeaders({})
    headers.set('__proto__', 'a')
    headers.append('__proto__', 'b')
    headers.set('constructor', 'c')
    headers.delete('x')
    headers.set('x', 'y')
    headers.delete('x')
    expect(Object.entries(LightHeaders.recordOf(headers) ?? {})).toEqual([
      ['__proto__', 'a, b'],
      ['constructor', 'c'],
    ])
  })
})

test('takes linear time for whitespace amidst a value', () => {
  const headers = new LightHeaders({})
  const value = `é${' '.repeat(200_000)}é`
  const start = performance.now()
  headers.set('x', value)
  expect(performance.now() - start).toBeLessThan(1000)
  expect(headers.get('x')).toBe(value)
})
