import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCase, describeFailure, readCases, readGolden, SETS } from './cases.ts'
import { type Host, startNode } from './run.ts'

// Cases of one set share a server, and some of them its state: they run in file order.
describe.each(SETS)('Next.js oracle, strict, on Node: %s', (set) => {
  const cases = readCases(set)
  const golden = readGolden(set)
  const groups = [...new Set(cases.map((c) => c.group))]
  let host: Host

  beforeAll(async () => {
    host = await startNode(set, { strict: true })
  }, 120_000)

  afterAll(() => host?.close())

  it.each(groups)(
    '%s',
    async (group) => {
      const failures: string[] = []
      for (const c of cases.filter((one) => one.group === group)) {
        const verdict = await checkCase(host.base, set, c, golden[c.id])
        if (verdict.differences.length) failures.push(describeFailure(verdict))
      }
      expect(failures.join('\n'), `${failures.length} cases of ${group} differ`).toBe('')
    },
    120_000,
  )
})

it('every case has golden answers, and no golden answer is without its case', () => {
  for (const set of SETS)
    expect(Object.keys(readGolden(set)).sort()).toEqual(
      readCases(set)
        .map((c) => c.id)
        .sort(),
    )
})
