import { NextRequest } from 'next/server'
import { expect, test } from 'vitest'
import { toNextRequest } from '../../src/runtime/native-request'

const of = (body: BodyInit | null) => new NextRequest('http://localhost/base/x?a=b', { method: 'POST', body, headers: { 'x-a': 'b' } })

test('what middleware has put in the place of a NextRequest becomes one, body and all', async () => {
  const replaced = new Request('http://localhost/y', { method: 'POST', body: 'text', headers: { 'x-a': 'c' } })
  const made = toNextRequest(replaced, of('other'))
  expect(made).toBeInstanceOf(NextRequest)
  expect([made.url, made.headers.get('x-a'), await made.text()]).toEqual(['http://localhost/y', 'c', 'text'])
})

test('one whose body has been read becomes one without', async () => {
  const replaced = new Request('http://localhost/y', { method: 'POST', body: '{}' })
  await replaced.json()
  const made = toNextRequest(replaced, of(null))
  expect([made instanceof NextRequest, made.method, made.body]).toEqual([true, 'POST', null])
})
