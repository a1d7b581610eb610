import { describe, expect, it } from 'vitest'
import { describeFailure, SETS } from './cases.ts'
import { explain, readDefaultMode, readStrictMode } from './reasons.ts'
import { runConformance } from './run.ts'

// default-mode.json is written by list-default-mode.ts and read by people: every case that differs from Next.js, with its reasons.
describe.each(SETS)('Next.js oracle, default mode, on Node: %s', (set) => {
  it('differs in the listed cases alone, and for their reasons alone', async () => {
    const known = readDefaultMode()[set] ?? {}
    const verdicts = await runConformance({ host: 'node', strict: false, sets: [set] })
    const failed = verdicts.filter((v) => v.differences.length > 0 && !(v.id in readStrictMode(set)))
    const unexplained = failed.filter((v) => explain(v).unexplained.length > 0)
    expect(unexplained.map(describeFailure).join('\n'), 'cases that differ for no known reason').toBe('')
    expect(Object.fromEntries(failed.map((v) => [v.id, explain(v).reasons]))).toEqual(known)
  }, 180_000)
})
