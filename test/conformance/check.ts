// npx node test/conformance/check.ts BASE_URL --set NAME [--group NAME] [--only ID,ID] [--extra] [--quiet] [--json FILE]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checkCase, describeFailure, readCases, readGolden, SETS, type SetName, type Verdict } from './cases.ts'
import { waitForServer } from './client.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: 'string', default: 'main' },
    group: { type: 'string' },
    only: { type: 'string' },
    extra: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
if (!positionals[0] || !SETS.includes(values.set as SetName)) {
  console.error(`usage: check.ts BASE_URL --set ${SETS.join('|')} [--group NAME] [--only ID,ID] [--extra] [--quiet] [--json FILE]`)
  process.exit(2)
}
const base = new URL(positionals[0])
const set = values.set as SetName
const only = values.only?.split(',')
const golden = readGolden(set)
const verdicts: Verdict[] = []
await waitForServer(base)
for (const c of readCases(set)) {
  if (values.group && c.group !== values.group) continue
  if (only && !only.includes(c.id)) continue
  if (values.extra && !c.extra) continue
  const verdict = await checkCase(base, set, c, golden[c.id])
  verdicts.push(verdict)
  if (verdict.differences.length && !values.quiet) console.log(`FAIL ${describeFailure(verdict)}`)
}
const failed = verdicts.filter((v) => v.differences.length > 0)
console.log(`\n${'group'.padEnd(28)}passed  failed`)
for (const group of new Set(verdicts.map((v) => v.group))) {
  const bad = failed.filter((v) => v.group === group).length
  const all = verdicts.filter((v) => v.group === group).length
  console.log(group.padEnd(28) + String(all - bad).padStart(6) + String(bad).padStart(8))
}
if (values.json) writeFileSync(values.json, JSON.stringify(verdicts, null, 1))
console.log(`${verdicts.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length ? 1 : 0
