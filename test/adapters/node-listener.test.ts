import { Agent, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { NextRequest } from '../../src/next/server.ts'
import { type Answer, open, read, send, serveForTest } from './http.ts'

/**
 * Plain requests go a shorter way than others. A Host header with capitals is enough to go the long one: what the app sees and what
 * it answers have to be the same on both.
 */

const seen = async (request: Request, env: unknown): Promise<object> => ({
  method: request.method,
  url: request.url,
  headers: [...request.headers].filter(([name]) => name !== 'host').sort(),
  cookie: request.headers.get('cookie'),
  type: request.headers.get('content-type'),
  mode: [request.cache, request.credentials, request.redirect, request.destination],
  isRequest: request instanceof Request && request instanceof NextRequest,
  aborted: request.signal.aborted,
  bindings: Object.keys(env as object).filter((key) => key === 'incoming' || key === 'outgoing'),
  body: request.method === 'GET' ? null : await request.text(),
  used: request.bodyUsed,
})

const NativeRequest = globalThis.Request

const answers: Record<string, (request: Request, env: unknown) => Response | Promise<Response>> = {
  '/seen': async (request, env) => Response.json(await seen(request, env)),
  '/clone': async (request) => Response.json([await request.clone().text(), await request.text()]),
  '/again': async (request) => Response.json(await seen(new Request(request, { headers: { 'x-new': '1' } }), {})),
  '/form': async (request) => Response.json([...(await request.formData())]),
  '/blob': async (request) => Response.json((await request.blob()).type),
  '/stream-in': async (request) => new Response(request.body),
  '/unread': () => new Response('not read'),
  '/used': async (request) => {
    const text = request.text()
    const used = request.bodyUsed
    const again = await request.json().catch(String)
    return Response.json([used, await text, again, request.bodyUsed, request.body === null])
  },
  '/invalid': async (request) => Response.json(await request.json().catch(String)),
  '/buffer': async (request) => Response.json([...new Uint8Array(await request.arrayBuffer())]),
  '/read-bytes': async (request) => {
    const bytes = await request.bytes()
    return Response.json([bytes.constructor.name, [...bytes], request.bodyUsed, await request.bytes().catch(({ name }: Error) => name)])
  },
  '/late-body': async (request) => {
    await sleep(20)
    return Response.json(await request.text())
  },
  '/clone-after': async (request) => {
    await request.text()
    try {
      return Response.json(await request.clone().text())
    } catch (error) {
      return Response.json(String(error))
    }
  },
  '/native-while-read': async (request) => {
    const text = request.text()
    void request.mode
    return Response.json([(await text).length, request.bodyUsed])
  },
  '/native-while-json': async (request) => {
    const value = request.json().catch(String)
    void request.mode
    return Response.json([await value, request.bodyUsed])
  },
  '/body-while-read': async (request) => {
    const text = request.text()
    const { body } = request
    return Response.json([(await text).length, body?.locked])
  },
  '/blob-first': async (request) => {
    const { type } = await request.blob()
    return Response.json([type, request.headers.get('x-forwarded-proto'), request.headers.get('authorization')])
  },
  '/cookies-first': async ({ headers }) => Response.json([headers.getSetCookie(), headers.get('x-forwarded-proto')]),
  '/status-control': () => new Response('x', { statusText: 'a\u0001b' }),
  '/set-first': async ({ headers }) => {
    headers.set('accept', 'set')
    return Response.json([headers.get('accept'), headers.has('accept')])
  },
  '/append-first': async ({ headers }) => {
    headers.append('accept', 'more')
    return Response.json(headers.get('accept'))
  },
  '/delete-first': async ({ headers }) => {
    headers.delete('accept')
    return Response.json([headers.get('accept'), headers.has('accept')])
  },
  '/each': async ({ headers }) => {
    const names: string[] = []
    headers.forEach((value, name, self) => void names.push(`${name} ${name === 'host' ? '' : value} ${self === headers}`))
    return Response.json(names)
  },
  '/changed-cookies': async () => {
    const response = Response.json({ a: 1 })
    response.headers.append('set-cookie', 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT')
    response.headers.append('set-cookie', 'b=2, c=3')
    return response
  },
  '/changed-beyond': async () => {
    const response = new Response('text', { headers: { 'x-one': '1' } })
    response.headers.set('x-text', 'é')
    return response
  },
  '/names': async ({ headers }) => {
    const names = ['Authorization', 'authorization', 'X-Forwarded-For', 'x-forwarded-host', 'x-none', 'constructor', 'set-cookie', 'Cookie']
    const before = names.map((name) => [headers.get(name), headers.has(name)])
    headers.set('x-none', 'set')
    headers.append('authorization', 'more')
    headers.delete('accept')
    const bad = ['', 'é', 'a b', undefined].map((name) => {
      try {
        return headers.get(name as string)
      } catch (error) {
        return (error as Error).name
      }
    })
    const after = [...names, 'accept'].map((name) => [headers.get(name), headers.has(name)])
    return Response.json({ before, bad, after, keys: [...headers.keys()], values: [...headers.values()].length })
  },
  '/sync': () => new Response('text'),
  '/empty': () => new Response(null, { status: 204 }),
  '/null': () => new Response(null),
  '/bytes': () => new Response(new Uint8Array([1, 2, 255])),
  '/blob-out': () => new Response(new Blob(['blob'], { type: 'text/x-blob' })),
  '/status-text': () => new Response('x', { status: 299, statusText: 'Héllo' }),
  '/beyond': async () => new Response('grüße 🎉', { headers: { 'x-text': 'é' } }),
  '/cookies': async () => {
    const headers = new Headers({ 'x-one': '1' })
    headers.append('set-cookie', 'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT')
    headers.append('set-cookie', 'b=2')
    return new Response('cookies', { headers })
  },
  '/length': () => new Response('four', { headers: { 'content-length': '4' } }),
  '/changed': () => {
    const response = Response.json({ a: 1 })
    response.headers.set('x-late', 'yes')
    return response
  },
  '/stream': () => new Response(new Blob(['a', 'b']).stream()),
  '/control': () => new Response('x', { headers: { 'x-control': 'a\u0001b' } }),
  '/rejects': () => Promise.reject(new Error('rejected')),
  '/nothing': () => undefined as never,
  '/native': async () => fetch('data:text/plain,native'),
}

const JSON_BODY = { 'content-type': 'application/json', 'content-length': '7' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '7' }

const REQUESTS: [name: string, path: string, options?: RequestOptions, body?: string][] = [
  ...Object.keys(answers).map((path): [string, string] => [path, path]),
  ['a query', '/seen?a=b%20c&d=%C3%A9'],
  ['cookies', '/seen', { headers: { cookie: 'a=1; b=2' } }],
  ['repeated lines', '/seen', { headers: ['authorization', 'one', 'Authorization', 'two', 'cookie', 'a=1', 'cookie', 'b=2'] as never }],
  ['forwarded', '/seen', { headers: { 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'https' } }],
  ['HEAD', '/seen', { method: 'HEAD' }],
  ['JSON', '/seen', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['PUT', '/seen', { method: 'PUT', headers: JSON_BODY }, '{"a":1}'],
  ['PATCH in chunks', '/seen', { method: 'PATCH', headers: { 'transfer-encoding': 'chunked' } }, 'text'],
  ['DELETE', '/seen', { method: 'DELETE' }],
  ['OPTIONS', '/seen', { method: 'OPTIONS' }],
  ['a clone', '/clone', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['another request', '/again', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a form', '/form', { method: 'POST', headers: FORM }, 'a=1&b=2'],
  ['a blob', '/blob', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a stream sent back', '/stream-in', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a body that nobody reads', '/unread', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a body that is read twice', '/used', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a native request while JSON is read', '/native-while-json', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  ['a body that is no JSON', '/invalid', { method: 'POST', headers: { 'content-length': '4' } }, '{"a"'],
  ['bytes', '/buffer', { method: 'POST', headers: { 'content-length': '6' } }, '{"ä":'],
  ['bytes as an array', '/read-bytes', { method: 'POST', headers: { 'content-length': '6' } }, '{"ä":'],
  ['bytes that come in chunks', '/read-bytes', { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } }, 'text'],
  ['a mark before the text', '/seen', { method: 'POST', headers: { 'content-length': '4' } }, '\ufeffa'],
  ['a body that is read late', '/late-body', { method: 'PUT', headers: JSON_BODY }, '{"a":1}'],
  ['a clone of what has been read', '/clone-after', { method: 'POST', headers: JSON_BODY }, '{"a":1}'],
  [
    'names of headers',
    '/names',
    { headers: ['authorization', 'one', 'Authorization', 'two', 'accept', 'a', 'x-forwarded-for', '192.0.2.9'] as never },
  ],
  ['names of few headers', '/names'],
  ...['/set-first', '/append-first', '/delete-first', '/each'].map((path): [string, string, RequestOptions] => [
    path,
    path,
    { headers: { accept: 'a' } },
  ]),
  ...['/native-while-read', '/body-while-read'].flatMap((path): [string, string, RequestOptions, string][] => [
    [`${path}, little`, path, { method: 'PATCH', headers: { 'content-length': '7' } }, '{"a":1}'],
    [`${path}, much`, path, { method: 'PATCH', headers: { 'content-length': '500000' } }, 'x'.repeat(500_000)],
  ]),
  [
    'a blob before headers',
    '/blob-first',
    { method: 'POST', headers: ['content-length', '1', 'content-type', 'a/b', 'authorization', 'one', 'authorization', 'two'] as never },
    'x',
  ],
  ['cookies before headers', '/cookies-first'],
  ['quotes', '/seen', { path: "/seen/'a'?a='b'" }],
  ['percent-encoding', '/seen', { path: '/seen?a=%2e%2e%zz' }],
  ['encoded dots', '/seen', { path: '/x/%2e%2E/seen' }],
  ['dots', '/seen', { path: '/x/../seen?a=/../b' }],
  ['a dot at the end', '/seen', { path: '/seen/x/..' }],
  ['dots of a name', '/seen', { path: '/seen?/.hidden' }],
  ['no body', '/seen', { method: 'POST', headers: { 'content-length': '0' } }],
]

const sent = ({ body, headers, status, statusText }: Answer): object => ({
  status,
  statusText,
  headers: headers.filter(([name]) => name !== 'date').sort(),
  body: body.toString('latin1'),
})

function withHost(options: RequestOptions, host: string): RequestOptions {
  const { headers = {} } = options
  const more = ['x-forwarded-host', 'localhost', 'host', host]
  return { ...options, headers: (Array.isArray(headers) ? [...headers, ...more] : Object.entries(headers).flat().concat(more)) as never }
}

test.each(REQUESTS)('%s', async (_name, path, options = {}, body) => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { url, port } = await serveForTest((request, env) => answers[new URL(request.url).pathname]!(request, env))
  const short = await send(url + path, withHost(options, `localhost:${port}`), body)
  const long = await send(url + path, withHost(options, `LOCALHOST:${port}`), body)
  expect(sent(short)).toEqual(sent(long))
  vi.restoreAllMocks()
})

test.each(['localhost', 'LOCALHOST'])("a request has all members of the host's: %s", async (host) => {
  const typesOf = (request: Request): string[] =>
    Object.keys(Object.getOwnPropertyDescriptors(NativeRequest.prototype)).map((name) => `${name}: ${typeof Reflect.get(request, name)}`)
  let types: string[] | undefined
  const { port } = await serveForTest(async (request) => {
    types = typesOf(request)
    return Response.json([...(await request.bytes())])
  })
  const { body } = await send(`http://localhost:${port}`, withHost({ method: 'POST' }, `${host}:${port}`), 'a')
  expect(types).toEqual(typesOf(new NativeRequest('http://localhost', { method: 'POST', body: 'a' })))
  expect(String(body)).toBe('[97]')
})

test.each(['localhost', 'LOCALHOST'])('quotes are encoded in the query alone, as URL parsers do: %s', async (host) => {
  const { port } = await serveForTest(({ url }) => new Response(url.slice(url.indexOf('/', 8))))
  const { body } = await send(`http://localhost:${port}`, withHost({ path: "/'a'?a='b'" }, `${host}:${port}`))
  expect(String(body)).toBe("/'a'?a=%27b%27")
})

test.each<[string, (request: Request) => unknown]>([
  ['a clone', (request) => request.clone().text()],
  ['a look at the body', ({ body }) => body],
  ['a look at the mode', ({ mode }) => mode],
])('headers that are changed after %s are those of its copies too', async (_name, before) => {
  const { port } = await serveForTest(async (request) => {
    await before(request)
    request.headers.set('x-user', 'me')
    request.headers.append('x-list', 'b')
    request.headers.delete('x-gone')
    const copies = [request.clone(), new Request(request.clone()), new Request('http://localhost/', request)]
    return Response.json(copies.map(({ headers }) => [headers.get('x-user'), headers.get('x-list'), headers.get('x-gone')]))
  })
  for (const host of ['localhost', 'LOCALHOST']) {
    const headers = { 'x-list': 'a', 'x-gone': '1', 'content-length': '1' }
    const { body } = await send(`http://localhost:${port}`, withHost({ method: 'POST', headers }, `${host}:${port}`), 'x')
    expect(JSON.parse(String(body)), host).toEqual(Array(3).fill(['me', 'a, b', null]))
  }
})

test.each(['localhost', 'LOCALHOST'])('a walk along the prototypes changes no other request: %s', async (host) => {
  const { port } = await serveForTest(async (request) => {
    if (new URL(request.url).pathname === '/') return new Response(`${request.headers.get('x-a')} ${await request.text()}`)
    for (let object = Object.getPrototypeOf(request); object !== null; object = Object.getPrototypeOf(object)) {
      for (const name of Reflect.ownKeys(object)) {
        try {
          void object[name]
        } catch {}
      }
    }
    return new Response('walked')
  })
  const options = { method: 'POST', headers: { 'x-a': '1', 'transfer-encoding': 'chunked' } }
  await send(`http://localhost:${port}/walk`, withHost(options, `${host}:${port}`), 'walk')
  for (const more of [options, { method: 'POST', headers: { 'x-a': '1', 'content-length': '4' } }]) {
    const { body } = await send(`http://localhost:${port}/`, withHost(more, `${host}:${port}`), 'body')
    expect(String(body)).toBe('1 body')
  }
})

test.each(['localhost', 'LOCALHOST'])('the signal of a request whose client goes away is aborted: %s', async (host) => {
  const events: string[] = []
  const { port } = await serveForTest(async (request) => {
    const { signal } = request
    events.push(`aborted ${signal.aborted}`)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    events.push(signal.reason instanceof Error && signal.reason.name === 'ResponseAborted' ? signal.reason.message : String(signal.reason))
    return new Response(null)
  })
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\nhost: ${host}:${port}\r\n\r\n`)
  await vi.waitFor(() => expect(events).toHaveLength(1))
  socket.destroy()
  await vi.waitFor(() => expect(events).toHaveLength(2))
  // Before Node.js 24.12 the incoming message fails first.
  expect(events[0]).toBe('aborted false')
  expect(['Client connection prematurely closed.', 'Error: aborted']).toContain(events[1])
})

test.each(['localhost', 'LOCALHOST'])('a signal that is looked at after the client has gone is aborted: %s', async (host) => {
  let late: boolean | undefined
  const { port } = await serveForTest(async (request, env) => {
    const { outgoing } = env as { outgoing: { closed: boolean } }
    while (!outgoing.closed) await sleep(5)
    late = request.signal.aborted
    return new Response(null)
  })
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\nhost: ${host}:${port}\r\n\r\n`)
  await sleep(50)
  socket.destroy()
  await vi.waitFor(() => expect(late).toBe(true))
})

test('a connection goes on after each kind of answer', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { url } = await serveForTest((request, env) => answers[new URL(request.url).pathname]!(request, env))
  const ports = new Set<number | undefined>()
  for (const path of ['/sync', '/unread', '/stream', '/bytes', '/empty', '/sync']) {
    const method = path === '/unread' ? 'POST' : 'GET'
    const { incoming, sent: request } = await open(url + path, { agent, method }, method === 'POST' ? 'a body' : undefined)
    ports.add(request.socket?.localPort)
    await read(incoming)
  }
  agent.destroy()
  expect(ports.size).toBe(1)
})

test.each(['localhost', 'LOCALHOST'])('a body that comes in parts is whole, and one that is cut off fails: %s', async (host) => {
  const results: unknown[] = []
  const { port } = await serveForTest(async (request) => {
    results.push(await request.json().catch((error: Error) => error.constructor.name))
    return new Response(null)
  })
  const head = `POST / HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-length: 9\r\n\r\n`
  for (const [parts, isCut] of [
    [[head, '{"a":', '[1]}'], false],
    [[`${head}{"a":`, '[1]}'], false],
    [[`${head}{"a":`], true],
  ] as const) {
    const socket = connect(port, '127.0.0.1')
    for (const part of parts) {
      socket.write(part)
      await sleep(20)
    }
    if (isCut) socket.destroy()
    await vi.waitFor(() => expect(results).toHaveLength(1))
    socket.destroy()
    expect(results.splice(0)).toEqual([isCut ? 'Error' : { a: [1] }])
  }
})
