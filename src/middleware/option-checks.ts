/** How a wrong value is shown; secrets never come here. */
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value))

/** A TypeError that names who was given an option, the option, what it is and the mend; `value` is left away where it may be secret. */
export const wrongOption = (owner: string, name: string, mend: string, ...value: [unknown?]): TypeError =>
  new TypeError(`${owner}: ${name} ${value.length === 0 ? '' : `is ${shown(value[0])}: it `}${mend}`)

/** What {@link checkNames} knows of options. */
export interface NameRules {
  /** Of the option whose members they are. Default: they are members of none. */
  readonly prefix?: string
  /** What to give in place of names that are often taken for others. Default: the names that there are. */
  readonly mends?: Readonly<Record<string, string>>
  /** Options that may be there but undefined, for they guard nothing. Default: none. */
  readonly mayBeUndefined?: readonly string[]
}

/**
 * Refuses names that are not known, and options that are there but undefined: one that is misspelled, or that an unset variable
 * of the environment was to give, would leave a check out, or take a default that allows more, silently.
 * @throws {TypeError}
 */
export function checkNames(
  owner: string,
  options: unknown,
  names: readonly string[],
  { prefix = '', mends = {}, mayBeUndefined = [] }: NameRules = {},
): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrongOption(owner, prefix || 'options', 'must be an object', options)
  const where = prefix === '' ? '' : `${prefix}.`
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) {
      // Hono's context, of a request that came to what makes middleware.
      if ('req' in options) throw new TypeError(`${owner}: called with a request's context: give ${owner}(…) as middleware, not ${owner}`)
      const mend = Object.hasOwn(mends, name) ? mends[name] : `there are ${names.join(', ')}`
      throw wrongOption(owner, `${where}${name}`, `is no option; ${mend}`)
    }
    if (value === undefined && !mayBeUndefined.includes(name))
      throw wrongOption(owner, `${where}${name}`, 'must have a value, or be left out', value)
  }
}

export function checkBoolean(owner: string, value: unknown, name: string): void {
  if (value !== undefined && typeof value !== 'boolean') throw wrongOption(owner, name, 'must be true or false', value)
}
