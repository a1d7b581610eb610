import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { serveForTest } from './http.ts'

/** Bodies that come in the same piece as their head: over a socket, the parser has yet to tell of the message's end when a handler goes on. */

const post = (body: string, path = '/', headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nhost: localhost:3000\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const incomingOf = (env: unknown): IncomingMessage => (env as { incoming: IncomingMessage }).incoming

/** What the server has sent so far. */
function receive(socket: Socket): { text: string } {
  const received = { text: '' }
  socket.setEncoding('latin1').on('data', (text: string) => {
    received.text += text
  })
  return received
}

const answersIn = ({ text }: { text: string }): string[] => text.split('HTTP/1.1 ').slice(1)

test.each(['text', 'json', 'arrayBuffer', 'bytes'] as const)('%s takes it in one piece', async (name) => {
  const listened: unknown[] = []
  let isComplete: boolean | undefined
  const { port } = await serveForTest(async (request, env) => {
    const incoming = incomingOf(env)
    const { on } = incoming
    incoming.on = (...args: Parameters<typeof on>) => {
      listened.push(args[0])
      return on.apply(incoming, args)
    }
    const body = await request[name]()
    isComplete = incoming.complete
    return Response.json([typeof body === 'object' && 'byteLength' in body ? body.byteLength : body, request.bodyUsed])
  })
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  socket.write(post('[1,2]'))
  await vi.waitFor(() => expect(answersIn(received)).toHaveLength(1))
  socket.destroy()
  expect(received.text).toContain({ text: '["[1,2]",true]', json: '[[1,2],true]', arrayBuffer: '[5,true]', bytes: '[5,true]' }[name])
  expect(listened).not.toContain('data')
  expect(isComplete).toBe(false)
})

test('the message tells of its end afterwards, and the connection goes on', async () => {
  const ended: string[] = []
  const { port } = await serveForTest(async (request, env) => {
    const incoming = incomingOf(env)
    incoming.once('end', () => ended.push(`end ${incoming.url}`)).once('close', () => ended.push(`close ${incoming.url}`))
    return new Response(`${new URL(request.url).pathname} ${await request.text()}`)
  })
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  for (const [path, count] of [['/a', 1] as const, ['/b', 2] as const]) {
    socket.write(post('a body', path))
    await vi.waitFor(() => expect(answersIn(received)).toHaveLength(count))
  }
  await vi.waitFor(() => expect(ended).toEqual(['end /a', 'close /a', 'end /b', 'close /b']))
  socket.destroy()
})

test.each([
  ['with bodies', ['one', 'two', 'three']],
  ['with empty bodies', ['', '', '']],
  ['with a long one between', ['one', 'x'.repeat(300_000), 'three']],
])('requests in one piece are answered in their order: %s', async (_name, bodies) => {
  const { port } = await serveForTest(async (request) => new Response(`(${(await request.text()).length})`))
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  socket.write(bodies.map((body) => post(body)).join(''))
  await vi.waitFor(() => expect(answersIn(received)).toHaveLength(3))
  socket.destroy()
  expect(answersIn(received).map((answer) => answer.slice(answer.indexOf('(')))).toEqual(bodies.map(({ length }) => `(${length})`))
})

test('a client that goes away after its body is told of', async () => {
  let reason: unknown
  const { port } = await serveForTest(async (request) => {
    await request.text()
    await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()))
    reason = String(request.signal.reason)
    return new Response(null)
  })
  const socket = connect(port, '127.0.0.1')
  socket.write(post('a body'), () => setTimeout(() => socket.destroy(), 20))
  await vi.waitFor(() => expect(reason).toBe('ResponseAborted: Client connection prematurely closed.'))
})

test('a body beyond its length is another request, which is refused', async () => {
  const { port } = await serveForTest(async (request) => new Response(await request.text()))
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  socket.write(`${post('ab')}cd\r\n\r\n`)
  await vi.waitFor(() => expect(answersIn(received)).toHaveLength(2))
  socket.destroy()
  expect(answersIn(received).map((answer) => answer.slice(0, 3))).toEqual(['200', '400'])
})

test('the connection goes on after an answer that is a stream', async () => {
  const { port } = await serveForTest(async (request) => {
    const text = await request.text()
    return new Response(new Blob([`(${text})`]).stream())
  })
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  for (const count of [1, 2, 3]) {
    socket.write(post(`body ${count}`))
    await vi.waitFor(() => expect(received.text).toContain(`(body ${count})`))
  }
  expect(answersIn(received)).toHaveLength(3)
  socket.destroy()
})

test('the connection ends with the answer where the client asks for that', async () => {
  const { port } = await serveForTest(async (request) => new Response(`(${await request.text()})`))
  const socket = connect(port, '127.0.0.1')
  const received = receive(socket)
  let hasEnded = false
  socket.once('end', () => {
    hasEnded = true
  })
  socket.write(post('a body', '/', 'connection: close\r\n'))
  await vi.waitFor(() => expect(hasEnded).toBe(true))
  expect(answersIn(received)).toHaveLength(1)
  expect(received.text).toContain('(a body)')
})
