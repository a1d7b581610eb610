// npx node test/conformance/list-default-mode.ts
// Writes default-mode.json anew: every case that the default mode answers otherwise than Next.js, with the reasons found.
// The cases of strict-mode.json differ in both modes and stay out. Cases that no reason covers are printed and left out: they are faults, or need a new reason in reasons.ts.
import { writeFileSync } from 'node:fs'
import { describeFailure, SETS } from './cases.ts'
import { defaultModeFile, explain, readStrictMode } from './reasons.ts'
import { runConformance } from './run.ts'

const list: Record<string, Record<string, string[]>> = {}
for (const set of SETS) {
  const verdicts = await runConformance({ host: 'node', strict: false, sets: [set] })
  const failed = verdicts.filter((v) => v.differences.length > 0 && !(v.id in readStrictMode(set)))
  const found: Record<string, string[]> = {}
  for (const verdict of failed) {
    const { reasons, unexplained } = explain(verdict)
    if (unexplained.length) console.log(`unexplained: ${describeFailure({ ...verdict, differences: unexplained })}`)
    else found[verdict.id] = reasons
  }
  list[set] = found
  console.log(`${set}: ${Object.keys(found).length} listed of ${failed.length} that differ`)
}
const sets = Object.entries(list).map(([set, cases]) => {
  const lines = Object.entries(cases).map(
    ([id, reasons]) => `    ${JSON.stringify(id)}: [${reasons.map((r) => JSON.stringify(r)).join(', ')}]`,
  )
  return `  ${JSON.stringify(set)}: {${lines.length ? `\n${lines.join(',\n')}\n  ` : ''}}`
})
writeFileSync(defaultModeFile, `{\n${sets.join(',\n')}\n}\n`)
