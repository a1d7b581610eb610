import type { Command } from './args.js'

const PORT = { type: 'string', short: 'p', value: 'PORT', help: 'the port; 0 picks a free one (default: PORT, the config, 3000)' } as const
const HOST = {
  type: 'string',
  short: 'H',
  value: 'HOST',
  help: 'the address to listen on (default: HOST, the config, all addresses)',
} as const
const STRICT = { type: 'boolean', help: 'answer exactly as Next.js does, its departures from HTTP included' } as const
const OUT = {
  type: 'string',
  value: 'DIR',
  help: 'the output folder, from the project folder (default: outDir of the config, .output)',
} as const

/** Every verb, in the order of the help. A command's code is loaded only when it runs. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'dev',
    summary: 'Serves the routes folder; an edit is live on the next request.',
    options: { port: PORT, host: HOST, strict: STRICT },
    run: async (context) => (await import('./commands/dev.js')).run(context),
  },
  {
    name: 'build',
    summary: 'Writes one folder that runs on its host: on Node.js with `node OUT/server.mjs`.',
    options: {
      target: { type: 'string', value: 'NAME', help: 'the host to build for: node (default), workers, bun, deno' },
      out: OUT,
      strict: STRICT,
    },
    run: async (context) => (await import('./commands/build.js')).run(context),
  },
  {
    name: 'start',
    summary: 'Runs what `everyroute build` wrote.',
    options: { out: OUT, port: PORT, host: HOST },
    run: async (context) => (await import('./commands/start.js')).run(context),
  },
  {
    name: 'routes',
    summary: 'Lists the routes in match order.',
    options: {
      json: { type: 'boolean', help: 'print JSON: pathname, file, methods, params and config of each route' },
      explain: { type: 'boolean', help: 'say which file answers METHOD PATH and why the others do not' },
    },
    positionals: ['METHOD', 'PATH'],
    notes: ['METHOD and PATH belong to --explain: everyroute routes --explain GET /users/1'],
    run: async (context) => (await import('./commands/routes.js')).run(context),
  },
  {
    name: 'typegen',
    summary: 'Writes the manifest and the types of the routes into .everyroute.',
    options: {},
    run: async (context) => (await import('./commands/typegen.js')).run(context),
  },
]
