/** How a wrong value is shown; secrets never come here. */
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))

/** A TypeError that names an option of auth, what it is and the mend; `value` is left away where it may be secret. */
export const wrongOption = (name: string, mend: string, ...value: [unknown?]): TypeError =>
  new TypeError(`auth: ${name} ${value.length === 0 ? '' : `is ${shown(value[0])}: it `}${mend}`)

/**
 * Refuses names that are not known, and options that are there but undefined: an `audience` that is misspelled, or that an
 * unset variable of the environment was to give, would leave a check out silently.
 */
export function checkNames(options: unknown, names: readonly string[], prefix: string): asserts options is Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrongOption(prefix || 'options', 'must be an object', options)
  const where = prefix === '' ? '' : `${prefix}.`
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw wrongOption(`${where}${name}`, `is no option; there are ${names.join(', ')}`)
    if (value === undefined) throw wrongOption(`${where}${name}`, 'must have a value, or be left out', value)
  }
}

export function checkBoolean(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'boolean') throw wrongOption(name, 'must be true or false', value)
}
