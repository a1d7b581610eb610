import { describe, expect, test } from 'vitest'
import { type Answer, answer } from './answer.ts'

/** Declares tests that drive the health and the events of the example API. @param url of a path of the API */
export function driveEvents(url: (path: string) => string): void {
  const health = async (): Promise<Answer> => answer(await fetch(url('/health')))

  describe('health and events', () => {
    const openStreams = async () => (await health()).body.data.openStreams as number

    test('the health says ok', async () => {
      expect(await health()).toMatchObject({ status: 200, body: { data: { status: 'ok', openStreams: expect.any(Number) } } })
    })

    test('events come one by one, and end when the client goes', async () => {
      const before = await openStreams()
      const client = new AbortController()
      const response = await fetch(url('/events'), { signal: client.signal })
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)

      const events = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      const first = await events?.read()
      expect(first?.value).toMatch(/^id: 1\nevent: counts\ndata: \{"users":\d+,"posts":\d+\}\n\n$/)
      const second = await events?.read()
      expect(second?.value).toMatch(/^id: 2\n/)
      expect(await openStreams()).toBe(before + 1)

      client.abort()
      await events?.closed.catch(() => {})
      await expect.poll(openStreams, { timeout: 5_000 }).toBe(before)
    })

    test('HEAD of the events opens no stream', async () => {
      const before = await openStreams()
      const { status, headers } = await fetch(url('/events'), { method: 'HEAD' })
      expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/event-stream/)])
      await expect.poll(openStreams, { timeout: 5_000 }).toBe(before)
    })
  })
}
