import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { BENCH } from '../frameworks.ts'
import type { Results } from '../harness/results.ts'
import { chartOf } from './chart.ts'
import { sectionsOf } from './sections.ts'

/** Writes the tables into README.md and the chart beside it, from `results.json`: `node report/write.ts`. */

const START = '<!-- results -->'
const END = '<!-- /results -->'

/** Writes what a run has found, in the format of the repository's other files. */
export function writeResults(results: Results): void {
  const path = `${BENCH}results.json`
  writeFileSync(path, JSON.stringify(results))
  spawnSync(`${BENCH}../node_modules/.bin/biome`, ['format', '--write', '--config-path', `${BENCH}../.config`, path])
}

export function writeReport(): void {
  const results = JSON.parse(readFileSync(`${BENCH}results.json`, 'utf8')) as Results
  const path = `${BENCH}README.md`
  const text = readFileSync(path, 'utf8')
  const before = text.slice(0, text.indexOf(START) + START.length)
  const after = text.slice(text.indexOf(END))
  writeFileSync(path, `${before}\n\n${sectionsOf(results)}\n\n${after}`)
  writeFileSync(`${BENCH}chart.svg`, chartOf(results))
}

if (process.argv[1] === import.meta.filename) writeReport()
