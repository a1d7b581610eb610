import { createServer } from 'node:http'
import { connect, createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAddressKey, type TrustProxy } from '../../src/middleware/rate-limit-address.ts'
import { clientAddress } from '../../src/runtime/client-address.ts'
import { send, serveForTest, tls } from '../adapters/http.ts'

const app = new Hono().all('*', (c) => c.json([clientAddress(c) ?? null, c.req.header('x-forwarded-for') ?? null]))

describe('clientAddress', () => {
  it('is the connection’s, whatever headers say', async () => {
    const { url } = await serveForTest(app.fetch, { hostname: '127.0.0.1' })
    const forged = { 'x-forwarded-for': '192.0.2.1', 'cf-connecting-ip': '192.0.2.2', 'x-real-ip': '192.0.2.3', forwarded: 'for=192.0.2.4' }
    expect(JSON.parse((await send(url, { headers: forged })).body.toString())).toEqual(['127.0.0.1', '192.0.2.1'])
    expect(JSON.parse((await send(url)).body.toString())).toEqual(['127.0.0.1', '127.0.0.1'])
  })

  it('is known with HTTP/2', async () => {
    const { port } = await serveForTest(app.fetch, { hostname: '127.0.0.1', createServer: createSecureServer as never, serverOptions: tls })
    const client = connect(`https://127.0.0.1:${port}`, { ca: tls.cert, servername: 'localhost' })
    onTestFinished(() => void client.close())
    const stream = client.request({ ':path': '/' })
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect(JSON.parse(text)[0]).toBe('127.0.0.1')
  })

  it('is known behind @hono/node-server alone', async () => {
    const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const answer = await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(JSON.parse(answer.body.toString())[0]).toBe('127.0.0.1')
  })

  it.each([
    ['Deno', { remoteAddr: { transport: 'tcp', hostname: '2001:db8::1', port: 1 } }, '2001:db8::1'],
    ['Bun', { requestIP: () => ({ address: '::ffff:192.0.2.1', family: 'IPv6', port: 1 }) }, '::ffff:192.0.2.1'],
    ['nothing', {}, null],
    ['nothing at all', undefined, null],
    ['a closed socket', { incoming: { socket: {} } }, null],
  ])('is read off what %s hands out', async (_name, env, address) => {
    expect(await (await app.request('/', {}, env)).json()).toEqual([address, null])
  })

  describe('in workerd', () => {
    afterEach(() => {
      vi.unstubAllGlobals()
      vi.resetModules()
    })
    it('is what Cloudflare says', async () => {
      vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
      vi.resetModules()
      const { clientAddress } = await import('../../src/runtime/client-address.ts')
      const app = new Hono().get('/', (c) => c.text(clientAddress(c) ?? 'none'))
      const request = new Request('http://localhost/', { headers: { 'cf-connecting-ip': '192.0.2.9', 'x-forwarded-for': '192.0.2.1' } })
      // A binding of this name is the application's own.
      expect(await (await app.request(request, {}, { incoming: { socket: { remoteAddress: '192.0.2.5' } } })).text()).toBe('192.0.2.9')
    })
  })
})

describe('the key of an address', () => {
  const keyOf = async (trust: TrustProxy | undefined, address: string | undefined, forwarded?: string): Promise<string | undefined> => {
    const key = createAddressKey(trust)
    const app = new Hono().get('/', (c: Context) => c.json({ key: key(c) }))
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const answer = await app.request('/', { headers }, { incoming: { socket: { remoteAddress: address } } })
    return ((await answer.json()) as { key?: string }).key
  }

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::9', '2001:db8:1:3::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['/run/app.sock', undefined],
    [undefined, undefined],
  ])('%s -> %s', async (address, key) => {
    expect(await keyOf(undefined, address, '198.51.100.7')).toBe(key)
  })

  it.each<[TrustProxy, string | undefined, string | undefined, string | undefined]>([
    // One proxy: it appends whom it was called by; anything before was the client's own invention.
    [1, '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [1, '10.0.0.1', '203.0.113.66, 198.51.100.7', '198.51.100.7'],
    [1, '10.0.0.1', '203.0.113.66,, 198.51.100.7', '198.51.100.7'],
    [1, '10.0.0.1', undefined, '10.0.0.1'],
    [2, '10.0.0.1', '203.0.113.66, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
    [3, '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [1, '10.0.0.1', '[2001:db8::1]:4711', '2001:db8::/64'],
    [1, '10.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
    [1, '10.0.0.1', 'unknown', '10.0.0.1'],
    [1, '10.0.0.1', '198.51.100.007', '10.0.0.1'],
    [1, '10.0.0.1', `${'9'.repeat(5000)}`, '10.0.0.1'],
    // Natively in Next.js nobody knows the connection.
    [1, undefined, '203.0.113.66, 198.51.100.7', '198.51.100.7'],
    [1, undefined, undefined, undefined],
    // By address.
    [['10.0.0.0/8'], '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '203.0.113.66, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
    [['::ffff:10.0.0.0/104'], '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [['10.0.0.0/8'], '11.0.0.1', '198.51.100.7', '11.0.0.1'],
    [['10.0.0.1'], '10.0.0.2', '198.51.100.7', '10.0.0.2'],
    [['2001:db8::/32'], '2001:db8::5', '198.51.100.7', '198.51.100.7'],
    [['0.0.0.0/0'], '2001:db8::5', '198.51.100.7', '2001:db8::/64'],
    [['10.0.0.0/8'], '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
    [['10.0.0.0/8'], '10.0.0.1', '10.0.0.1', '10.0.0.1'],
    [['10.0.0.0/8'], undefined, '198.51.100.7', undefined],
  ])('trusting %j, connected from %s, X-Forwarded-For %s -> %s', async (trust, address, forwarded, key) => {
    expect(await keyOf(trust, address, forwarded)).toBe(key)
  })

  it.each([
    0,
    -1,
    1.5,
    101,
    true,
    '1',
    [],
    ['10.0.0.0/33'],
    ['10.0.0.0/8/8'],
    ['loopback'],
    ['::1/129'],
    [7],
    ['::ffff:10.0.0.0/95'],
    ['10.0.0.0/'],
  ])('is not made with trustProxy %j', (trust) => {
    expect(() => createAddressKey(trust as TrustProxy)).toThrow(/^rateLimit: trustProxy (is|names) /)
  })
})
