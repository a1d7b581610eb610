import type { MiddlewareHandler } from 'hono'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withMiddleware } from '../../src/handler.ts'
import { memoryStore, type RateLimitInfo, type RateLimitStore, rateLimit, redisStore } from '../../src/middleware/rate-limit.ts'
import { hasRedis, type RedisServer, redisTitle, startRedis } from '../cache/redis-server.ts'
import { setUp } from '../runtime/helpers.ts'

/** A router behind a limit; each call comes from the address. */
function serve(limit: MiddlewareHandler, more: { env?: object } = {}) {
  const ran: string[] = []
  const { app, logged } = setUp({
    '/': { GET: (request: Request) => new Response(String(ran.push(request.url))) },
    '/fail': {
      GET: () => {
        throw new Error('no')
      },
    },
  })
  app.use(limit)
  const call = (address?: string, headers: Record<string, string> = {}, path = '/') =>
    app.request(path, { headers }, { ...(address && { incoming: { socket: { remoteAddress: address } } }), ...more.env })
  return { call, ran, logged, app }
}

const statuses = async (calls: (Response | Promise<Response>)[]) => (await Promise.all(calls)).map(({ status }) => status)

let log: ReturnType<typeof vi.spyOn>
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.useRealTimers()
  log.mockRestore()
})

describe('rateLimit', () => {
  it('lets so many through per window and client, and answers 429 beyond', async () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
    const { call, ran } = serve(rateLimit({ limit: 2, window: 60 }))
    const first = await call('192.0.2.1')
    expect([first.status, first.headers.get('ratelimit'), first.headers.get('ratelimit-policy')]).toEqual([
      200,
      'limit=2, remaining=1, reset=60',
      '2;w=60',
    ])
    vi.setSystemTime(1_020_500)
    expect((await call('192.0.2.1')).headers.get('ratelimit')).toBe('limit=2, remaining=0, reset=40')
    const refused = await call('192.0.2.1')
    expect([refused.status, await refused.json()]).toEqual([429, { error: 'Too Many Requests' }])
    expect(refused.headers.get('retry-after')).toBe('40')
    expect(refused.headers.get('ratelimit')).toBe('limit=2, remaining=0, reset=40')
    expect((await call('192.0.2.2')).status).toBe(200)
    expect(ran).toHaveLength(3)
    vi.setSystemTime(1_060_000)
    expect((await call('192.0.2.1')).status).toBe(200)
    expect(log).not.toHaveBeenCalled()
  })

  it('puts its headers on errors too', async () => {
    const { call } = serve(rateLimit({ limit: 2, window: 60 }))
    const answers = [await call('192.0.2.1', {}, '/fail'), await call('192.0.2.1', {}, '/nowhere'), await call('192.0.2.1', {}, '/fail')]
    expect(answers.map(({ status, headers }) => `${status} ${headers.get('ratelimit')}`)).toEqual([
      '500 limit=2, remaining=1, reset=60',
      '404 limit=2, remaining=0, reset=60',
      '429 limit=2, remaining=0, reset=60',
    ])
  })

  it('counts at once what comes at once', async () => {
    const { call, ran } = serve(rateLimit({ limit: 5, window: 60 }))
    expect((await statuses(Array.from({ length: 20 }, () => call('192.0.2.1')))).sort()).toEqual([
      ...Array(5).fill(200),
      ...Array(15).fill(429),
    ])
    expect(ran).toHaveLength(5)
  })

  it('is not got round by headers, nor within a /64', async () => {
    const { call } = serve(rateLimit({ limit: 1, window: 60 }))
    expect(
      await statuses([call('192.0.2.1', { 'x-forwarded-for': '1.1.1.1' }), call('192.0.2.1', { 'x-forwarded-for': '1.1.1.2' })]),
    ).toEqual([200, 429])
    expect(await statuses([call('192.0.2.1', { 'cf-connecting-ip': '1.1.1.1' }), call('::ffff:192.0.2.1')])).toEqual([429, 429])
    expect(await statuses([call('2001:db8::1'), call('2001:db8::2'), call('2001:db8:0:1::2')])).toEqual([200, 429, 200])
  })

  it('believes a proxy that is trusted', async () => {
    const { call } = serve(rateLimit({ limit: 1, window: 60, trustProxy: ['10.0.0.0/8'] }))
    const from = (forwarded: string, address = '10.0.0.1') => call(address, { 'x-forwarded-for': forwarded })
    expect(
      await statuses([
        from('1.1.1.1'),
        from('1.1.1.2'),
        from('9.9.9.9, 1.1.1.1'),
        from('1.1.1.3', '192.0.2.1'),
        from('1.1.1.4', '192.0.2.1'),
      ]),
    ).toEqual([200, 200, 429, 200, 429])
  })

  it('counts by a key of one’s own, and by the address where there is none', async () => {
    const { call } = serve(rateLimit({ limit: 1, window: 60, key: async (c) => c.req.header('x-user') }))
    const as = (user: string, address = '192.0.2.1') => call(address, { 'x-user': user })
    expect(await statuses([as('a'), as('a', '192.0.2.2'), as('b'), as(''), call('192.0.2.1'), call('192.0.2.2')])).toEqual([
      200, 429, 200, 200, 429, 200,
    ])
  })

  it('takes no key for the address of a client', async () => {
    const { call } = serve(rateLimit({ limit: 1, window: 60, key: (c) => c.req.header('x-user') }))
    expect(await statuses([call('192.0.2.9', { 'x-user': '192.0.2.1' }), call('192.0.2.1')])).toEqual([200, 200])
  })

  it('counts clients that nobody knows as one, and says so once', async () => {
    const { call } = serve(rateLimit({ limit: 2, window: 60 }))
    expect(await statuses([call(), call(undefined, { 'x-forwarded-for': '1.1.1.1' }), call()])).toEqual([200, 200, 429])
    expect(log.mock.calls.map(([message]: unknown[]) => String(message))).toEqual([expect.stringContaining('Give trustProxy, or key.')])
  })

  it('works natively, by the proxies’ word', async () => {
    const GET = withMiddleware(rateLimit({ limit: 1, window: 60, trustProxy: 1 }))((_request, { c }) =>
      Response.json((c.get('rateLimit') as RateLimitInfo).remaining),
    )
    const ask = (forwarded: string) => GET(new Request('http://localhost/', { headers: { 'x-forwarded-for': forwarded } }))
    const first = await ask('1.1.1.1')
    expect([await first.json(), first.headers.get('ratelimit')]).toEqual([0, 'limit=1, remaining=0, reset=60'])
    const refused = await ask('9.9.9.9, 1.1.1.1')
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([429, '60', { error: 'Too Many Requests' }])
    expect((await ask('1.1.1.2')).status).toBe(200)
  })

  it.each<[string, object]>([
    ['limit is 0', { limit: 0, window: 60 }],
    ['limit is undefined', { window: 60 }],
    ['limit is 1.5', { limit: 1.5, window: 60 }],
    ['limit is Infinity', { limit: Number.POSITIVE_INFINITY, window: 60 }],
    ['window is 0', { limit: 1, window: 0 }],
    ['window is 86401', { limit: 1, window: 86_401 }],
    ['window is 30', { binding: { limit: async () => ({ success: true }) }, window: 30 }],
    ['store has no increment', { limit: 1, window: 1, store: {} }],
    ['key is no function', { limit: 1, window: 1, key: 'ip' }],
    ['trustProxy is true', { limit: 1, window: 1, trustProxy: true }],
    ['onStoreFailure is "open"', { limit: 1, window: 1, onStoreFailure: 'open' }],
    ['storeTimeout is 0', { limit: 1, window: 1, storeTimeout: 0 }],
  ])('%s: refused', (message, options) => {
    expect(() => rateLimit(options as never)).toThrow(TypeError)
    expect(() => rateLimit(options as never)).toThrow(`rateLimit: ${message}`)
  })
})

describe('memoryStore', () => {
  it('forgets whom it has not seen for longest', async () => {
    const { call } = serve(rateLimit({ limit: 1, window: 60, store: memoryStore({ maxKeys: 2 }) }))
    const status = async (address: string) => (await call(address)).status
    expect([await status('1.1.1.1'), await status('1.1.1.2'), await status('1.1.1.1')]).toEqual([200, 200, 429])
    // The second is forgotten, the first was seen since.
    expect([await status('1.1.1.3'), await status('1.1.1.1'), await status('1.1.1.2')]).toEqual([200, 429, 200])
  })

  it('is for one limit, and bounded', () => {
    const store = memoryStore()
    rateLimit({ limit: 1, window: 1, store })
    expect(() => rateLimit({ limit: 2, window: 2, store })).toThrow('give each its own')
    expect(() => memoryStore({ maxKeys: 0 })).toThrow('maxKeys is 0')
  })
})

describe('a store that fails', () => {
  /** Fails from the second question to the fourth. */
  const failing = (fail: () => Promise<never>): RateLimitStore => {
    let asked = 0
    return {
      increment: () => (++asked === 1 || asked > 4 ? { totalHits: 1 } : fail()),
      decrement: () => {},
      resetKey: () => {},
    }
  }
  const rejects = () => Promise.reject(new Error('connection lost'))

  it('answers 503, and logs the first of a row', async () => {
    const { call, ran } = serve(rateLimit({ limit: 5, window: 60, store: failing(rejects) }))
    const answers = [await call('1.1.1.1'), await call('1.1.1.1'), await call('1.1.1.1'), await call('1.1.1.1'), await call('1.1.1.1')]
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 503, 200])
    expect(answers[1]?.headers.get('retry-after')).toBe('5')
    expect(await answers[1]?.json()).toEqual({ error: 'Service Unavailable' })
    expect(ran).toHaveLength(2)
    expect(log).toHaveBeenCalledTimes(1)
    expect(log).toHaveBeenCalledWith(expect.stringContaining('the store fails'), expect.objectContaining({ message: 'connection lost' }))
  })

  it('lets through where that is chosen', async () => {
    const { call } = serve(rateLimit({ limit: 5, window: 60, store: failing(rejects), onStoreFailure: 'allow' }))
    expect(await statuses([call('1.1.1.1'), call('1.1.1.1')])).toEqual([200, 200])
    expect(log).toHaveBeenCalledTimes(1)
  })

  it('is not waited for', async () => {
    const hanging = failing(() => new Promise(() => {}))
    const { call } = serve(rateLimit({ limit: 5, window: 60, store: hanging, storeTimeout: 20 }))
    expect(await statuses([call('1.1.1.1'), call('1.1.1.1')])).toEqual([200, 503])
  })
})

describe('a binding of Cloudflare', () => {
  const LIMITER = () => {
    const counts = new Map<string, number>()
    return {
      counts,
      async limit({ key }: { key: string }) {
        counts.set(key, (counts.get(key) ?? 0) + 1)
        return { success: (counts.get(key) ?? 0) <= 1 }
      },
    }
  }

  it('is asked for the client', async () => {
    const limiter = LIMITER()
    const limit = rateLimit({ binding: (c) => c.env.LIMITER, window: 60 })
    const { call } = serve(limit, { env: { LIMITER: limiter } })
    expect(await statuses([call('192.0.2.1'), call('192.0.2.2')])).toEqual([200, 200])
    const refused = await call('192.0.2.1')
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([429, '60', { error: 'Too Many Requests' }])
    expect([...limiter.counts]).toEqual([
      ['192.0.2.1', 2],
      ['192.0.2.2', 1],
    ])
  })

  it('that is missing is an error, that fails counts as a failing store', async () => {
    const missing = serve(rateLimit({ binding: (c) => c.env.LIMITER, window: 10, onStoreFailure: 'allow' }))
    expect((await missing.call('192.0.2.1')).status).toBe(500)
    expect(String(missing.logged[0]?.[0])).toContain('name one under "ratelimits"')
    const binding = { limit: () => Promise.reject(new Error('no')) }
    expect(await statuses([serve(rateLimit({ binding, window: 10 })).call('192.0.2.1')])).toEqual([503])
    expect(await statuses([serve(rateLimit({ binding, window: 10, onStoreFailure: 'allow' })).call('192.0.2.1')])).toEqual([200])
  })
})

describe('redisStore', () => {
  it('refuses what is no client', () => {
    expect(() => redisStore({} as never)).toThrow('neither call() nor sendCommand()')
  })

  describe.skipIf(!hasRedis)(redisTitle, () => {
    let server: RedisServer
    let redis: Redis
    beforeAll(async () => {
      server = await startRedis()
      redis = new Redis(server.url)
    })
    afterAll(async () => {
      redis.disconnect()
      await server.stop()
    })

    it('counts for all processes together, and forgets after the window', async () => {
      const other = new Redis(server.url)
      const options = { limit: 3, window: 1 }
      const a = serve(rateLimit({ ...options, store: redisStore(redis, { prefix: 'together:' }) }))
      // As the package `redis` has it.
      const client = { sendCommand: ([command = '', ...args]: string[]) => other.call(command, ...args) }
      const b = serve(rateLimit({ ...options, store: redisStore(client, { prefix: 'together:' }) }))
      const calls = Array.from({ length: 8 }, (_, i) => (i % 2 ? a : b).call('192.0.2.1'))
      expect((await statuses(calls)).filter((status) => status === 200)).toHaveLength(3)
      expect(await redis.pttl('together:192.0.2.1')).toBeGreaterThan(0)
      await vi.waitFor(async () => expect((await a.call('192.0.2.1')).status).toBe(200), { timeout: 3000, interval: 200 })
      other.disconnect()
    })

    it('survives that Redis forgets its scripts', async () => {
      const { call } = serve(rateLimit({ limit: 2, window: 60, store: redisStore(redis, { prefix: 'flush:' }) }))
      expect((await call('192.0.2.1')).headers.get('ratelimit')).toBe('limit=2, remaining=1, reset=60')
      await redis.script('FLUSH')
      expect(await statuses([call('192.0.2.1')])).toEqual([200])
      expect(await statuses([call('192.0.2.1')])).toEqual([429])
    })

    it('answers 503 soon while Redis is away', async () => {
      const own = await startRedis()
      const client = new Redis(own.url)
      client.on('error', () => {})
      const { call } = serve(rateLimit({ limit: 2, window: 60, store: redisStore(client), storeTimeout: 300 }))
      expect((await call('192.0.2.1')).status).toBe(200)
      await own.stop()
      const begun = Date.now()
      expect((await call('192.0.2.1')).status).toBe(503)
      expect(Date.now() - begun).toBeLessThan(2000)
      client.disconnect()
    })
  })
})
