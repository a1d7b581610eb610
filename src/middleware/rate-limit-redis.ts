import { RedisStore, type Store } from 'hono-rate-limiter'
import { checkNames } from './option-checks.js'

/** As much of a Redis client as is used: `call` of ioredis, or `sendCommand` of the package redis. */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(command: string[]): Promise<unknown> }

/**
 * Counts in Redis, for all processes together, by scripts that count and set the expiry at once.
 * @param options.prefix what keys start with; limits with the same prefix count the same clients together. Default `everyroute:rate-limit:`.
 * @throws {TypeError} where the client has neither method, or an option is not known or undefined
 */
export function redisStore(client: RedisClient, options: { readonly prefix?: string } = {}): Store {
  checkNames('redisStore', options, ['prefix'])
  const { prefix = 'everyroute:rate-limit:' } = options
  const send = senderOf(client)
  const evalsha = async <R>(sha: string, keys: string[], args: unknown[]): Promise<R> =>
    (await send('EVALSHA', sha, String(keys.length), ...keys, ...args.map(String))) as R
  let store: RedisStore | undefined
  const opened = (): RedisStore => {
    if (store) return store
    throw new Error('redisStore: the store is used before rateLimit() has taken it over')
  }
  return {
    init: (config) => {
      if (store) throw new TypeError('redisStore: one store is given to two rate limits; give each its own, with a prefix of its own')
      store = new RedisStore({
        prefix,
        client: {
          scriptLoad: async (script: string) => String(await send('SCRIPT', 'LOAD', script)),
          evalsha,
          decr: async (key: string) => Number(await send('DECR', key)),
          del: async (key: string) => Number(await send('DEL', key)),
        },
      })
      store.init(config)
    },
    get: (key) => opened().get(key),
    increment: (key) => opened().increment(key),
    decrement: (key) => opened().decrement(key),
    resetKey: (key) => opened().resetKey(key),
  }
}

/** ioredis has a `sendCommand` too, which takes something else. */
function senderOf(client: RedisClient): (...command: [string, ...string[]]) => Promise<unknown> {
  if ('call' in client && typeof client.call === 'function') return (...command) => client.call(...command)
  if ('sendCommand' in client && typeof client.sendCommand === 'function') return (...command) => client.sendCommand(command)
  throw new TypeError('redisStore: the client has neither call() nor sendCommand(); give one of ioredis or of the package redis')
}
