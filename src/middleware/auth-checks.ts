import * as checks from './option-checks.js'

/** A TypeError that names an option of auth, what it is and the mend; `value` is left away where it may be secret. */
export const wrongOption = (name: string, mend: string, ...value: [unknown?]): TypeError => checks.wrongOption('auth', name, mend, ...value)

export function checkNames(options: unknown, names: readonly string[], prefix = ''): asserts options is Record<string, unknown> {
  checks.checkNames('auth', options, names, { prefix })
}

export const checkBoolean = (value: unknown, name: string): void => checks.checkBoolean('auth', value, name)
