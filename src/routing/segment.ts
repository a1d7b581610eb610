import { EveryrouteError } from './errors.js'

/** One folder name of a route file's path, in Next.js's notation. */
export interface RouteSegment {
  readonly kind: 'static' | 'dynamic' | 'catch-all' | 'optional-catch-all' | 'group' | 'slot' | 'private'
  /** The folder's name as it is on disk. */
  readonly text: string
  /** The parameter's, group's or slot's name; for a static segment its text in the path (`%5Fx` is `_x`). */
  readonly name: string
}

/**
 * Parses one folder name: `users`, `[id]`, `[...path]`, `[[...path]]`, `(group)`, `@slot`, `_private`, `%5Funderscore`.
 * A name that merely contains brackets, such as `v[id]`, is static, as in Next.js.
 * @throws {EveryrouteError} `ERR_SEGMENT_SYNTAX`, whose `frame` is the name with a caret below the fault.
 */
export function parseSegment(text: string): RouteSegment {
  if (text.startsWith('_')) return { kind: 'private', text, name: text.slice(1) }
  if (text.startsWith('@')) return { kind: 'slot', text, name: text.slice(1) }
  if (text.startsWith('(') && text.endsWith(')')) return { kind: 'group', text, name: text.slice(1, -1) }

  // Next.js replaces %5F (upper case only) anywhere in the path before it looks at segments.
  const notation = text.replaceAll('%5F', '_')
  if (notation.startsWith('[[...') && notation.endsWith(']]')) return param('optional-catch-all', text, notation, 5, -2)
  if (notation.startsWith('[...') && notation.endsWith(']')) return param('catch-all', text, notation, 4, -1)
  if (notation.startsWith('[') && notation.endsWith(']')) return param('dynamic', text, notation, 1, -1)
  return { kind: 'static', text, name: notation }
}

/** The segment in Next.js's notation, as it stands in a route's pathname; `''` for groups, slots and private folders. */
export function segmentNotation(segment: RouteSegment): string {
  switch (segment.kind) {
    case 'static':
      return segment.name
    case 'dynamic':
      return `[${segment.name}]`
    case 'catch-all':
      return `[...${segment.name}]`
    case 'optional-catch-all':
      return `[[...${segment.name}]]`
    default:
      return ''
  }
}

function param(kind: RouteSegment['kind'], text: string, notation: string, start: number, end: number): RouteSegment {
  const name = notation.slice(start, end)
  const fault = findNameFault(kind, name)
  if (fault) {
    const index = start + fault.index
    throw new EveryrouteError('ERR_SEGMENT_SYNTAX', `Invalid route segment "${text}": ${fault.message} (at index ${index})`, {
      fix: fault.fix,
      frame: `${notation}\n${' '.repeat(index)}^`,
    })
  }
  return { kind, text, name }
}

interface NameFault {
  readonly index: number
  readonly message: string
  readonly fix: string
}

function findNameFault(kind: RouteSegment['kind'], name: string): NameFault | undefined {
  if (name === '') return { index: 0, message: 'the parameter has no name', fix: 'Put a name between the brackets, for example [id].' }
  const ellipsis = name.indexOf('…')
  if (ellipsis >= 0) return { index: ellipsis, message: 'it holds the character "…"', fix: 'Write three dots: [...name].' }
  if (kind === 'dynamic' && /^\[[^[\]]+\]$/.test(name)) {
    return {
      index: 0,
      message: 'a single segment cannot be optional',
      fix: `Use [[...${name.slice(1, -1)}]] for an optional catch-all, or [${name.slice(1, -1)}] beside a route file of the folder above.`,
    }
  }
  // Stricter than Next.js for [a][b] alone, which it builds and then matches with nothing but the text "[a][b]".
  const bracket = name.search(/[[\]]/)
  if (bracket >= 0) return { index: bracket, message: 'it has an extra bracket', fix: 'Use [name], [...name] or [[...name]].' }
  if (name.startsWith('.')) {
    return { index: 0, message: 'a parameter name cannot start with "."', fix: 'Use [name], or [...name] for a catch-all.' }
  }
  return undefined
}
