import { expect, it } from 'vitest'
import { serve } from '../../src/adapters/node.js'
import { setUp } from './helpers.js'

const open = { count: 0 }

const streams = {
  '/events': {
    GET: async () => {
      open.count++
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new TextEncoder().encode('x')),
          cancel: () => void open.count--,
        }),
        { headers: { 'x-kind': 'stream' } },
      )
    },
  },
}

const settled = async (): Promise<void> => expect.poll(() => open.count).toBe(0)

it('ends the stream that a GET handler answers HEAD with', async () => {
  const { app } = setUp(streams)
  const response = await app.request('/events', { method: 'HEAD' })
  expect([response.status, response.headers.get('x-kind'), response.body]).toEqual([200, 'stream', null])
  await settled()
})

it('does so over HTTP, with whatever middleware reads of the answer', async () => {
  const { app } = setUp(streams)
  let seen = ''
  app.use(async (c, next) => {
    await next()
    seen = `${c.res.status} ${c.res.headers.get('x-kind')}`
  })
  const { url, close } = await serve(app, { port: 0, quiet: true, signals: false })
  try {
    const response = await fetch(`${url}/events`, { method: 'HEAD' })
    expect([response.status, seen]).toEqual([200, '200 stream'])
    await settled()
  } finally {
    await close()
  }
})
