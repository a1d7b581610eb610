import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { nearestName } from '../build/nearest-name.js'
import { UsageError } from './errors.js'
import { type Output, tableLines } from './output.js'

export interface Option {
  readonly type: 'string' | 'boolean'
  /** One letter, given after a single dash. */
  readonly short?: string
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string
  readonly help: string
}

/** The values of a command line: what was given, by option name. */
export type Values = Readonly<Record<string, string | boolean | undefined>>

export interface CommandContext {
  readonly values: Values
  readonly positionals: readonly string[]
  readonly output: Output
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly options: Readonly<Record<string, Option>>
  /** Names of the words that may follow the verb; all or none of them. Default none. */
  readonly positionals?: readonly string[]
  /** Notes below the options. */
  readonly notes?: readonly string[]
  /** Loads the command's code and runs it; gives the exit code. */
  readonly run: (context: CommandContext) => Promise<number>
}

const COMMON: Readonly<Record<string, Option>> = {
  root: { type: 'string', value: 'DIR', help: 'the project folder (default: the current one)' },
  routes: { type: 'string', value: 'DIR', help: 'the routes folder (default: routesDir of the config, routes, app, src/routes, src/app)' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
}

const optionsOf = (command: Command): Readonly<Record<string, Option>> => ({ ...command.options, ...COMMON })

/**
 * Reads what follows the verb.
 * @throws UsageError naming the word at fault
 */
export function parseCommandLine(command: Command, args: readonly string[]): { values: Values; positionals: readonly string[] } {
  const known = Object.entries(optionsOf(command))
  const options: ParseArgsOptionsConfig = Object.fromEntries(
    known.map(([name, { type, short }]) => [name, { type, ...(short !== undefined && { short }) }]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const allowed = command.positionals?.length ?? 0
    if (positionals.length > allowed) throw new UsageError(`Unexpected argument ${JSON.stringify(positionals[allowed])}.`)
    return { values: values as Values, positionals }
  } catch (error) {
    throw error instanceof UsageError ? error : usageError(error, Object.keys(options))
  }
}

/** Node.js words what is wrong with an option well, but for one that it doesn't know. */
function usageError(error: unknown, known: readonly string[]): UsageError {
  const { code, message = String(error) } = error as { code?: string; message?: string }
  const option = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'(--?[^']+)'/.exec(message)?.[1] : undefined
  if (option === undefined) return new UsageError(message)
  const nearest = nearestName(option.replace(/^-+/, ''), known)
  const mend = nearest === undefined ? `give one of ${known.map((name) => `--${name}`).join(', ')}.` : `did you mean --${nearest}?`
  return new UsageError(`Unknown option ${option}: ${mend}`)
}

/**
 * The value of `--port`, or `undefined` where it was not given.
 * @throws UsageError for anything but a whole number from 0 to 65535
 */
export function portOf(values: Values): number | undefined {
  return typeof values.port === 'string' ? parsePort(values.port, '--port') : undefined
}

/**
 * @param name what the text was given as, such as `PORT`
 * @throws UsageError for anything but a whole number from 0 to 65535
 */
export function parsePort(text: string, name: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) {
    throw new UsageError(`${name} is ${JSON.stringify(text)}: give a whole number from 0 to 65535; 0 picks a free port.`)
  }
  return Number(text)
}

/** The value of a string option, or `undefined`. An empty value is a usage error. */
export function stringOf(values: Values, name: string): string | undefined {
  const value = values[name]
  if (value === '') throw new UsageError(`--${name} is empty: give it a value or leave it out.`)
  return typeof value === 'string' ? value : undefined
}

export function helpText(command: Command): string[] {
  const options = Object.entries(optionsOf(command))
  const positionals = command.positionals?.length ? ` [${command.positionals.join(' ')}]` : ''
  const rows = options.map(([name, { short, value, help }]) => [
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  ])
  const notes = command.notes ?? []
  return [
    `Usage: everyroute ${command.name}${positionals} [options]`,
    '',
    command.summary,
    '',
    'Options:',
    ...tableLines(rows),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ]
}
