import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeFailure, SETS } from '../conformance/cases.ts'
import { readStrictMode } from '../conformance/reasons.ts'
import { runConformance } from '../conformance/run.ts'

/** Why `everyroute dev` answers otherwise than `next start`; `next dev` does so too. */
const REASONS = {
  'not-kept': 'dev runs the handler for each request: no answer is kept, none is prerendered, and no file is taken for static.',
  'draft-cookie': 'In development the cookie of draft mode is neither Secure nor SameSite=none, so that it works over http.',
}

const file = new URL('../conformance/dev-mode.json', import.meta.url)
const listed: Partial<Record<string, Record<string, keyof typeof REASONS>>> = JSON.parse(readFileSync(file, 'utf8'))

describe.each(SETS)('Next.js oracle, strict, on dev: %s', (set) => {
  it('differs in the listed cases alone', async () => {
    const known = listed[set] ?? {}
    const verdicts = await runConformance({ host: 'dev', strict: true, sets: [set] })
    const failed = verdicts.filter((v) => v.differences.length > 0 && !(v.id in readStrictMode(set)))
    expect(
      failed
        .filter((v) => !(v.id in known))
        .map(describeFailure)
        .join('\n'),
      'cases that differ and are not listed',
    ).toBe('')
    expect(
      Object.keys(known).filter((id) => !failed.some((v) => v.id === id)),
      'listed cases that do not differ',
    ).toEqual([])
    expect(Object.values(known).filter((reason) => !(reason in REASONS))).toEqual([])
  }, 240_000)
})
