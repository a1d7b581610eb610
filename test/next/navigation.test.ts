import { describe, expect, test } from 'vitest'
import {
  forbidden,
  notFound,
  permanentRedirect,
  RedirectType,
  redirect,
  unauthorized,
  unstable_rethrow,
} from '../../src/next/navigation.js'
import { setUp } from '../runtime/helpers.js'

const answer = async (run: () => unknown, init: RequestInit = {}, options = {}) => {
  const { app, logged } = setUp({ '/a': { GET: run, POST: run, PUT: run } }, options)
  const response = await app.request('/a', init)
  return { status: response.status, location: response.headers.get('location'), logged: logged.length }
}

test.each<[string, () => unknown, number, string | null]>([
  ['redirect', () => redirect('/b?q=1#h'), 307, '/b?q=1#h'],
  ['redirect elsewhere', () => redirect('https://b.example/;x'), 307, 'https://b.example/;x'],
  ['redirect with a type', () => redirect('/b', RedirectType.push), 307, '/b'],
  ['permanentRedirect', () => permanentRedirect('/b'), 308, '/b'],
  ['notFound', () => notFound(), 404, null],
  ['forbidden without the setting', () => forbidden(), 500, null],
  ['unauthorized without the setting', () => unauthorized(), 500, null],
])('%s', async (_, run, status, location) => {
  expect(await answer(run)).toEqual({ status, location, logged: status === 500 ? 1 : 0 })
})

test('forbidden and unauthorized with authInterrupts', async () => {
  expect((await answer(() => forbidden(), {}, { authInterrupts: true })).status).toBe(403)
  expect((await answer(() => unauthorized(), {}, { authInterrupts: true })).status).toBe(401)
})

describe('redirect from a POST', () => {
  const post = (headers: Record<string, string>, method = 'POST') => answer(() => redirect('/b'), { method, headers, body: 'a=1' })

  test.each([
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 303],
    [{ 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, 307],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, 303],
    [{ 'content-type': 'text/plain', 'next-action': 'x' }, 303],
    [{ 'content-type': 'application/json' }, 307],
  ])('with %o: %i', async (headers, status) => {
    expect((await post(headers as Record<string, string>)).status).toBe(status)
  })

  test('never from a PUT', async () => {
    expect((await post({ 'content-type': 'application/x-www-form-urlencoded' }, 'PUT')).status).toBe(307)
  })
})

test('known by their digest, in plain objects too; other digests are errors', async () => {
  const throwing = (digest: unknown) => () => {
    throw { digest }
  }
  expect(await answer(throwing('NEXT_REDIRECT;replace;/a;b;307;'))).toEqual({ status: 307, location: '/a;b', logged: 0 })
  expect((await answer(throwing('NEXT_HTTP_ERROR_FALLBACK;404'))).status).toBe(404)
  for (const digest of ['NEXT_REDIRECT;replace;/a;302;', 'NEXT_REDIRECT;other;/a;307;', 'NEXT_HTTP_ERROR_FALLBACK;418', 'NEXT_REDIRECT', 7])
    expect((await answer(throwing(digest))).status).toBe(500)
})

test('an empty target and one that no header can carry are errors', async () => {
  expect((await answer(() => redirect(''))).status).toBe(500)
  expect((await answer(() => redirect('/é€'))).status).toBe(500)
})

test('unstable_rethrow throws on what belongs to the framework, unwrapping causes, and nothing else', () => {
  const caught = (run: () => never): unknown => {
    try {
      return run()
    } catch (error) {
      return error
    }
  }
  const thrown = caught(() => redirect('/a'))
  expect(() => unstable_rethrow(thrown)).toThrow('NEXT_REDIRECT')
  expect(() => unstable_rethrow(new Error('outer', { cause: thrown }))).toThrow('NEXT_REDIRECT')
  for (const digest of [
    'BAILOUT_TO_CLIENT_SIDE_RENDERING',
    'HANGING_PROMISE_REJECTION',
    'NEXT_PRERENDER_INTERRUPTED',
    'DYNAMIC_SERVER_USAGE',
  ]) {
    expect(() => unstable_rethrow(new Error('outer', { cause: Object.assign(new Error(digest), { digest }) }))).toThrow(digest)
  }
  for (const digest of ['own', 7, undefined]) expect(() => unstable_rethrow(Object.assign(new Error('own'), { digest }))).not.toThrow()
  for (const value of [new Error('own'), null, 'BAILOUT_TO_CLIENT_SIDE_RENDERING']) expect(() => unstable_rethrow(value)).not.toThrow()
})
