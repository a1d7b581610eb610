import { statSync } from 'node:fs'

/** A file's time and size as one string; `''` where there is no file. */
export function fileStamp(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}`
}

/** Whether a stamp is that of a file without contents, as editors make one before they write. */
export const isEmptyStamp = (stamp: string | undefined): boolean => stamp?.endsWith(':0') === true
