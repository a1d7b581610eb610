import { statSync } from 'node:fs'

/** A file's time and size as one string; `''` where there is no file. */
export function fileStamp(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}`
}
