import { type IncomingMessage, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { timing } from 'hono/timing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Served, serve } from '../../src/adapters/node.js'
import { setUp } from '../runtime/helpers.js'

/** Hono's middleware on the wire: the answers of the Node.js adapter are of a class of its own. */

const LONG = 'word '.repeat(1000)
let served: Served
let finish: () => void

beforeAll(async () => {
  const { app } = setUp({
    '/a': { GET: () => Response.json({ text: LONG }) },
    '/kept': { GET: () => new Response(LONG), revalidate: 60 },
    '/moved': { GET: () => Response.redirect('http://localhost/a') },
    '/fetched': { GET: () => fetch('data:text/plain,fetched') },
    '/fails': {
      GET: () => {
        throw new Error('broken')
      },
    },
    '/stream/events': {
      GET: () => {
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('data: 1\n\n'))
            finish = () => controller.close()
          },
        })
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
      },
    },
  })
  const tag = etag()
  app.use(requestId(), timing(), secureHeaders(), compress())
  app.use(async (c, next) => (c.req.path.startsWith('/stream/') ? next() : tag(c, next)))
  served = await serve(app, { port: 0, hostname: '127.0.0.1', quiet: true, signals: false })
})
afterAll(() => served?.close())

/** The answer's head; its body is still to be read. */
const open = (path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<IncomingMessage> =>
  new Promise(
    (resolve, reject) =>
      void request(served.url + path, options, resolve)
        .on('error', reject)
        .end(),
  )

async function ask(
  path: string,
  options?: Parameters<typeof open>[1],
): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: Buffer }> {
  const message = await open(path, options)
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return { status: message.statusCode, headers: message.headers, body: Buffer.concat(chunks) }
}

const gzip = { 'accept-encoding': 'gzip' }

test.each([
  ['/a', JSON.stringify({ text: LONG })],
  ['/kept', LONG],
])('%s arrives compressed, and as 304 the next time', async (path, text) => {
  const first = await ask(path, { headers: gzip })
  expect(gunzipSync(first.body).toString()).toBe(text)
  expect(first.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding', etag: expect.stringMatching(/^W\/"/) })
  expect(first.headers).not.toHaveProperty('content-length')
  const again = await ask(path, { headers: { ...gzip, 'if-none-match': first.headers.etag as string } })
  expect([again.status, again.body.length, again.headers['content-encoding']]).toEqual([304, 0, undefined])
  expect(again.headers).toHaveProperty('x-content-type-options', 'nosniff')
  // What is prepared before the handler runs is on the answer that etag takes away.
  expect(again.headers).not.toHaveProperty('x-request-id')
})

test('HEAD has the tag and no body', async () => {
  const { status, headers, body } = await ask('/a', { method: 'HEAD', headers: gzip })
  expect([status, body.length, headers['content-encoding']]).toEqual([200, 0, undefined])
  expect(headers.etag).toBe((await ask('/a')).headers.etag)
})

test.each([
  ['/moved', 302],
  ['/fetched', 200],
  ['/fails', 500],
  ['/missing', 404],
])('%s has the headers of all of them', async (path, status) => {
  const answer = await ask(path)
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'server-timing': expect.stringMatching(/^total;dur=/) })
  expect(answer.headers).toHaveProperty('x-request-id')
})

test('server-sent events come one by one', async () => {
  const message = await open('/stream/events', { headers: gzip })
  expect(message.headers).not.toHaveProperty('content-encoding')
  for await (const chunk of message) {
    expect(String(chunk)).toBe('data: 1\n\n')
    finish()
  }
})
