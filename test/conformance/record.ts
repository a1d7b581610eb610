// npx node test/conformance/record.ts [--set NAME] [--node PATH] [--all] [--keep]
// Records the golden answers that are missing; --all records every one again. See next/README.md.
import { writeFileSync } from 'node:fs'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { type Golden, goldenFile, readCases, readGolden, runCase, SETS, type SetName } from './cases.ts'
import { requireNode, startNext } from './next-server.ts'

const { values } = parseArgs({
  options: {
    set: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    all: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})
if (values.set && !SETS.includes(values.set as SetName)) {
  console.error(`unknown set ${values.set}: one of ${SETS.join(', ')}`)
  process.exit(2)
}

requireNode(values.node)

async function record(set: SetName): Promise<void> {
  const cases = readCases(set)
  const old = readGolden(set)
  const server = await startNext(set, values.node)
  try {
    const golden: Record<string, Golden> = {}
    for (const c of cases) golden[c.id] = (!values.all && old[c.id]) || (await runCase(server.base, c))
    const lines = Object.entries(golden).map(([id, answers]) => `${JSON.stringify(id)}: ${JSON.stringify(answers)}`)
    writeFileSync(goldenFile(set), `{\n${lines.join(',\n')}\n}\n`)
    const fresh = cases.filter((c) => !old[c.id])
    const changed = cases.filter((c) => old[c.id] && !isDeepStrictEqual(old[c.id]?.steps, golden[c.id]?.steps))
    console.log(`${set}: ${cases.length} answers, ${fresh.length} new, ${changed.length} changed`)
    for (const c of changed) console.log(`  changed: ${c.id}`)
    if (values.keep) {
      console.log(`  ${server.base.origin} stays up until this process ends (Ctrl+C)`)
      await new Promise(() => setInterval(() => {}, 1 << 30))
    }
  } finally {
    server.close()
  }
}

for (const set of values.set ? [values.set as SetName] : SETS) await record(set)
