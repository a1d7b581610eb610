import { describe, expect, test } from 'vitest'
import { canonicalPathname, collapseSlashes } from '../../src/runtime/slashes.js'
import { setUp } from './helpers.js'

const GET = (request: Request): Response => new Response(new URL(request.url).pathname)

describe('canonicalPathname', () => {
  test.each([
    ['/a', undefined],
    ['/', undefined],
    ['/a/', '/a'],
    ['/a//b', '/a/b'],
    ['/a//', '/a/'],
    ['//', '/'],
    ['/\\evil.com', '/evil.com'],
    ['//evil.com', '/evil.com'],
    ['/a/.well-known/', '/a/.well-known'],
  ])('%s without trailingSlash', (path, expected) => {
    expect(canonicalPathname(path, {})).toBe(expected)
  })

  test.each([
    ['/a', '/a/'],
    ['/a/', undefined],
    ['/', undefined],
    ['/a.b', undefined],
    ['/a.b/', '/a.b'],
    ['/.well-known/x', undefined],
    ['/.well-known/x/', undefined],
    ['/.well-knownx', undefined],
    ['/a//b', '/a/b'],
  ])('%s with trailingSlash', (path, expected) => {
    expect(canonicalPathname(path, { trailingSlash: true })).toBe(expected)
  })

  test('outside the base path nothing is redirected but repeated slashes', () => {
    const settings = { basePath: '/docs' }
    expect(canonicalPathname('/docsx/', settings)).toBeUndefined()
    expect(canonicalPathname('/other/', settings)).toBeUndefined()
    expect(canonicalPathname('/docs/', settings)).toBe('/docs')
    expect(canonicalPathname('/other//', settings)).toBe('/other/')
    expect(canonicalPathname('/docs', { basePath: '/docs', trailingSlash: true })).toBe('/docs/')
  })

  test('collapsing leaves the query alone', () => {
    expect(collapseSlashes('/a//b\\c?x=//\\')).toBe('/a/b/c?x=//\\')
    expect(collapseSlashes('/a?//')).toBe('/a?//')
  })
})

describe('redirects', () => {
  test.each(['GET', 'HEAD', 'POST', 'DELETE'])(
    '%s: 308 with a relative Location, the query kept, also where no route is',
    async (method) => {
      const { app } = setUp({ '/a': { GET } })
      for (const [path, location] of [
        ['/a/?q=1&r=%2F', '/a?q=1&r=%2F'],
        ['/none/', '/none'],
        ['/a//?', '/a/'],
        ['//evil.com/', '/evil.com/'],
      ]) {
        const response = await app.request(new Request(`http://localhost${path}`, { method }))
        expect([path, response.status, response.headers.get('location')]).toEqual([path, 308, location])
      }
    },
  )

  test('never to another host', async () => {
    const { app } = setUp({ '/[...path]': { GET } })
    for (const path of ['//evil.com', '///evil.com/', '//evil.com//', '/\\/evil.com/']) {
      const response = await app.request(new Request(`http://localhost${path}`))
      const location = response.headers.get('location')
      if (location) expect(new URL(location, 'http://localhost').host).toBe('localhost')
      else expect(response.status).toBe(200)
    }
  })
})
