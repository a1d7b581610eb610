export type Violation = { constraint: 'unique'; column: string } | { constraint: 'foreign key' }

/**
 * Which constraint a failed query ran into; `undefined` for every other error.
 * The text is SQLite's own and reaches us through libSQL as through D1, in one of the error's causes.
 */
export function violation(error: unknown): Violation | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const column = /UNIQUE constraint failed: \w+\.(\w+)/.exec(cause.message)?.[1]
    if (column) return { constraint: 'unique', column }
    if (cause.message.includes('FOREIGN KEY constraint failed')) return { constraint: 'foreign key' }
  }
  return undefined
}
