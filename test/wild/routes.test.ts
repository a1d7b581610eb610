import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildRouteTree } from '../../src/routing/route-tree.js'
import { createMatcher } from '../../src/runtime/matcher.js'

interface WildApp {
  /** Route files below `app/`. */
  readonly files: readonly string[]
  /** Their pathnames in the order of Next.js 16.4.6's own sorter. */
  readonly sorted: readonly string[]
  /** What Next.js's own matcher gives for a raw path; `pathname: null` where nothing matches. */
  readonly matches: readonly { readonly path: string; readonly pathname: string | null; readonly params?: Record<string, string | string[]> }[]
}

// Route files of umami, inbox-zero and ai-chatbot, three open-source Next.js apps.
const apps: Record<string, WildApp> = JSON.parse(readFileSync(new URL('routes.json', import.meta.url), 'utf8'))

test('holds 325 routes and 550 paths', () => {
  expect(Object.values(apps).reduce((sum, { files }) => sum + files.length, 0)).toBe(325)
  expect(Object.values(apps).reduce((sum, { matches }) => sum + matches.length, 0)).toBe(550)
})

describe.each(Object.entries(apps))('%s', (_, { files, sorted, matches }) => {
  const { routes } = buildRouteTree([...files].reverse().map((file) => ({ file, kind: 'route' as const })))

  test('stands in the order of Next.js', () => {
    expect(routes.map(({ pathname }) => pathname)).toEqual(sorted)
  })

  test('matches every path as Next.js does', () => {
    const matcher = createMatcher(routes)
    const answers = matches.map(({ path }) => {
      const match = matcher.match(path)
      return match ? { path, pathname: match.route.pathname, params: match.params } : { path, pathname: null }
    })
    expect(answers).toEqual(matches)
  })
})
