import pc from 'picocolors'

export type Colors = ReturnType<typeof pc.createColors>

/** Where a command writes. Colours are on only where stdout and stderr are terminals and `NO_COLOR` is unset or empty. */
export interface Output {
  readonly colors: Colors
  /** One line to stdout. */
  line(text?: string): void
  /** One line to stderr. */
  error(text: string): void
}

export function createOutput(): Output {
  const isTerminal = process.stdout.isTTY === true && process.stderr.isTTY === true
  return {
    colors: pc.createColors(isTerminal && !process.env.NO_COLOR),
    line: (text = '') => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
  }
}

/** Rows as lines with aligned columns, indented by two spaces; no space at a line's end. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd())
}

/** `812 B`, `56.3 kB`, `1.20 MB`; thousands, not 1024s. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}

/** `840 ms` or `2.31 s`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`
}
