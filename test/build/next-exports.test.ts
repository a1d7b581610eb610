import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { NEXT_EXPORTS } from '../../src/build/next-exports.js'

const require = createRequire(import.meta.url)

// next/navigation and next/og have client or lazy forms of their own: the server's is read where there is one.
const ENTRIES: Record<string, string> = {
  'next/navigation': 'next/dist/client/components/navigation.react-server.js',
}

test.each(Object.keys(NEXT_EXPORTS))('%s lists what Next.js exports', (name) => {
  const exported = Object.keys(require(ENTRIES[name] ?? name)).filter((key) => key !== '__esModule' && key !== 'default')
  expect([...NEXT_EXPORTS[name]!].sort()).toEqual(exported.sort())
})
