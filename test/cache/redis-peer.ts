/** A process with a cache of its own on the Redis that the first argument names; calls arrive as messages. */
import { Cache } from '../../src/cache/cache.js'
import { redisStore } from '../../src/cache/redis.js'

export interface PeerCall {
  readonly call: 'remember' | 'revalidateTag'
  readonly name: string
  readonly profile?: string
}

const cache = new Cache(await redisStore({ url: process.env.PEER_REDIS_URL ?? '' }))
let made = 0

process.on('message', async ({ call, name, profile }: PeerCall) => {
  if (call === 'revalidateTag') {
    await cache.revalidateTag(name, profile)
    process.send?.('done')
    return
  }
  const background: Promise<unknown>[] = []
  const produce = async () => ({ value: `${process.env.PEER_NAME}${++made}`, tags: ['shared'] })
  const { entry, state } = await cache.remember(name, { waitUntil: (work) => void background.push(work) }, produce)
  await Promise.all(background)
  process.send?.(`${entry.value} ${state}`)
})
process.send?.('ready')
