import { expect, test, vi } from 'vitest'

vi.mock('cloudflare:workers', () => ({ env: {} }))
const { createWorker } = await import('../../src/adapters/workers.ts')

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

/** Whether a handler that has not answered when the microtasks end is waited for, by then. */
async function isWaitedFor(handler: () => Promise<Response>): Promise<boolean> {
  const waitUntil = vi.fn()
  let seen = false
  setTimeout(() => {
    seen = waitUntil.mock.calls.length > 0
  })
  const answer = createWorker({ fetch: handler })
    .fetch(new Request('http://a/'), {}, { waitUntil })
    .catch(() => undefined)
  await later()
  await answer
  await Promise.all(waitUntil.mock.calls.flat())
  return seen
}

test.each([0, 3, 14, 15, 16, 17, 40])(
  'an answer that waits for a timer after %i turns is waited for before the first of them',
  async (turns) => {
    const wait = async (): Promise<Response> => {
      for (let turn = 0; turn < turns; turn++) await undefined
      await later()
      return new Response('a')
    }
    expect(await isWaitedFor(wait)).toBe(true)
    expect(await isWaitedFor(() => wait().then(() => Promise.reject(new Error('b'))))).toBe(true)
  },
)

test('an answer that is there at once is not waited for', async () => {
  expect(await isWaitedFor(async () => new Response('a'))).toBe(false)
  expect(await isWaitedFor(() => Promise.reject(new Error('b')))).toBe(false)
})
