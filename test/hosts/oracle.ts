import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure, readCases, SETS, type SetName, type Verdict } from '../conformance/cases.ts'
import { readStrictMode } from '../conformance/reasons.ts'
import { type HostName, runConformance } from '../conformance/run.ts'

/** Case ids with the name of the reason why a runtime can't answer as Next.js on Node.js does, by set. */
type Differences = Partial<Record<SetName, Readonly<Record<string, string>>>>

/** How many of the cases that came with the first import may differ. */
const MOST_PUBLIC = 5

/**
 * Declares tests that run the oracle, strict, on a host: every case passes but those listed, and all of those differ.
 * @param file the list, beside this file
 * @param reasons what a listed case may give as its reason
 */
export function testOracle(host: HostName, file: string, reasons: Readonly<Record<string, string>>): void {
  const listed = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Differences

  describe.each(SETS)(`Next.js oracle, strict, on ${host}: %s`, (set) => {
    const known = listed[set] ?? {}
    let verdicts: Verdict[]

    beforeAll(async () => {
      verdicts = await runConformance({ host, strict: true, sets: [set] })
    }, 240_000)

    it.each([...new Set(readCases(set).map((c) => c.group))])('%s', (group) => {
      const failures: string[] = []
      for (const verdict of verdicts.filter((v) => v.group === group)) {
        const differs = verdict.differences.length > 0
        // A quirk of strict mode everywhere may be none here.
        if (differs && !(verdict.id in known) && !(verdict.id in readStrictMode(set))) failures.push(describeFailure(verdict))
        if (!differs && verdict.id in known) failures.push(`${verdict.id} answers as Next.js does: take it off ${file}`)
      }
      expect(failures.join('\n'), `${failures.length} cases of ${group} differ`).toBe('')
    })
  })

  it('every case that differs has a reason, and few of those of the first import do', () => {
    const cases = SETS.flatMap((set) => readCases(set).flatMap((c) => (listed[set]?.[c.id] === undefined ? [] : [c])))
    expect(cases).toHaveLength(SETS.reduce((count, set) => count + Object.keys(listed[set] ?? {}).length, 0))
    for (const named of Object.values(listed)) for (const reason of Object.values(named)) expect(reasons).toHaveProperty(reason)
    expect(cases.filter((c) => !c.extra).length).toBeLessThanOrEqual(MOST_PUBLIC)
  })
}
