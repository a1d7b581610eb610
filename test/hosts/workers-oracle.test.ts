import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure, readCases, SETS, type SetName, type Verdict } from '../conformance/cases.ts'
import { readStrictMode } from '../conformance/reasons.ts'
import { runConformance } from '../conformance/run.ts'

/** What workerd, or wrangler's proxy before it, does by itself. */
const REASONS = {
  'parsed-url': 'The URL reaches a Worker parsed: its backslashes are slashes by then.',
  'utf-8': 'Header values are read and written as UTF-8.',
  'joined-lines': 'Lines of one header reach a Worker joined by commas, those of Cookie too.',
  'late-abort': 'That a client has gone is noticed when something is written to it.',
  'form-data': 'formData() takes a file without a name for text and refuses a charset.',
  refused: 'The HTTP parser refuses <, > and ` in a target with 400, and methods that it does not know with 501.',
  'length-zero': 'The proxy of wrangler adds or drops `content-length: 0` on requests without a body.',
  'request-members':
    'Request takes URLs with credentials, no cache mode but no-store, has no duplex, mode, credentials and referrer, and keeps the case of media types.',
  'dropped-headers': 'Trailer, Upgrade, TE and an empty Content-Type are not sent.',
  'status-text': 'Reason phrases of unknown statuses are by class, and those beyond ASCII are dropped.',
  'lenient-bodies': 'ArrayBuffers are chunks of bodies, undefined is JSON, and a body can be sent once.',
  'failed-streams': 'The proxy of wrangler puts the error into the body.',
} as const

/** A case of the first import that workerd makes impossible costs one of these. */
const MOST_PUBLIC = 5

const file = new URL('../conformance/workers.json', import.meta.url)
const listed: Partial<Record<SetName, Record<string, keyof typeof REASONS>>> = JSON.parse(readFileSync(file, 'utf8'))

describe.each(SETS)('Next.js oracle, strict, on workerd: %s', (set) => {
  const known = listed[set] ?? {}
  const quirks = readStrictMode(set)
  let verdicts: Verdict[]

  beforeAll(async () => {
    verdicts = await runConformance({ host: 'workers', strict: true, sets: [set] })
  }, 300_000)

  it.each([...new Set(readCases(set).map((c) => c.group))])('%s', (group) => {
    const failures: string[] = []
    for (const verdict of verdicts.filter((v) => v.group === group && !(v.id in quirks))) {
      const differs = verdict.differences.length > 0
      if (differs && !(verdict.id in known)) failures.push(describeFailure(verdict))
      if (!differs && verdict.id in known) failures.push(`${verdict.id} answers as Next.js does: take it off workers.json`)
    }
    expect(failures.join('\n'), `${failures.length} cases of ${group} differ`).toBe('')
  })
})

it('every listed case is one, has a reason, and few of them are of the first import', () => {
  const cases = SETS.flatMap((set) => readCases(set).filter((c) => c.id in (listed[set] ?? {})))
  const reasons = SETS.flatMap((set) => Object.values(listed[set] ?? {}))
  expect(reasons).toHaveLength(cases.length)
  for (const reason of reasons) expect(REASONS).toHaveProperty(reason)
  expect(cases.filter((c) => !c.extra).length).toBeLessThanOrEqual(MOST_PUBLIC)
})
