import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Cache } from '../../src/cache/cache.js'
import { redisStore } from '../../src/cache/redis.js'
import type { CacheStore } from '../../src/cache/store.js'
import type { PeerCall } from './redis-peer.js'
import { hasRedis, type RedisServer, redisTitle, startRedis } from './redis-server.js'
import { describeStore, entryOf } from './store-contract.js'

interface Peer {
  call(message: PeerCall): Promise<unknown>
  stop(): Promise<void>
}

/** A process of its own that runs redis-peer.ts. */
async function startPeer(name: string, url: string): Promise<Peer> {
  const script = `const { runnerImport } = await import('vite'); await runnerImport(${JSON.stringify(fileURLToPath(new URL('redis-peer.ts', import.meta.url)))})`
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, PEER_NAME: name, PEER_REDIS_URL: url },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const answer = async (): Promise<unknown> => {
    const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`The peer ended with ${code}`)))
    const [message] = await Promise.race([once(child, 'message'), ended])
    return message
  }
  expect(await answer()).toBe('ready')
  return {
    call: (message) => {
      const answered = answer()
      child.send(message)
      return answered
    },
    stop: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

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

  describeStore('store', async () => {
    const store = await redisStore({ url: server.url, base: 'contract' })
    return { store, close: async () => store.close?.() }
  })

  describe('shared by two processes', () => {
    let a: Peer
    let b: Peer
    beforeAll(async () => {
      ;[a, b] = await Promise.all([startPeer('a', server.url), startPeer('b', server.url)])
    })
    afterAll(async () => {
      await Promise.all([a.stop(), b.stop()])
    })

    it('shows each what the other made and invalidated', async () => {
      expect(await a.call({ call: 'remember', name: 'page' })).toBe('a1 miss')
      expect(await b.call({ call: 'remember', name: 'page' })).toBe('a1 fresh')
      await b.call({ call: 'revalidateTag', name: 'shared' })
      expect(await a.call({ call: 'remember', name: 'page' })).toBe('a2 miss')
      expect(await b.call({ call: 'remember', name: 'page' })).toBe('a2 fresh')
      await a.call({ call: 'revalidateTag', name: 'shared', profile: 'max' })
      expect(await b.call({ call: 'remember', name: 'page' })).toBe('a2 stale')
      expect(await a.call({ call: 'remember', name: 'page' })).toBe('b1 fresh')
    })
  })

  it('merges invalidations of one tag from two connections inside Redis', async () => {
    const stores: CacheStore[] = [await redisStore({ url: server.url }), await redisStore({ url: server.url })]
    const times = Array.from({ length: 200 }, (_, i) => 1_760_000_000_000.001 + ((i * 77) % 200))
    const latest = (keep: (i: number) => boolean) => Math.max(...times.filter((_, i) => keep(i)))
    // Both ways round, so that whichever connection is overwritten holds the latest time once.
    for (const [tag, first] of [
      ['rush', 0],
      ['push', 1],
    ] as const) {
      await Promise.all(times.map(async (at, i) => stores[(i + first) % 2]?.invalidateTags([tag], { at, expireIn: i % 3 === 0 ? 0 : i })))
      const [state] = (await stores[0]?.readTags([tag])) ?? []
      expect(state?.expiredAt).toBe(latest((i) => i % 3 === 0))
      expect(state?.staleAt).toBe(latest((i) => i % 3 !== 0))
      expect(state?.staleUntil).toBe(state!.staleAt + times.indexOf(state!.staleAt) * 1000)
    }
    for (const store of stores) await store.close?.()
  })

  it('gives entries and tags a TTL, so that they go by themselves', async () => {
    const store = await redisStore({ url: server.url, base: 'ttl' })
    await store.set('short', entryOf({ expire: 1 }))
    await store.set('hour', entryOf({ expire: 3600 }))
    await store.set('ever', entryOf())
    await store.invalidateTags(['tag'], { at: 1 })
    expect(await redis.ttl('ttl:entry:k-hour')).toBeGreaterThan(3590)
    expect(await redis.ttl('ttl:entry:k-hour')).toBeLessThanOrEqual(3600)
    expect(await redis.ttl('ttl:entry:k-ever')).toBeGreaterThan(31_535_990)
    expect(await redis.ttl('ttl:tag:k-tag')).toBeGreaterThan(await redis.ttl('ttl:entry:k-ever'))
    await vi.waitFor(async () => expect(await store.get('short')).toBeUndefined(), { timeout: 3000, interval: 100 })
    await store.close?.()
  })

  it('passes by, quickly, a Redis that has gone', async () => {
    const own = await startRedis()
    const lost: Error[] = []
    const errors: string[] = []
    const cache = new Cache(await redisStore({ url: own.url, onConnectionError: (error) => lost.push(error) }), {
      onError: (_, { phase }) => errors.push(phase),
    })
    await cache.set('key', { value: 'kept' })
    expect(await cache.lookup('key')).toMatchObject({ state: 'fresh' })
    await own.stop()
    const begun = Date.now()
    expect((await cache.remember('key', {}, () => ({ value: 'made' }))).entry.value).toBe('made')
    expect(Date.now() - begun).toBeLessThan(5000)
    expect(errors).toEqual(['read', 'write'])
    await expect(cache.revalidateTag('t')).rejects.toThrow()
    expect(lost.length).toBeGreaterThan(0)
    await cache.close()
  })
})

describe('redisStore', () => {
  it('refuses a missing url and an odd base', async () => {
    await expect(redisStore({ url: '' })).rejects.toThrow(/url must be a Redis URL/)
    await expect(redisStore({ url: 'redis://localhost', base: 'a b' })).rejects.toThrow(/base must be/)
  })

  it('names ioredis where it is missing', async () => {
    vi.doMock('unstorage/drivers/redis', () => {
      throw new Error("Cannot find package 'ioredis'")
    })
    await expect(redisStore({ url: 'redis://localhost' })).rejects.toThrow('redisStore() needs the package ioredis')
    vi.doUnmock('unstorage/drivers/redis')
  })
})
