import { describe, expect, test } from 'vitest'
import { showPlainHeaders } from '../../src/adapters/workers-response.ts'
import { plainHeadersOf } from '../../src/runtime/plain-headers.ts'

/** The host's class without what is put into it: a derived one, so that this process's own stays as it is. */
function classes(): { Plain: typeof Response; Native: typeof Response } {
  class Plain extends Response {
    declare static json: typeof Response.json
    override get headers(): Headers {
      return super.headers
    }
    override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
      return super.body
    }
  }
  Plain.json = (data, init) =>
    new Plain(JSON.stringify(data), { ...init, headers: { 'content-type': 'application/json', ...init?.headers } })
  showPlainHeaders(Plain)
  return { Plain, Native: Response }
}

const JSON_HEADERS = { 'content-type': 'application/json' }

describe('plain headers', () => {
  const { Plain, Native } = classes()

  test.each([undefined, {}, { status: 201 }])('are those that the answer has: %j', (init) => {
    const response = Plain.json({ a: 1 }, init)
    expect(plainHeadersOf(response)).toEqual(JSON_HEADERS)
    expect([...response.headers]).toEqual([...Native.json({ a: 1 }, init).headers])
  })

  test.each<[string, (response: Response) => unknown]>([
    ['headers', (response) => response.headers.set('content-length', '1')],
    ['body', (response) => response.body!.getReader()],
  ])('are gone once somebody has asked for the %s', (_, touch) => {
    const response = Plain.json({ a: 1 })
    touch(response)
    expect(plainHeadersOf(response)).toBeUndefined()
  })

  test('are not there for answers with headers of their own, or of another making', () => {
    expect(plainHeadersOf(Plain.json({}, { headers: { 'x-a': 'b' } }))).toBeUndefined()
    expect(plainHeadersOf(Plain.json({}, Native.json({})))).toBeUndefined()
    expect(plainHeadersOf(new Plain('a'))).toBeUndefined()
  })

  test('of one answer say nothing of another', () => {
    const [one, other] = [Plain.json({}), Plain.json({})]
    one.headers.set('x-a', 'b')
    expect(plainHeadersOf(other)).toEqual(JSON_HEADERS)
  })
})
