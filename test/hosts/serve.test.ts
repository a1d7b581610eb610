import { spawn } from 'node:child_process'
import { Agent, request as sendHttp } from 'node:http'
import { request as sendHttps } from 'node:https'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { RUNTIMES, type Runtime } from './runtimes.ts'

const script = fileURLToPath(new URL('fixtures/serve.mjs', import.meta.url))

interface Started {
  readonly url: string
  readonly port: number
  output(): string
  /** Resolves once `text` has been printed. */
  printed(text: string): Promise<void>
  readonly exited: Promise<number | null>
  kill(): void
}

async function start(runtime: Runtime, options: object): Promise<Started> {
  const [command, ...args] = RUNTIMES[runtime]
  const child = spawn(command, [...args, script, runtime, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  const printed = async (text: string): Promise<void> => {
    for (const limit = performance.now() + 10_000; !output.includes(text); await sleep(10)) {
      if (performance.now() > limit) throw new Error(`"${text}" was not printed:\n${output}`)
    }
  }
  await Promise.race([printed('"url"'), exited])
  const { url = '', port = 0 } = JSON.parse(/\{.*"url".*\}/.exec(output)?.[0] ?? '{}') as { url?: string; port?: number }
  return { url, port, output: () => output, printed, exited, kill: () => child.kill('SIGKILL') }
}

/** Sends bytes as they are and gives everything that comes back. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, 'localhost', () => socket.write(text))
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
    socket.once('close', () => resolve(answer)).once('error', reject)
  })
}

describe.each(['bun', 'deno'] as const)('serve on %s', (runtime) => {
  let server: Started
  beforeAll(async () => {
    server = await start(runtime, { port: 0, hostname: 'localhost' })
  })
  afterAll(() => server.kill())

  const startOwn = async (options: object): Promise<Started> => {
    const own = await start(runtime, options)
    onTestFinished(own.kill)
    return own
  }

  test('prints its address and says where it listens', () => {
    expect(server.output().split('\n', 1)[0]).toBe(`http://localhost:${server.port}`)
    expect(JSON.parse(server.output().split('\n')[1]!)).toEqual({ port: server.port, hostname: 'localhost', url: server.url })
  })

  test('listens on all addresses by default, of both families', async () => {
    const { port, url } = await startOwn({ port: 0 })
    expect(url).toBe(`http://localhost:${port}`)
    for (const address of ['127.0.0.1', '[::1]']) expect((await fetch(`http://${address}:${port}/texts`)).status).toBe(200)
  })

  test('prints nothing when quiet', async () => {
    expect((await startOwn({ port: 0, quiet: true })).output()).toMatch(/^\{.*\}\n$/)
  })

  test('says which port is in use', async () => {
    const own = await startOwn({ port: 0, hostname: '127.0.0.1', twice: true })
    expect(await own.exited).toBe(3)
    expect(own.output()).toContain(`EveryrouteError ERR_PORT_IN_USE Port ${own.port} is in use.`)
  })

  test.each([
    [{ port: 65_536 }, 'port is 65536; give a whole number from 0 to 65535'],
    [{ port: 1.5 }, 'port is 1.5; give a whole number from 0 to 65535'],
    [{ port: 0, shutdownTimeout: -1 }, 'shutdownTimeout is -1; give milliseconds from 0 to 2147483647'],
  ])('refuses %j', async (options, message) => {
    const own = await startOwn(options)
    expect(await own.exited).toBe(3)
    expect(own.output()).toContain(`TypeError undefined ${message}`)
  })

  test('gives handlers headers that can be changed, with the forwarded ones', async () => {
    const { url, headers } = await (await fetch(`${server.url}/request?a=%C3%A9`)).json()
    expect(url).toBe(`${server.url}/request?a=%C3%A9`)
    expect(headers).toMatchObject({
      'x-changed': 'yes',
      'x-forwarded-for': expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      'x-forwarded-host': `localhost:${server.port}`,
      'x-forwarded-port': String(server.port),
      'x-forwarded-proto': 'http',
    })
  })

  test('keeps forwarded headers of a proxy in front', async () => {
    const given = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'api.example',
      'x-forwarded-port': '443',
    }
    const { headers } = await (await fetch(`${server.url}/request`, { headers: given })).json()
    expect(headers).toMatchObject(given)
  })

  test('gives the client’s address to Hono, and the server’s origin', async () => {
    expect(await (await fetch(`${server.url}/client`)).json()).toEqual({
      address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      origin: server.url,
    })
  })

  test.each(['evil.example/x?', 'a@b', '[', 'a b', 'x\\y'])('answers 400 to the Host header %j', async (host) => {
    const answer = await sendRaw(server.port, `GET /request HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('normalises the path', async () => {
    const answer = await sendRaw(server.port, 'GET /x/../%2e/request?q HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(answer).toContain('"url":"http://localhost/request?q"')
  })

  test('aborts the signal of a running handler when its client goes', async () => {
    const client = new AbortController()
    const answer = fetch(`${server.url}/wait`, { signal: client.signal }).catch((error: Error) => error.name)
    await server.printed('waiting')
    client.abort()
    expect(await answer).toBe('AbortError')
    await server.printed('aborted')
  })

  test('cancels a stream and aborts its signal when its client goes', async () => {
    const client = new AbortController()
    const response = await fetch(`${server.url}/ticks`, { signal: client.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('tick\n')
    client.abort()
    await server.printed('ticks aborted')
    await server.printed('ticks cancelled')
    await reader.closed.catch(() => {})
  })

  test('takes a body of any size', async () => {
    const chunk = new Uint8Array(1024 * 1024)
    let left = 160
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    })
    const response = await fetch(`${server.url}/count`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(await response.json()).toEqual({ bytes: 160 * chunk.length })
  })

  test('reads forms with the media types that files were sent with', async () => {
    const form = new FormData()
    form.set('text', 'é\n')
    form.set('file', new File(['{}'], 'ü.png', { type: 'image/webp' }))
    for (const how of ['request', 'clone', 'copy', 'response']) {
      const answer = await (await fetch(`${server.url}/form?by=${how}`, { method: 'POST', body: form })).json()
      expect(answer, how).toEqual([
        ['text', 'é\r\n'],
        ['file', { name: 'ü.png', type: 'image/webp', text: '{}' }],
      ])
    }
    const urlencoded = await fetch(`${server.url}/form`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    expect(await urlencoded.json()).toEqual([['a', 'b c']])
  })

  test('reads multipart bodies as Node.js does', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary="x y"' }
    const send = async (body: string): Promise<[number, unknown]> => {
      const response = await fetch(`${server.url}/form`, { method: 'POST', headers, body })
      return [response.status, response.ok ? await response.json() : undefined]
    }
    const post = (...parts: string[]): ReturnType<typeof send> => send(`${parts.map((part) => `--x y\r\n${part}\r\n`).join('')}--x y--\r\n`)
    const named = (name: string, more = ''): string => `Content-Disposition: form-data; name="${name}"${more}\r\n`
    // Bun adds the charset to each text.
    const type = runtime === 'bun' ? 'text/plain;charset=utf-8' : 'text/plain'
    const refused = [500, undefined]

    expect(await post(`${named('a%22b%0D%0A')}\r\n1`, `${named('f', '; filename="%22.bin"')}\r\n2`)).toEqual([
      200,
      [
        ['a"b\r\n', '1'],
        ['f', { name: '".bin', type, text: '2' }],
      ],
    ])
    expect(await post(`${named('f', '; filename=""')}Content-Type: application/octet-stream\r\n\r\n`)).toEqual([
      200,
      [['f', { name: '', type: 'application/octet-stream', text: '' }]],
    ])
    for (const [disposition, name] of [
      ['form-data; name="f"; filename="a; name=b.txt"', 'a; name=b.txt'],
      ['form-data; name="f"; filename="C:\\a b.txt"', 'C:\\a b.txt'],
      ['FORM-DATA; Name=f; filename*=UTF-8\'\'%c3%a9%20.txt; filename="e.txt"; size=1;', 'é .txt'],
    ]) {
      expect(await post(`Content-Disposition: ${disposition}\r\n\r\n1`)).toEqual([200, [['f', { name, type, text: '1' }]]])
    }
    for (const preamble of ['\r\n', 'For old readers.\r\n'])
      expect(await send(`${preamble}--x y\r\n${named('a')}\r\n\ufeff1\r\n--x y--`)).toEqual([200, [['a', '\ufeff1']]])

    expect(await post('X-Other: 1\r\n\r\n1')).toEqual(refused)
    expect(await post(`${named('f', '; filename="a\\"b"')}\r\n1`)).toEqual(refused)
    expect(await post(`${named('f', "; filename*=latin1''%e9")}\r\n1`)).toEqual(refused)
    expect(await post('Content-Disposition: attachment; name="a"\r\n\r\n1')).toEqual(refused)
    for (const broken of ['', '--y', `--x y\r\n${named('a')}\r\n1`]) expect(await send(broken)).toEqual(refused)
  })

  test('sends the texts of a stream', async () => {
    expect(await (await fetch(`${server.url}/texts`)).text()).toBe('téxt')
  })

  test.each([
    ['generated', 'téxt', null],
    ['readable', 'téxt', null],
    ['piped', 'téxt', null],
    ['list', 'té,xt', 'text/plain;charset=UTF-8'],
  ])('sends what can be iterated as Node.js does: %s', async (kind, text, type) => {
    const answer = await fetch(`${server.url}/body?kind=${kind}`)
    expect([await answer.text(), answer.headers.get('content-type')]).toEqual([text, type])
  })

  test('answers 500 where a stream has been read from before it became a body', async () => {
    expect((await fetch(`${server.url}/body?kind=begun`)).status).toBe(500)
  })

  test.each([
    ['x-odd', '\x01'],
    ['x-odd', 'a\x7f'],
    ['location', '/é?\x1b'],
    ['set-cookie', 'a=1, b=\x02'],
  ])('answers 500 where a header can not be sent, and says which: %s: %j', async (name, value) => {
    const answer = await fetch(`${server.url}/value?headers=${encodeURIComponent(JSON.stringify({ [name]: value }))}`)
    expect([answer.status, await answer.text(), answer.headers.get(name)]).toEqual([500, '', null])
    await server.printed(`everyroute: TypeError: The answer's header "${name}" has a control character, which can't be sent`)
  })

  test('waits for a handler that is silent for longer than any idle timeout', async () => {
    expect(await (await fetch(`${server.url}/slow?ms=13000`)).text()).toBe('at last')
  })

  test('answers many requests on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const once = (): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        sendHttp(`${server.url}/texts`, { agent }, (incoming) => {
          const { localPort } = incoming.socket
          incoming.resume().once('end', () => resolve(localPort))
        })
          .once('error', reject)
          .end()
      })
    expect(await once()).toBe(await once())
  })

  test('serves TLS', async () => {
    const own = await startOwn({ port: 0, hostname: 'localhost', tls: true })
    expect(own.url).toBe(`https://localhost:${own.port}`)
    const headers = await new Promise<Record<string, string>>((resolve, reject) => {
      sendHttps(`${own.url}/request`, { rejectUnauthorized: false }, async (incoming) => {
        resolve(JSON.parse(Buffer.concat(await incoming.toArray()).toString()).headers)
      })
        .once('error', reject)
        .end()
    })
    expect(headers).toMatchObject({ 'x-forwarded-proto': 'https', 'x-forwarded-port': String(own.port) })
  })
})

describe('Deno', () => {
  let server: Started
  beforeAll(async () => {
    server = await start('deno', { port: 0, hostname: 'localhost' })
  })
  afterAll(() => server.kill())

  test.each([
    ['at-once', 'unread'],
    ['in-pieces', 'read'],
    ['late', '20000'],
  ])('leaves no connection hanging where a handler has left a body unread: %s', async (how, text) => {
    const post = `POST /unread?${how} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(20_000)}`
    // It is answered too, unless the first answer has ended the connection.
    const next = 'GET /texts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    expect(await sendRaw(server.port, post + next)).toContain(text)
  })
})
