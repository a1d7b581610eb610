import { Agent, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type ServeOptions, serve } from '../../src/adapters/node.ts'
import { EveryrouteError } from '../../src/index.ts'
import { open, read, send, serveForTest } from './http.ts'

const hello = { fetch: (): Response => new Response('hello') }
const echo = (request: Request): Response => Response.json({ url: request.url, headers: [...request.headers] })
const headersOf = (body: Buffer): Record<string, string> => Object.fromEntries(JSON.parse(body.toString()).headers)

describe('options', () => {
  test('port 0 picks a free port, and each server its own', async () => {
    const [one, two] = [await serveForTest(hello.fetch), await serveForTest(hello.fetch)]
    expect(one.port).toBeGreaterThan(0)
    expect(two.port).not.toBe(one.port)
    expect(one.url).toBe(`http://localhost:${one.port}`)
    expect((await send(one.url)).body.toString()).toBe('hello')
  })

  test.each([
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0', 'localhost'],
    ['localhost', undefined, 'localhost'],
  ])('hostname %s', async (hostname, address, shown) => {
    const served = await serveForTest(hello.fetch, { hostname })
    if (address) expect((served.server.address() as AddressInfo).address).toBe(address)
    expect(served).toMatchObject({ hostname: shown, url: `http://${shown}:${served.port}` })
    expect((await send(served.url)).status).toBe(200)
  })

  test('the address is printed, and nothing else; quiet prints nothing', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    onTestFinished(() => log.mockRestore())
    await serveForTest(hello.fetch, { quiet: true })
    expect(log).not.toHaveBeenCalled()
    const served = await serveForTest(hello.fetch, { quiet: false, hostname: '127.0.0.1' })
    expect(log.mock.calls).toEqual([[`http://127.0.0.1:${served.port}`]])
  })

  test('a port in use is an error that names it and its mend', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const error = await serve(hello, { port, hostname: '127.0.0.1', quiet: true, signals: false }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(EveryrouteError)
    expect(error).toMatchObject({ code: 'ERR_PORT_IN_USE', message: `Port ${port} is in use.`, fix: expect.stringContaining('PORT') })
  })

  test('an address that is not of this machine is an error', async () => {
    await expect(serve(hello, { port: 0, hostname: '192.0.2.1', quiet: true, signals: false })).rejects.toThrow('192.0.2.1')
  })

  test.each<[string, ServeOptions]>([
    ['port is -1', { port: -1 }],
    ['port is 65536', { port: 65_536 }],
    ['port is 80.5', { port: 80.5 }],
    ['port is NaN', { port: Number.NaN }],
    ['port is 3000', { port: '3000' as unknown as number }],
    ['shutdownTimeout is -1', { shutdownTimeout: -1 }],
    ['shutdownTimeout is NaN', { shutdownTimeout: Number.NaN }],
    ['shutdownTimeout is Infinity', { shutdownTimeout: Number.POSITIVE_INFINITY }],
    ['shutdownTimeout is 2147483648', { shutdownTimeout: 2 ** 31 }],
  ])('%s: refused', async (message, options) => {
    const error = await serve(hello, { quiet: true, signals: false, port: 0, ...options }).then(
      (served) => served.close(),
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain(message)
  })
})

describe('requests', () => {
  test('forwarded headers are added', async () => {
    const served = await serveForTest(echo, { hostname: '127.0.0.1' })
    const headers = headersOf((await send(served.url, { headers: { host: 'example.com:81' } })).body)
    expect(headers).toMatchObject({
      host: 'example.com:81',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'example.com:81',
      'x-forwarded-port': String(served.port),
      'x-forwarded-proto': 'http',
    })
  })

  test('forwarded headers of a proxy in front are kept', async () => {
    const { url } = await serveForTest(echo)
    const given = { 'x-forwarded-for': '203.0.113.9, 10.0.0.1', 'x-forwarded-host': 'a.example', 'x-forwarded-proto': 'https' }
    const headers = headersOf((await send(url, { headers: { ...given, 'X-Forwarded-Port': '443' } })).body)
    expect(headers).toMatchObject({ ...given, 'x-forwarded-port': '443' })
  })

  test('repeated headers are joined; of those that must not repeat the first is taken', async () => {
    const { url } = await serveForTest(echo)
    const lines = ['X-Test: a', 'x-test: b', 'Cookie: c=1', 'cookie: d=2', 'Authorization: first', 'authorization: second', 'X-Empty:']
    const socket = connect(Number(new URL(url).port), 'localhost')
    socket.end(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`)
    const text = (await read(socket as unknown as IncomingMessage)).toString()
    const headers = headersOf(Buffer.from(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)))
    expect(headers).toMatchObject({ 'x-test': 'a, b', cookie: 'c=1; d=2', authorization: 'first', 'x-empty': '' })
  })

  test('a backslash in the path is answered with a redirect, in the query it is left alone', async () => {
    const { url } = await serveForTest(echo)
    const raw = async (target: string): Promise<string> => {
      const socket = connect(Number(new URL(url).port), 'localhost')
      socket.end(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      return (await read(socket as unknown as IncomingMessage)).toString()
    }
    expect(await raw('/a\\b')).toMatch(/^HTTP\/1\.1 308 .*\r\nlocation: \/a\/b\r\n/s)
    expect(await raw('/a?b=\\c')).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('a body arrives in parts, as it is sent', async () => {
    let parts = 0
    const { url } = await serveForTest(async (request) => {
      const decoder = new TextDecoder()
      let text = ''
      for await (const chunk of request.body!) {
        parts++
        text += decoder.decode(chunk, { stream: true })
      }
      return new Response(text)
    })
    const body = new ReadableStream({
      async start(controller) {
        for (const part of ['one ', 'two ', 'three']) {
          controller.enqueue(new TextEncoder().encode(part))
          await sleep(20)
        }
        controller.close()
      },
    })
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(await response.text()).toBe('one two three')
    expect(parts).toBe(3)
  })

  test('request.signal tells when the client goes before its answer', async () => {
    let seen!: (reason: string) => void
    const aborted = new Promise<string>((resolve) => {
      seen = resolve
    })
    let started!: () => void
    const running = new Promise<void>((resolve) => {
      started = resolve
    })
    const { url } = await serveForTest(async (request) => {
      request.signal.addEventListener('abort', () => seen('aborted'))
      started()
      await sleep(5_000, undefined, { signal: request.signal }).catch(() => {})
      return new Response('too late')
    })
    const client = new AbortController()
    const answer = fetch(url, { signal: client.signal }).catch((error: Error) => error.name)
    await running
    client.abort()
    expect(await answer).toBe('AbortError')
    expect(await aborted).toBe('aborted')
  })

  test('request.signal stays quiet where the client has its answer', async () => {
    let aborted = 0
    const { url } = await serveForTest((request) => {
      request.signal.addEventListener('abort', () => aborted++)
      return new Response('x')
    })
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 3; i++) await send(url, { agent })
    await sleep(50)
    expect(aborted).toBe(0)
  })
})

describe('answers', () => {
  test('one connection is kept for many requests', async () => {
    const { url, server } = await serveForTest(hello.fetch)
    let connections = 0
    server.on('connection', () => connections++)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 5; i++) expect((await send(url, { agent })).body.toString()).toBe('hello')
    expect(connections).toBe(1)
  })

  test.each([
    ['text', () => new Response('x', { status: 201, statusText: 'Well Made' })],
    ['no body', () => new Response(null, { status: 404, statusText: 'Well Made' })],
    ['json', () => Response.json({}, { statusText: 'Well Made' })],
    [
      'headers read before',
      () => {
        const response = new Response('x', { statusText: 'Well Made' })
        response.headers.set('x-test', '1')
        return response
      },
    ],
  ])('a custom status text goes out: %s', async (_name, construct) => {
    const { url } = await serveForTest(construct)
    expect((await send(url)).statusText).toBe('Well Made')
  })

  test('cookies are lines of their own', async () => {
    const { url } = await serveForTest(() => {
      const headers = new Headers({ 'x-test': '1' })
      for (const cookie of ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'b=2', 'b=2']) headers.append('set-cookie', cookie)
      return new Response('x', { headers })
    })
    const { headers } = await send(url)
    expect(headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value)).toEqual([
      'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'b=2',
      'b=2',
    ])
  })

  test('HEAD has the headers and no body', async () => {
    const { url } = await serveForTest(() => new Response('hello', { headers: { 'x-test': '1' } }))
    const { status, headers, body } = await send(url, { method: 'HEAD' })
    expect(status).toBe(200)
    expect(headers).toContainEqual(['x-test', '1'])
    expect(body.byteLength).toBe(0)
  })

  test('a stream passes part by part, unbuffered', async () => {
    let proceed!: () => void
    const seen = new Promise<void>((resolve) => {
      proceed = resolve
    })
    const { url } = await serveForTest(
      () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(new TextEncoder().encode('first'))
              await seen
              controller.enqueue(new TextEncoder().encode('second'))
              controller.close()
            },
          }),
        ),
    )
    const { incoming } = await open(url)
    const parts: string[] = []
    for await (const chunk of incoming) {
      parts.push(String(chunk))
      proceed()
    }
    expect(parts).toEqual(['first', 'second'])
  })

  test('a stream that fails midway keeps its status, and the body is cut; the server goes on', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { url } = await serveForTest((request) => {
      if (!request.url.endsWith('/fails')) return new Response('fine')
      let count = 0
      return new Response(
        new ReadableStream({
          async pull(controller) {
            if (count++ === 0) controller.enqueue(new TextEncoder().encode('first'))
            else {
              await sleep(20)
              controller.error(new Error('secret'))
            }
          },
        }),
      )
    })
    const { incoming } = await open(`${url}/fails`)
    expect(incoming.statusCode).toBe(200)
    let received = ''
    const cut = await (async () => {
      for await (const chunk of incoming) received += chunk
    })().catch((thrown: NodeJS.ErrnoException) => thrown.code)
    expect(cut).toBe('ECONNRESET')
    expect(received).toBe('first')
    expect((await send(url)).body.toString()).toBe('fine')
  })

  test('a stream is cancelled when the client goes', async () => {
    let cancelled!: () => void
    const done = new Promise<void>((resolve) => {
      cancelled = resolve
    })
    const { url } = await serveForTest(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
            cancel: () => cancelled(),
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
    )
    const { sent, incoming } = await open(url)
    await new Promise((resolve) => incoming.once('data', resolve))
    incoming.on('error', () => {})
    sent.destroy()
    await done
  })

  test('what an app throws is answered with 500, without its message', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { url } = await serveForTest(() => {
      throw new Error('secret')
    })
    const { status, body } = await send(url)
    expect([status, body.toString()]).toEqual([500, ''])
    expect(error.mock.calls).toEqual([['everyroute:', new Error('secret')]])
  })

  test('a header that cannot be sent is a 500, logged, without a message', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => error.mockRestore())
    const { url } = await serveForTest(({ url }) => {
      const name = new URL(url).pathname.slice(1)
      return new Response(name, { headers: { [name]: 'secret\x01', 'x-a': '1' } })
    })
    for (const name of ['x-odd', 'set-cookie']) {
      const { status, statusText, body } = await send(`${url}/${name}`)
      expect([status, statusText, body.toString()]).toEqual([500, 'Internal Server Error', ''])
    }
    expect(error.mock.calls.map(([, thrown]) => String(thrown))).toEqual([
      expect.stringContaining('"x-odd" has a control character'),
      expect.stringContaining('"set-cookie" has a control character'),
    ])
  })

  test('an answer whose body has been read is a 500, not a hanging connection', async () => {
    const { url } = await serveForTest(async () => {
      const response = new Response('x')
      await response.text()
      return response
    })
    expect((await send(url)).status).toBe(500)
  })
})
