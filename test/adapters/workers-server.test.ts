import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reachedBy } from '../../src/adapters/workers-server.ts'

/** The same by a URL of each request's own. */
function reachedByUrl(url: string): unknown {
  const { port, protocol } = new URL(url)
  const isSecure = protocol === 'https:'
  return { port: port === '' ? (isSecure ? 443 : 80) : Number(port), protocol: isSecure ? 'https' : 'http' }
}

function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return (error as Error).name
  }
}

const HOSTS = [
  'a',
  'a:8080',
  'a:80',
  'a:443',
  'a:',
  'a:080',
  'u@a:1',
  'u:2@a',
  '/a:3',
  '\\a:3',
  'a\\b:4',
  '[::1]:5',
  '1.2.3.999',
  'a:99999',
  '',
]
const PATHS = ['', '/', '/b', '?c', '?c/d', '#e/f', '/b:6/c', '//a:7/', '/@a:8/', '\\b:9/']

test('what a URL tells does not depend on the URL before it', () => {
  const url = fc
    .tuple(fc.constantFrom('http://', 'https://'), fc.constantFrom(...HOSTS), fc.constantFrom(...PATHS))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.array(url, { minLength: 2, maxLength: 6 }), (urls) => {
      for (const one of urls) expect([one, outcome(() => reachedBy(one))]).toEqual([one, outcome(() => reachedByUrl(one))])
    }),
    { numRuns: 2000 },
  )
})
