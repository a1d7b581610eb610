#!/usr/bin/env node
import { ownPackage } from '../build/next-alias.js'
import { helpText, parseCommandLine } from './args.js'
import { COMMANDS } from './commands.js'
import { reportError, UsageError } from './errors.js'
import { createOutput, type Output, tableLines } from './output.js'

function programHelp(): string[] {
  return [
    'Usage: everyroute <command> [options]',
    '',
    'Commands:',
    ...tableLines(COMMANDS.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...tableLines([
      ['--help', 'show this help, or that of a command'],
      ['--version', 'show the version'],
    ]),
  ]
}

/** Runs one command line and gives its exit code: 0 ok, 1 failure, 2 usage. */
async function main(args: readonly string[], output: Output): Promise<number> {
  const [verb, ...rest] = args
  if (verb === '--version' || verb === '-v') {
    output.line(ownPackage().version)
    return 0
  }
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    for (const line of programHelp()) (verb === undefined ? output.error : output.line)(line)
    return verb === undefined ? 2 : 0
  }
  const command = COMMANDS.find(({ name }) => name === verb)
  try {
    if (command === undefined) {
      throw new UsageError(`Unknown command ${JSON.stringify(verb)}: give one of ${COMMANDS.map(({ name }) => name).join(', ')}.`)
    }
    const { values, positionals } = parseCommandLine(command, rest)
    if (values.help === true) {
      for (const line of helpText(command)) output.line(line)
      return 0
    }
    return await command.run({ values, positionals, output })
  } catch (error) {
    if (error instanceof UsageError) {
      output.error(`${output.colors.red('error')} ${error.message}`)
      output.error(`  everyroute ${command === undefined ? '' : `${command.name} `}--help shows what can be given.`)
      return 2
    }
    reportError(error, output)
    return 1
  }
}

// A reader that has seen enough, such as `head`, ends neither the command nor a server.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

// The exit code is set, not forced: a server that a command started goes on, and buffered output is written out.
process.exitCode = await main(process.argv.slice(2), createOutput())
