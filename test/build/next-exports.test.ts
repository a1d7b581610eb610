import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { NEXT_EXPORTS } from '../../src/build/next-exports.js'

const require = createRequire(import.meta.url)
const pkg: { exports: Record<string, { default: string }> } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

// The server's next/navigation is another file than the one that Node finds.
const ENTRIES: Record<string, string> = { 'next/navigation': 'next/dist/client/components/navigation.react-server.js' }

test('every next/* entry of the package is listed', () => {
  const entries = Object.keys(pkg.exports).filter((name) => name.startsWith('./next/'))
  expect(Object.keys(NEXT_EXPORTS).sort()).toEqual(entries.map((name) => name.slice(2)).sort())
})

describe.each(Object.keys(NEXT_EXPORTS))('%s', (name) => {
  test('lists what Next.js exports, but for what is left out', () => {
    const exported = Object.keys(require(ENTRIES[name] ?? name)).filter((key) => key !== '__esModule' && key !== 'default')
    expect([...NEXT_EXPORTS[name]!].sort()).toEqual(exported.sort())
  })

  test('has a stand-in for everything listed', async () => {
    const file = pkg.exports[`./${name}`]!.default.replace(/^\.\/dist\/(.*)\.js$/, '../../src/$1.ts')
    const exported = Object.keys(await import(/* @vite-ignore */ new URL(file, import.meta.url).href))
    expect(NEXT_EXPORTS[name]!.filter((key) => !exported.includes(key))).toEqual([])
  })
})
