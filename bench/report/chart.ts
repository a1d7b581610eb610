import { CASES } from '../cases.ts'
import { OURS, RAW } from '../frameworks.ts'
import type { Results } from '../harness/results.ts'
import { median, ratiosTo } from '../harness/stats.ts'

const BAR = 12
const ROW = 16
const LABEL = 190
const WIDTH = 460
const GAP = 34

const escapeText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** One bar with its name and value. */
function bar(name: string, ratio: number, y: number): string {
  const colour = name === OURS ? '#0a7d55' : name === RAW ? '#555' : '#9db4c8'
  const weight = name === OURS ? ' font-weight="bold"' : ''
  const width = Math.max(1, ratio * WIDTH)
  return [
    `<text x="${LABEL - 6}" y="${y + BAR - 2}" text-anchor="end"${weight}>${escapeText(name)}</text>`,
    `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
    `<text x="${(LABEL + width + 5).toFixed(1)}" y="${y + BAR - 2}"${weight}>${ratio.toFixed(2)}</text>`,
  ].join('')
}

/**
 * Bars of CPU per request as a ratio to `node:http`, case by case.
 * @returns the text of an SVG file
 */
export function chartOf({ cpu = {}, date, machine, node }: Results): string {
  const subjects = Object.keys(cpu)
  const parts: string[] = []
  let y = 40
  for (const { name } of CASES) {
    parts.push(`<text x="${LABEL}" y="${y}" font-size="13" font-weight="bold">${escapeText(name)}</text>`)
    y += 8
    const rows = subjects
      .map((subject): [string, number] => [subject, median(ratiosTo(cpu, subject, RAW, name, true))])
      .sort(([, a], [, b]) => b - a)
    for (const [subject, ratio] of rows) {
      parts.push(bar(subject, ratio, y))
      y += ROW
    }
    y += GAP
  }
  const note = `User time per request without kernel sockets, as a ratio to node:http (1.00); longer is better. ${machine}, Node.js ${node}, ${date}.`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL + WIDTH + 120}" height="${y}" font-family="sans-serif" font-size="11" fill="#222">
<title>CPU per request as a ratio to node:http, by case</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="18">${escapeText(note)}</text>
${parts.join('\n')}
</svg>
`
}
