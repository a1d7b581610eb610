import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { bodyLimit } from '../../src/middleware/body-limit.ts'
import { serveForTest } from '../adapters/http.ts'
import { setUp } from '../runtime/helpers.ts'

const LIMIT = 100

async function serve(read: (request: Request) => Promise<unknown> = (request) => request.text(), options = {}) {
  const bodies: unknown[] = []
  const { app, logged } = setUp({
    '/': {
      GET: () => new Response('got'),
      POST: async (request: Request) => {
        const body = await read(request)
        bodies.push(body)
        return Response.json(String(body).length)
      },
    },
  })
  app.use(bodyLimit({ maxSize: LIMIT, contentTypes: ['text/plain'] }))
  return { ...(await serveForTest(app.fetch, { hostname: '127.0.0.1', ...options })), bodies, logged }
}

const POST = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n'
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
const END = '0\r\n\r\n'

interface Raw {
  readonly socket: Socket
  /** Everything that has come, once a text is in it. */
  until(text: string): Promise<string>
  readonly closed: Promise<string>
}

function open(port: number): Raw {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const waiting = new Set<() => void>()
  const notify = (): void => {
    for (const one of waiting) one()
  }
  socket.setEncoding('latin1').on('data', (text) => {
    received += text
    notify()
  })
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)))
  socket.on('close', notify)
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  const until = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (received.includes(text)) resolve(received)
        else if (socket.closed) reject(new Error(`closed after: ${received}`))
        else return
        waiting.delete(check)
      }
      waiting.add(check)
      check()
    })
  return { socket, until, closed }
}

it('counts chunks, and leaves the connection usable', async () => {
  const { port, bodies } = await serve()
  const { socket, until } = open(port)
  socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunk('a'.repeat(60))}${chunk('b'.repeat(41))}${END}`)
  expect(await until('100 bytes"}')).toMatch(/^HTTP\/1\.1 413 /)
  socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunk('a'.repeat(60))}${chunk('b'.repeat(40))}${END}`)
  expect(await until('\r\n\r\n100')).toContain('HTTP/1.1 200 OK')
  expect(bodies).toHaveLength(1)
})

it('believes a length that the parser holds the client to', async () => {
  const { port, bodies } = await serve()
  const { socket, until } = open(port)
  // What is more than announced is the next request, and no good one.
  socket.write(`${POST}Content-Length: 5\r\n\r\naaaaa`)
  expect(await until('\r\n\r\n5')).toMatch(/^HTTP\/1\.1 200 OK/)
  socket.write('a'.repeat(500))
  expect(await until('HTTP/1.1 400')).toContain('HTTP/1.1 200 OK')
  expect(bodies).toEqual(['aaaaa'])
})

it.each([
  ['both framings', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `${chunk('a'.repeat(200))}${END}`],
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 500\r\n', 'a'.repeat(500)],
  ['a negative length', 'Content-Length: -1\r\n', 'a'.repeat(500)],
  ['a signed length', 'Content-Length: +5\r\n', 'a'.repeat(500)],
])('never hands on more with %s', async (_name, headers, body) => {
  const { port, bodies } = await serve()
  const { socket, until } = open(port)
  socket.write(`${POST}${headers}\r\n${body}`)
  expect(await until('HTTP/1.1 4')).toMatch(/^HTTP\/1\.1 4(00|13) /)
  expect(bodies).toEqual([])
})

it('refuses an announced length, while the client is still sending', async () => {
  const { port, bodies } = await serve()
  const { socket, until } = open(port)
  const size = 3 * 1024 * 1024
  socket.write(`${POST}Content-Length: ${size}\r\n\r\n`)
  for (let sent = 0; sent < size; sent += 65_536) socket.write('a'.repeat(65_536))
  expect(await until('100 bytes"}')).toMatch(/^HTTP\/1\.1 413 /)
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  expect(await until('got')).toContain('HTTP/1.1 200 OK')
  expect(bodies).toEqual([])
})

it('answers a client that announces much and sends nothing', async () => {
  const { port } = await serve()
  const { socket, until } = open(port)
  socket.write(`${POST}Content-Length: 1000000\r\n\r\n`)
  expect(await until('100 bytes"}')).toMatch(/^HTTP\/1\.1 413 /)
})

it('counts a slow sender’s bytes', async () => {
  const { port, bodies } = await serve()
  const { socket, until } = open(port)
  socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`)
  for (let i = 0; i < 6; i++) {
    socket.write(chunk('a'.repeat(20)))
    await delay(15)
  }
  expect(await until('100 bytes"}')).toMatch(/^HTTP\/1\.1 413 /)
  expect(bodies).toEqual([])
})

it('takes a client that leaves for no complete body', async () => {
  const { port, bodies, logged } = await serve()
  const { socket, closed } = open(port)
  socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n${chunk('a'.repeat(20))}`)
  await delay(50)
  socket.destroy()
  await closed
  await expect.poll(() => logged.length).toBe(1)
  expect(bodies).toEqual([])
})

it('asks for a content type where there is a body, however framed', async () => {
  const { port } = await serve()
  const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n'
  const answerTo = async (rest: string): Promise<string> => {
    const { socket, until } = open(port)
    socket.write(head + rest)
    const text = await until('\r\n\r\n')
    return text.slice(9, 12)
  }
  expect(await answerTo('Content-Length: 1\r\n\r\na')).toBe('415')
  expect(await answerTo(`Transfer-Encoding: chunked\r\n\r\n${chunk('a')}${END}`)).toBe('415')
  expect(await answerTo('Content-Length: 0\r\n\r\n')).toBe('200')
  expect(await answerTo('\r\n')).toBe('200')
  expect(await answerTo(`Transfer-Encoding: chunked\r\n\r\n${END}`)).toBe('200')
})

it('counts with HTTP/2, with a length, with a wrong one and without', async () => {
  const { port, bodies } = await serve(undefined, { createServer: createHttp2Server })
  const client = connectHttp2(`http://127.0.0.1:${port}`)
  client.on('error', () => {})
  onTestFinished(() => void client.destroy())
  const post = (size: number, headers: Record<string, string> = {}) =>
    new Promise<number | string>((resolve) => {
      const stream = client.request({ ':path': '/', ':method': 'POST', 'content-type': 'text/plain', ...headers })
      stream.on('response', (head) => resolve(head[':status'] ?? 0))
      stream.on('error', (error) => resolve(error.message))
      stream.end('a'.repeat(size))
    })
  expect(await post(100)).toBe(200)
  expect(await post(101)).toBe(413)
  expect(await post(101, { 'content-length': '101' })).toBe(413)
  expect(bodies).toEqual(['a'.repeat(100)])
  // The host itself ends a stream that has more than it announced.
  expect(await post(500, { 'content-length': '5' })).not.toBe(200)
  expect(bodies).toHaveLength(1)
})

it('gives the body through a stream as well', async () => {
  const { port, bodies } = await serve(async (request) => {
    let text = ''
    for await (const part of request.body ?? []) text += new TextDecoder().decode(part)
    return text
  })
  const { socket, until } = open(port)
  socket.write(`${POST}Content-Length: 3\r\n\r\nabc${POST}Transfer-Encoding: chunked\r\n\r\n${chunk('de')}${chunk('f')}${END}`)
  await until('\r\n\r\n3HTTP/1.1 200')
  expect(bodies).toEqual(['abc', 'def'])
})
