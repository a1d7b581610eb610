import type { RedisOptions } from 'ioredis'
import { createStorage } from 'unstorage'
import type { CacheStore } from './store.js'
import { encodeTagState, invalidationState } from './tag-state.js'
import { checkBase, TAG_TTL, tagName, type UnstorageStoreOptions, unstorageStore } from './unstorage.js'

export interface RedisStoreOptions extends UnstorageStoreOptions {
  /** `redis://USER:PASSWORD@HOST:PORT/DB`, or `rediss://` for TLS. */
  readonly url: string
  /**
   * Further options of ioredis. By default a command fails after one reconnection attempt or 2,000 ms, so that answers
   * don't wait for a Redis that is away.
   */
  readonly client?: RedisOptions
  /** Told of lost and refused connections, which ioredis mends by itself. Default: nothing; the failing commands are reported anyway. */
  readonly onConnectionError?: (error: Error) => void
}

// Two processes may invalidate one tag at once: what is there and what is new are merged inside Redis, as mergeTagStates does.
const MERGE_TAG_STATE = `
local expired, stale, untilTime = ARGV[1], ARGV[2], ARGV[3]
local before = redis.call('GET', KEYS[1])
if before then
  local e, s, u = string.match(before, '^(%S+) (%S+) (%S+)$')
  if e and tonumber(e) > tonumber(expired) then expired = e end
  if s and tonumber(s) > tonumber(stale) then stale, untilTime = s, u end
end
redis.call('SET', KEYS[1], expired .. ' ' .. stale .. ' ' .. untilTime, 'EX', ARGV[4])
`

/**
 * A store in Redis (6 or later, one node), shared by every process that uses the same base: what one sets or invalidates,
 * the others see with their next read. Entries and tags carry TTLs. Needs the package `ioredis` 5.
 * @throws TypeError for a missing url or a bad base
 * @throws Error where ioredis isn't installed
 */
export async function redisStore(options: RedisStoreOptions): Promise<CacheStore> {
  if (typeof options.url !== 'string' || options.url === '') {
    throw new TypeError(`url must be a Redis URL such as redis://localhost:6379; got ${JSON.stringify(options.url)}`)
  }
  const base = checkBase(options.base)
  const { default: redisDriver } = await loadDriver()
  const driver = redisDriver({ maxRetriesPerRequest: 1, commandTimeout: 2000, ...options.client, url: options.url })
  const redis = driver.getInstance?.()
  if (redis === undefined) throw new Error('The Redis driver of unstorage gave no client; use unstorage 1.17 or later')
  // Without a listener ioredis writes every lost connection to the console.
  redis.on('error', (error: Error) => options.onConnectionError?.(error))

  return {
    ...unstorageStore(createStorage({ driver }), { base }),
    invalidateTags: async (tags, invalidation) => {
      const state = encodeTagState(invalidationState(invalidation)).split(' ')
      await Promise.all(tags.map(async (tag) => redis.eval(MERGE_TAG_STATE, 1, await tagName(base, tag), ...state, TAG_TTL)))
    },
  }
}

async function loadDriver(): Promise<typeof import('unstorage/drivers/redis')> {
  try {
    return await import('unstorage/drivers/redis')
  } catch (cause) {
    throw new Error('redisStore() needs the package ioredis, which could not be loaded; install it: npm install ioredis@5', { cause })
  }
}
