import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildTarget } from './targets.js'

/** Written into every output folder; only a folder that holds it is ever replaced. */
export const OUTPUT_MARKER = '.everyroute-build.json'

/** What an earlier build wrote about itself, or `undefined` where `outDir` is no output folder. */
export async function readOutputMarker(outDir: string): Promise<{ everyroute: string; target: BuildTarget; strict: boolean } | undefined> {
  const text = await readFile(join(outDir, OUTPUT_MARKER), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}
