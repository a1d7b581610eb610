import { STATUS_CODES } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serve } from '../../src/adapters/node.ts'
import { HostResponse as Native } from '../../src/runtime/responses.ts'
import { send, serveForTest } from './http.ts'

type ResponseClass = typeof Response

const bytes = (): Uint8Array<ArrayBuffer> => new TextEncoder().encode('bytes ü')
const stream = (...chunks: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

/** Ways in which handlers make a Response, each with the class given. */
const CONSTRUCTIONS: Readonly<Record<string, (R: ResponseClass) => Response>> = {
  'without arguments': (R) => new R(),
  'null body': (R) => new R(null),
  'undefined body and init': (R) => new R(undefined, undefined),
  'empty text': (R) => new R(''),
  text: (R) => new R('hello'),
  'text beyond Latin-1': (R) => new R('žluťoučký 🐎'),
  'a lone surrogate': (R) => new R('a\uD800b'),
  'text with an empty init': (R) => new R('hello', {}),
  'text with empty headers': (R) => new R('hello', { headers: {} }),
  'text with a status': (R) => new R('created', { status: 201 }),
  'text with undefined members': (R) =>
    new R('hello', { status: undefined, statusText: undefined, headers: undefined } as unknown as ResponseInit),
  'text with a media type': (R) => new R('<p>', { headers: { 'Content-Type': 'text/html' } }),
  'text with an empty media type': (R) => new R('x', { headers: { 'content-type': '' } }),
  'text with another header': (R) => new R('x', { headers: { 'X-Test': '1' } }),
  'text with Headers': (R) => new R('x', { headers: new Headers({ 'X-Test': '1' }) }),
  'text with a Map as headers': (R) => new R('x', { headers: new Map([['x-test', '1']]) as unknown as HeadersInit }),
  'text with header pairs': (R) => new R('x', { headers: [['x-test', '1']] }),
  'repeated header pairs': (R) =>
    new R('x', {
      headers: [
        ['vary', 'a'],
        ['Vary', 'b'],
      ],
    }),
  'names that differ in case': (R) => new R('x', { headers: { Vary: 'a', vary: 'b' } }),
  'repeated Set-Cookie': (R) =>
    new R('x', {
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2; Path=/'],
      ],
    }),
  'a value with blanks around': (R) => new R('x', { headers: { 'x-test': ' \t a b ' } }),
  'an empty value': (R) => new R('x', { headers: { 'x-test': '' } }),
  'a number as a value': (R) => new R('x', { headers: { 'x-test': 5 } as unknown as HeadersInit }),
  'an init that is a Response': (R) => new R('copy', new R('first', { status: 202, statusText: 'Fine', headers: { 'x-first': '1' } })),
  'a status without a body': (R) => new R(null, { status: 204 }),
  '304': (R) => new R(null, { status: 304, headers: { etag: '"1"' } }),
  'a status as text': (R) => new R('x', { status: '404' as never }),
  'a status with a fraction': (R) => new R('x', { status: 201.7 }),
  'an init that is null': (R) => new R('x', null as never),
  'null and an init that is null': (R) => new R(null, null as never),
  'json with a status as text': (R) => R.json({}, { status: '403' as never }),
  'redirect with a status as text': (R) => R.redirect('https://example.com/', '301' as never),
  'a rare status': (R) => new R('x', { status: 299 }),
  'a custom status text': (R) => new R('x', { statusText: 'Quite Right' }),
  'a custom status text and no body': (R) => new R(null, { status: 404, statusText: 'Gone Fishing' }),
  Uint8Array: (R) => new R(bytes()),
  'a part of a Uint8Array': (R) => new R(bytes().subarray(2, 4)),
  ArrayBuffer: (R) => new R(bytes().buffer),
  DataView: (R) => new R(new DataView(bytes().buffer, 1, 3)),
  'Buffer with a media type': (R) => new R(Buffer.from('png'), { headers: { 'content-type': 'image/png' } }),
  'Blob without a type': (R) => new R(new Blob(['blob'])),
  'Blob with a type': (R) => new R(new Blob(['blob'], { type: 'text/css' })),
  'Blob with a type and another media type': (R) => new R(new Blob(['b'], { type: 'text/css' }), { headers: { 'content-type': 'a/b' } }),
  URLSearchParams: (R) => new R(new URLSearchParams({ a: '1', b: 'ü &' })),
  'URLSearchParams with a media type': (R) => new R(new URLSearchParams({ a: '1' }), { headers: { 'content-type': 'text/plain' } }),
  stream: (R) => new R(stream('one', 'two')),
  'stream with a media type': (R) => new R(stream('data: 1\n\n'), { headers: { 'content-type': 'text/event-stream' } }),
  'empty stream': (R) => new R(stream()),
  'the body of another Response': (R) => new R(new R('inner').body),
  'the body of another Response and its init': (R) => {
    const inner = new R('inner', { headers: { 'x-inner': '1' } })
    return new R(inner.body, inner)
  },
  'a clone': (R) => new R('cloned', { status: 203, headers: { 'x-test': '1' } }).clone(),
  number: (R) => new R(5 as unknown as BodyInit),
  object: (R) => new R({} as unknown as BodyInit),
  'String object': (R) => new R(new String('object') as unknown as BodyInit),
  'headers changed afterwards': (R) => {
    const response = new R('x', { headers: { 'x-a': '1', 'x-b': '1' } })
    response.headers.set('x-a', '2')
    response.headers.append('x-b', '2')
    response.headers.append('set-cookie', 'a=1')
    response.headers.append('set-cookie', 'b=2')
    return response
  },
  json: (R) => R.json({ a: [1, 'ü', null] }),
  'json null': (R) => R.json(null),
  'json text': (R) => R.json('text'),
  'json with a status': (R) => R.json({}, { status: 418, statusText: 'Teapot' }),
  'json with a media type': (R) => R.json({}, { headers: { 'Content-Type': 'application/problem+json' } }),
  'json with Headers': (R) => R.json({}, { headers: new Headers({ 'x-test': '1' }) }),
  redirect: (R) => R.redirect('https://example.com/a b'),
  'redirect with a status': (R) => R.redirect(new URL('https://example.com/?q=ü'), 308),
}

const FAILURES: Readonly<Record<string, (R: ResponseClass) => Response>> = {
  'status 199': (R) => new R('x', { status: 199 }),
  'status 600': (R) => new R('x', { status: 600 }),
  'status null': (R) => new R('x', { status: null as never }),
  'an init that is a number': (R) => new R('x', 404 as never),
  'bytes with an init that is a text': (R) => new R(bytes(), 'x' as never),
  'json with an init that is null': (R) => R.json({}, null as never),
  'json with an init that is a number': (R) => R.json({}, 404 as never),
  'a locked stream': (R) => {
    const body = stream('x')
    body.getReader()
    return new R(body)
  },
  'a stream that has been read from': (R) => {
    const body = stream('x')
    const reader = body.getReader()
    void reader.read()
    reader.releaseLock()
    return new R(body)
  },
  'status NaN': (R) => new R('x', { status: Number.NaN }),
  '204 with a body': (R) => new R('x', { status: 204 }),
  '304 with an empty text': (R) => new R('', { status: 304 }),
  'header name with a blank': (R) => new R('x', { headers: { 'a b': '1' } }),
  'empty header name': (R) => new R('x', { headers: { '': '1' } }),
  'header value with a line break': (R) => new R('x', { headers: { 'x-test': 'a\nb' } }),
  'header value beyond Latin-1': (R) => new R('x', { headers: { 'x-test': '🐎' } }),
  'status text with a line break': (R) => new R('x', { statusText: 'a\r\nb' }),
  'status 99 with a URLSearchParams': (R) => new R(new URLSearchParams(), { status: 99 }),
  'body that is a symbol': (R) => new R(Symbol('x') as unknown as BodyInit),
  'json undefined': (R) => R.json(undefined),
  'json bigint': (R) => R.json(1n),
  'relative redirect': (R) => R.redirect('/relative'),
  'redirect with status 200': (R) => R.redirect('https://example.com', 200),
}

let served: Served
/** The class that handlers see once a server has been made. */
let Light: ResponseClass
beforeAll(async () => {
  const app = {
    fetch(request: Request): Response {
      const { pathname, search } = new URL(request.url)
      return CONSTRUCTIONS[decodeURIComponent(pathname.slice(1))]!(search === '?native' ? Native : Light)
    },
  }
  served = await serve(app, { port: 0, quiet: true, signals: false, shutdownTimeout: 0 })
  Light = globalThis.Response
})
afterAll(() => served?.close())

const membersOf = (response: Response): object => ({
  status: response.status,
  statusText: response.statusText,
  ok: response.ok,
  type: response.type,
  url: response.url,
  redirected: response.redirected,
  bodyUsed: response.bodyUsed,
  headers: [...response.headers],
})

test('a server replaces the class of the host', () => {
  expect(Light).not.toBe(Native)
  expect(Light.name).toBe('Response')
})

describe.each(Object.entries(CONSTRUCTIONS))('a Response made with %s', (name, construct) => {
  test('has the members of a native one', async () => {
    const light = construct(Light)
    const native = construct(Native)
    expect(membersOf(light)).toEqual(membersOf(native))
    expect(light.body === null).toBe(native.body === null)
    expect(await construct(Light).bytes()).toEqual(await construct(Native).bytes())
    expect(new Uint8Array(await light.arrayBuffer())).toEqual(new Uint8Array(await native.arrayBuffer()))
  })

  test('goes out as the native one would', async () => {
    const native = construct(Native)
    const expected = {
      status: native.status,
      statusText: native.statusText || (STATUS_CODES[native.status] ?? ''),
      headers: [...native.headers],
      body: Buffer.from(await native.arrayBuffer()),
    }
    for (const query of ['', '?native']) {
      const answer = await send(`${served.url}/${encodeURIComponent(name)}${query}`)
      const isOwn = ([name]: readonly [string, string]): boolean =>
        !/^(date|connection|keep-alive|transfer-encoding|content-length)$/.test(name)
      const sorted = answer.headers.filter(isOwn).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      expect({ ...answer, statusText: answer.statusText === 'unknown' ? '' : answer.statusText, headers: sorted }).toEqual(expected)
    }
  })
})

const errorOf = (construct: () => Response): unknown => {
  try {
    construct()
  } catch (error) {
    return (error as Error).constructor
  }
  return 'nothing thrown'
}

test.each(Object.entries(FAILURES))('%s throws what a native Response throws', (_name, construct) => {
  const expected = errorOf(() => construct(Native))
  expect(expected).not.toBe('nothing thrown')
  expect(errorOf(() => construct(Light))).toBe(expected)
})

test.each<[string, (response: Response) => Response | Promise<Response>]>([
  ['nothing more', (response) => response],
  ['a look at the body', (response) => (response.body ? response : response)],
  ['a look at the status text', (response) => (response.statusText === '' ? response : response)],
  ['a clone', (response) => response.clone()],
  ['an answer made of it', (response) => new Response(response.body, response)],
])('a media type that is removed afterwards stays away: %s', async (_name, after) => {
  const { url } = await serveForTest(() => {
    const response = new Response('x')
    response.headers.delete('content-type')
    return after(response)
  })
  for (const method of ['GET', 'HEAD']) expect((await send(url, { method })).headers.map(([name]) => name)).not.toContain('content-type')
})

describe('a header beyond ASCII goes out in UTF-8, as Next.js sends it, beside', () => {
  const NAMED = { 'content-disposition': 'attachment; filename="réport.csv"', 'x-l': 'é', 'set-cookie': 'a=é' }
  const long = 'x'.repeat(10_000)
  test.each<[string, () => Response | Promise<Response>]>([
    ['text', () => new Response('a,b', { headers: NAMED })],
    ['json', () => Response.json({ a: 1 }, { headers: NAMED })],
    [
      'text, where it is set afterwards',
      () => {
        const response = new Response('a,b')
        for (const [name, value] of Object.entries(NAMED)) response.headers.set(name, value)
        return response
      },
    ],
    ['bytes', () => new Response(bytes(), { headers: NAMED })],
    ['many bytes', () => new Response(new TextEncoder().encode(long), { headers: NAMED })],
    ['a Blob', () => new Response(new Blob(['a']), { headers: NAMED })],
    ['an ArrayBuffer', () => new Response(bytes().buffer, { headers: NAMED })],
    ['a URLSearchParams', () => new Response(new URLSearchParams('a=b'), { headers: NAMED })],
    ['a stream', () => new Response(stream('a', 'b'), { headers: NAMED })],
    ['a slow stream', () => new Response(new Blob([long]).stream(), { headers: NAMED })],
    [
      'what fetch gave',
      async () => {
        const { body } = await fetch('data:text/plain,native')
        return new Native(body, { headers: NAMED })
      },
    ],
  ])('%s', async (_name, answer) => {
    const { url } = await serveForTest(answer)
    const chunked = { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }
    for (const received of [await send(url), await send(url, chunked, 'x')]) {
      const utf8 = Object.fromEntries(received.headers.map(([name, value]) => [name, Buffer.from(value, 'latin1').toString()]))
      expect([received.status, utf8]).toEqual([200, expect.objectContaining(NAMED)])
    }
  })
})

test('a stream that is sent a second time is a 500, without a message', async () => {
  let kept: Response | undefined
  const init = { statusText: 'Once', headers: { 'content-length': '4', 'set-cookie': 'a=1' } }
  const { url } = await serveForTest(() => (kept ??= new Response(stream('once'), init)))
  expect(String((await send(url)).body)).toBe('once')
  const { body, headers, status, statusText } = await send(url)
  expect([status, statusText, String(body)]).toEqual([500, 'Internal Server Error', ''])
  expect(headers.map(([name]) => name)).not.toContain('set-cookie')
})

test('FormData goes out with its boundary', async () => {
  const form = new FormData()
  form.set('field', 'ü')
  form.set('file', new File(['text'], 'a.txt', { type: 'text/plain' }))
  const { url } = await serveForTest(() => new Response(form))
  const received = await (await fetch(url)).formData()
  expect(received.get('field')).toBe('ü')
  expect(await (received.get('file') as File).text()).toBe('text')
})

test('native and light ones are both instances of Response; classes derived from it keep their own meaning', () => {
  class Own extends Light {}
  expect(new Light('x')).toBeInstanceOf(Light)
  expect(new Native('x')).toBeInstanceOf(Light)
  expect(new Own('x')).toBeInstanceOf(Light)
  expect(new Own('x')).toBeInstanceOf(Own)
  expect(new Light('x')).not.toBeInstanceOf(Own)
})

test('fetch gives instances of Response', async () => {
  const { url } = await serveForTest(() => new Response('x'))
  expect(await fetch(url)).toBeInstanceOf(Response)
})
