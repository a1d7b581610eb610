import type { IncomingMessage } from 'node:http'
import { connect as connectHttp2, createSecureServer, constants as http2 } from 'node:http2'
import { createServer as createHttpsServer, request as sendHttps } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { read, serveForTest, tls } from './http.ts'

describe('TLS', () => {
  const protocolOf = (request: Request): Response => Response.json({ url: request.url, proto: request.headers.get('x-forwarded-proto') })

  test('HTTPS', async () => {
    const served = await serveForTest(protocolOf, {
      createServer: createHttpsServer,
      serverOptions: tls,
    })
    expect(served.url).toBe(`https://localhost:${served.port}`)
    const body = await new Promise<string>((resolve, reject) => {
      sendHttps(`${served.url}/path?q=1`, { ca: tls.cert }, (incoming) => void read(incoming).then((bytes) => resolve(bytes.toString())))
        .once('error', reject)
        .end()
    })
    expect(JSON.parse(body)).toEqual({ url: `${served.url}/path?q=1`, proto: 'https' })
  })

  test('HTTP/2, and HTTP/1.1 beside it', async () => {
    const served = await serveForTest(
      async (request) => {
        const text = await request.text()
        return Response.json(
          {
            url: request.url,
            method: request.method,
            text,
            host: request.headers.get('x-forwarded-host'),
            cookie: request.headers.get('cookie'),
          },
          { status: 201, statusText: 'Not Sent', headers: { 'set-cookie': 'a=1' } },
        )
      },
      { createServer: createSecureServer, serverOptions: { ...tls, allowHTTP1: true } },
    )
    const warnings: string[] = []
    const onWarning = (warning: Error): number => warnings.push(warning.message)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const client = connectHttp2(served.url, { ca: tls.cert })
    onTestFinished(() => client.destroy())
    const stream = client.request({ [http2.HTTP2_HEADER_METHOD]: 'POST', [http2.HTTP2_HEADER_PATH]: '/path?q=1', cookie: ['a=1', 'b=2'] })
    const head = new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve))
    stream.end('body')
    expect(await head).toMatchObject({ ':status': 201, 'content-type': 'application/json', 'set-cookie': ['a=1'] })
    expect(JSON.parse((await read(stream as unknown as IncomingMessage)).toString())).toEqual({
      url: `${served.url}/path?q=1`,
      method: 'POST',
      text: 'body',
      host: `localhost:${served.port}`,
      cookie: 'a=1; b=2',
    })
    const status = await new Promise((resolve, reject) => {
      sendHttps(served.url, { ca: tls.cert, method: 'POST' }, (incoming) => resolve(incoming.resume().statusCode))
        .once('error', reject)
        .end()
    })
    expect(status).toBe(201)
    await sleep(10)
    expect(warnings).toEqual([])
  })
})
