import { describe, expect, it, vi } from 'vitest'
import { withMiddleware } from '../../src/handler.ts'
import { timeout } from '../../src/middleware/timeout.ts'
import { settled, setUp } from '../runtime/helpers.ts'

const IN_TIME = { seconds: 5 }
const SHORT = { seconds: 0.03 }

/** Waits for the signal, and tells its reason. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('timeout', () => {
  it('lets answers pass that come in time', async () => {
    let signal: AbortSignal | undefined
    const { app } = setUp({ '/': { GET: (request: Request) => new Response(String((signal = request.signal).aborted)) } })
    app.use(timeout(IN_TIME))
    const answer = await app.request('/')
    expect([answer.status, await answer.text()]).toEqual([200, 'false'])
    expect(signal?.aborted).toBe(false)
  })

  it('answers 504, aborts the signal of the request, and reports what the handler throws then', async () => {
    const reasons: unknown[] = []
    const { app, logged } = setUp({
      '/': {
        GET: (request: Request) =>
          untilAborted(request.signal).catch((reason) => {
            reasons.push(reason)
            throw reason
          }),
      },
    })
    app.use(timeout(SHORT))
    const answer = await app.request('/')
    expect([answer.status, await answer.json()]).toEqual([504, { error: 'Gateway Timeout' }])
    await settled()
    expect(reasons).toEqual([expect.objectContaining({ name: 'TimeoutError' })])
    expect(logged.map(([error]) => error)).toEqual(reasons)
  })

  it('stays 504 for middleware in front where the handler fails by the signal', async () => {
    const { app } = setUp({ '/': { GET: (request: Request) => untilAborted(request.signal) } })
    app.use(async (c, next) => {
      await next()
      c.header('x-seen', String(c.res.status))
    })
    app.use(timeout(SHORT))
    const answer = await app.request('/')
    expect([answer.status, answer.headers.get('x-seen')]).toEqual([504, '504'])
  })

  it('aborts the signal together with the client’s own', async () => {
    const client = new AbortController()
    const seen = new Promise<unknown>((resolve) => {
      const { app } = setUp({
        '/': {
          GET: async ({ signal }: Request) => {
            setTimeout(() => client.abort('gone'), 5)
            await untilAborted(signal).catch(resolve)
            return new Response()
          },
        },
      })
      app.use(timeout(IN_TIME))
      void app.request('/', { signal: client.signal })
    })
    expect(await seen).toBe('gone')
  })

  it('drops a late answer and the error of a late one', async () => {
    let late: () => void = () => {}
    const { app, logged } = setUp({
      '/ok': { GET: () => new Promise((resolve) => (late = () => resolve(new Response('late')))) },
      '/fail': { GET: () => new Promise((_resolve, reject) => (late = () => reject(new Error('late')))) },
    })
    app.use(timeout(SHORT))
    for (const path of ['/ok', '/fail']) {
      const answer = await app.request(path)
      late()
      await settled()
      expect([answer.status, await answer.json()]).toEqual([504, { error: 'Gateway Timeout' }])
    }
    expect(logged.map(([error]) => (error as Error).message)).toEqual(['late'])
  })

  it('does not cut a stream that has begun', async () => {
    let signal: AbortSignal | undefined
    const { app } = setUp({
      '/': {
        GET: (request: Request) => {
          signal = request.signal
          return new Response(
            new ReadableStream({
              async start(controller) {
                await settled(80)
                controller.enqueue(new TextEncoder().encode('whole'))
                controller.close()
              },
            }),
          )
        },
      },
    })
    app.use(timeout(SHORT))
    const answer = await app.request('/')
    expect(await answer.text()).toBe('whole')
    expect(signal?.aborted).toBe(false)
  })

  it('works natively and in a folder', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const slow = (request: Request): Promise<Response> => untilAborted(request.signal)
    const native = withMiddleware(timeout(SHORT))(slow)
    expect((await native(new Request('http://localhost/'))).status).toBe(504)
    const { app } = setUp({ '/': { GET: native } })
    expect((await app.request('/')).status).toBe(504)
    await settled()
    expect(log).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ name: 'TimeoutError' }))
    log.mockRestore()
  })

  it.each([0, -1, 86_401, Number.NaN, '5' as never])('refuses %s seconds', (seconds) => {
    expect(() => timeout({ seconds })).toThrow(/^timeout: seconds is .*; give 0\.001 to 86400$/)
  })
})
