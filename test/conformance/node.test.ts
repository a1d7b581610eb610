import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure, readCases, readGolden, SETS, type Verdict } from './cases.ts'
import { readStrictMode } from './reasons.ts'
import { runConformance } from './run.ts'

// The cases of a set share a server and some of its state: they run in file order, as they were recorded, then each group is judged.
describe.each(SETS)('Next.js oracle, strict, on Node: %s', (set) => {
  const known = readStrictMode(set)
  let verdicts: Verdict[]

  beforeAll(async () => {
    verdicts = await runConformance({ host: 'node', strict: true, sets: [set] })
  }, 240_000)

  it.each([...new Set(readCases(set).map((c) => c.group))])('%s', (group) => {
    const failures: string[] = []
    for (const verdict of verdicts.filter((v) => v.group === group)) {
      const differs = verdict.differences.length > 0
      if (differs && !(verdict.id in known)) failures.push(describeFailure(verdict))
      if (!differs && verdict.id in known) failures.push(`${verdict.id} answers as Next.js does: take it off strict-mode.json`)
    }
    expect(failures.join('\n'), `${failures.length} cases of ${group} differ`).toBe('')
  })
})

it('only quirks that this project added may differ in strict mode', () => {
  for (const set of SETS) {
    const allowed = new Set(
      readCases(set)
        .filter((c) => c.extra && c.group === 'quirks')
        .map((c) => c.id),
    )
    expect(Object.keys(readStrictMode(set)).filter((id) => !allowed.has(id))).toEqual([])
  }
})

it('every case has golden answers, and no golden answer is without its case', () => {
  for (const set of SETS)
    expect(Object.keys(readGolden(set)).sort()).toEqual(
      readCases(set)
        .map((c) => c.id)
        .sort(),
    )
})
