import { once } from 'node:events'
import { Agent, type IncomingMessage } from 'node:http'
import { connect as connectHttp2, createSecureServer, constants as http2 } from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type FetchApp, serve } from '../../src/adapters/node.ts'
import { createRouter } from '../../src/index.ts'
import { open, read, send, serveForTest, tls } from './http.ts'

describe('close', () => {
  test('waits for running answers, refuses new connections, and gives one promise', async () => {
    let started!: () => void
    const running = new Promise<void>((resolve) => {
      started = resolve
    })
    const served = await serveForTest(
      async () => {
        started()
        await sleep(150)
        return new Response('finished')
      },
      { shutdownTimeout: 5_000 },
    )
    const answer = send(served.url)
    await running
    const closing = served.close()
    expect(served.close()).toBe(closing)
    await expect(send(served.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect((await answer).body.toString()).toBe('finished')
    await closing
  })

  test('a connection that is kept alive does not hold it up', async () => {
    const served = await serveForTest(() => new Response('hello'), { shutdownTimeout: 30_000 })
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    await send(served.url, { agent })
    const start = performance.now()
    await served.close()
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  test('an open stream is ended at the deadline', async () => {
    const served = await serveForTest(() => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })), {
      shutdownTimeout: 200,
    })
    const { incoming } = await open(served.url)
    const ended = read(incoming).catch((error: NodeJS.ErrnoException) => error.code)
    const start = performance.now()
    await served.close()
    expect(performance.now() - start).toBeGreaterThan(150)
    expect(await ended).toBe('ECONNRESET')
  })

  test('an HTTP/2 session ends once its streams have', async () => {
    let start!: () => void
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    const served = await serveForTest(
      async () => {
        start()
        await sleep(100)
        return new Response('finished')
      },
      { createServer: createSecureServer, serverOptions: tls, shutdownTimeout: 30_000 },
    )
    const client = connectHttp2(served.url, { ca: tls.cert })
    onTestFinished(() => client.destroy())
    const stream = client.request({ ':path': '/' })
    stream.end()
    await started
    const closing = served.close()
    expect((await read(stream as unknown as IncomingMessage)).toString()).toBe('finished')
    const finished = performance.now()
    await closing
    expect(performance.now() - finished).toBeLessThan(5_000)
  })

  test('an HTTP/2 session that begins after that does not hold it up', async () => {
    const options = { createServer: createSecureServer, serverOptions: tls, shutdownTimeout: 20_000 }
    const served = await serveForTest(() => new Response('late'), options)
    const socket = connect(served.port, '127.0.0.1')
    await once(socket, 'connect')
    // So that the server has accepted it.
    await sleep(50)
    const closing = served.close()
    const secure = connectTls({ socket, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] })
    const client = connectHttp2(served.url, { createConnection: () => secure })
    client.on('error', () => {})
    onTestFinished(() => client.destroy())
    const started = performance.now()
    await closing
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('over HTTP/2, what `after` is given once the client has gone runs at once', async () => {
    const { after: afterAnswer } = await import('../../src/next/server.ts')
    let [start, run] = [() => {}, () => {}]
    const started = new Promise<void>((resolve) => {
      start = resolve
    })
    const ran = new Promise<void>((resolve) => {
      run = resolve
    })
    const GET = async ({ signal }: Request): Promise<Response> => {
      start()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await sleep(20)
      afterAnswer(run)
      return new Response()
    }
    const app = createRouter({ version: 2, routes: [{ pathname: '/', file: 'route.ts', load: async () => ({ GET }) }] })
    const served = await serveForTest(app.fetch as FetchApp['fetch'], { createServer: createSecureServer, serverOptions: tls })
    const client = connectHttp2(served.url, { ca: tls.cert })
    onTestFinished(() => client.destroy())
    const stream = client.request({ [http2.HTTP2_HEADER_PATH]: '/' })
    stream.once('error', () => {})
    stream.end()
    await started
    stream.close(http2.NGHTTP2_CANCEL)
    await ran
  })

  test('waits for what `after` has been given', async () => {
    const { after: afterAnswer } = await import('../../src/next/server.ts')
    let done = false
    const GET = (): Response => {
      afterAnswer(async () => {
        await sleep(50)
        afterAnswer(async () => {
          await sleep(100)
          done = true
        })
      })
      return new Response('x')
    }
    const app = createRouter({ version: 2, routes: [{ pathname: '/', file: 'route.ts', load: async () => ({ GET }) }] })
    const served = await serve(app, { port: 0, quiet: true, signals: false, shutdownTimeout: 5_000 })
    await send(served.url)
    expect(done).toBe(false)
    await served.close()
    expect(done).toBe(true)
  })
})
