import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure, readCases, SETS, type Verdict } from '../conformance/cases.ts'
import { MOUNTED_REASONS, readNextMounted } from '../conformance/next-mounted.ts'
import { runConformance } from '../conformance/run.ts'

/** Groups that concern static generation, most of whose cases differ. */
const STATIC_GROUPS = new Set(['segment-config', 'caching'])

// next-mounted.json lists the cases that differ because Next.js knows the mount's file alone.
describe.each(SETS)('Next.js oracle, strict, mounted in Next.js: %s', (set) => {
  const known = readNextMounted(set)
  let verdicts: Verdict[]

  beforeAll(async () => {
    verdicts = await runConformance({ host: 'next-mounted', strict: true, sets: [set] })
  }, 600_000)

  it.each([...new Set(readCases(set).map((c) => c.group))])('%s', (group) => {
    const failures: string[] = []
    for (const verdict of verdicts.filter((v) => v.group === group)) {
      const differs = verdict.differences.length > 0
      if (differs && !(verdict.id in known)) failures.push(describeFailure(verdict))
      if (!differs && verdict.id in known) failures.push(`${verdict.id} answers as Next.js does: take it off next-mounted.json`)
    }
    expect(failures.join('\n'), `${failures.length} cases of ${group} differ`).toBe('')
  })
})

it('every case that differs has a reason, and outside of static generation few do', () => {
  const listed = SETS.flatMap((set) => readCases(set).flatMap((c) => (c.id in readNextMounted(set) ? [{ ...c, set }] : [])))
  const others = listed.filter(({ id, set }) => readNextMounted(set)[id] !== 'static')
  for (const { id, set } of listed) expect(MOUNTED_REASONS).toHaveProperty(readNextMounted(set)[id]!)
  expect(others.filter(({ group }) => STATIC_GROUPS.has(group))).toEqual([])
  expect(others.length).toBeLessThanOrEqual(12)
})
