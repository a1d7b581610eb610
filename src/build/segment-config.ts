import type { RouteSegmentConfig } from '../routing/manifest.js'
import { literalValue } from './literal.js'
import type { ExportedName } from './module-exports.js'
import { sourceError } from './parse-module.js'
import type { BuildWarning } from './warning.js'

type ConfigKey = keyof RouteSegmentConfig

interface ConfigRule {
  readonly allows: (value: unknown) => boolean
  /** The values allowed, as they complete the sentence "it must be …". */
  readonly expected: string
  readonly example: string
}

const RULES: Readonly<Record<ConfigKey, ConfigRule>> = {
  dynamic: oneOf('auto', 'force-dynamic', 'error', 'force-static'),
  dynamicParams: { allows: (value) => typeof value === 'boolean', expected: 'true or false', example: 'false' },
  revalidate: {
    allows: (value) => value === false || isWholeNumber(value),
    expected: 'a whole number of seconds, 0 or more, or false',
    example: '60',
  },
  fetchCache: oneOf('auto', 'default-cache', 'only-cache', 'force-cache', 'default-no-store', 'only-no-store', 'force-no-store'),
  runtime: oneOf('nodejs', 'edge', 'experimental-edge'),
  preferredRegion: {
    allows: (value) => typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
    expected: 'a string or an array of strings',
    example: "'auto'",
  },
  maxDuration: { allows: isWholeNumber, expected: 'a whole number of seconds, 0 or more', example: '30' },
}

/**
 * The route segment config among a module's exports. As in Next.js, values must be literals: they count before anything runs.
 * @throws {EveryrouteError} `ERR_SEGMENT_CONFIG` with a code frame
 */
export function readSegmentConfig(
  names: ReadonlyMap<string, ExportedName>,
  path: string,
): { config: RouteSegmentConfig; warnings: BuildWarning[] } {
  const config: Record<string, unknown> = {}
  const warnings: BuildWarning[] = []
  for (const [key, rule] of Object.entries(RULES)) {
    const exported = names.get(key)
    if (!exported) continue
    const { module, span } = exported
    const fix = `Write the value itself in the route file: export const ${key} = ${rule.example}.`
    if (exported.reexported) {
      const message = `"${key}" is passed on from another file, where it is not seen before the route runs`
      // Next.js goes on with the default for this one alone.
      if (key !== 'maxDuration') throw sourceError(module, span, 'ERR_SEGMENT_CONFIG', message, fix)
      warnings.push({ file: module.file, message: `${message}; the default counts`, fix })
      continue
    }
    const literal = exported.init && literalValue(exported.init)
    if (!literal) {
      // A file that `export *` passes on is no route file: what it sets counts once it is loaded.
      if (module.path !== path) continue
      throw sourceError(module, exported.init ?? span, 'ERR_SEGMENT_CONFIG', `"${key}" is not a literal`, fix)
    }
    if (literal.value === undefined) continue
    if (!rule.allows(literal.value)) {
      const shown = JSON.stringify(literal.value)
      throw sourceError(module, exported.init ?? span, 'ERR_SEGMENT_CONFIG', `"${key}" is ${shown}; it must be ${rule.expected}`, fix)
    }
    config[key] = literal.value
  }
  return { config, warnings }
}

function oneOf(...values: readonly string[]): ConfigRule {
  return {
    allows: (value) => typeof value === 'string' && values.includes(value),
    expected: `one of ${values.map((value) => `'${value}'`).join(', ')}`,
    example: `'${values[0]}'`,
  }
}

function isWholeNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}
