import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildTarget } from './targets.js'

/** Written into every output folder; only a folder that holds it is ever replaced. */
export const OUTPUT_MARKER = '.everyroute-build.json'

interface Marker {
  readonly everyroute: string
  readonly target: BuildTarget
  readonly strict: boolean
}

/** What an earlier build wrote about itself, another version's perhaps; `undefined` where `outDir` is no output folder. */
export async function readOutputMarker(outDir: string): Promise<Marker | undefined> {
  try {
    return JSON.parse(await readFile(join(outDir, OUTPUT_MARKER), 'utf8')) ?? undefined
  } catch {
    return undefined
  }
}
