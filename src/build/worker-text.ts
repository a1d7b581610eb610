import { appText, type ServerTextOptions } from './server-text.js'

const ENTRY = `import { createWorker } from 'everyroute/workers'
import app from 'everyroute:app'
export default createWorker(app)
`

/** Bindings are made known before the project's own entry runs. */
const entryText = (main: string): string => `import 'everyroute/workers'
export * from ${JSON.stringify(main)}
export { default } from ${JSON.stringify(main)}
`

/** For code that knows nothing but `process.env`: by its compatibility date a Worker may have no `process`, or an empty environment. */
const PROCESS = `import { env } from 'cloudflare:workers'
export const process = globalThis.process ?? { env: {} }
for (const [name, value] of Object.entries(env)) if (typeof value === 'string') process.env[name] ??= value
`

/** The modules that a Worker is bundled from, by specifier. */
export function workerModules(options: ServerTextOptions): Record<string, string> {
  return {
    'everyroute:server': options.main === undefined ? ENTRY : entryText(options.main),
    'everyroute:app': appText(options),
    'everyroute:process': PROCESS,
    // JSON.parse is the faster way for an engine to read much data.
    'everyroute:prerendered': `export default JSON.parse(${JSON.stringify(options.prerendered ?? 'null')})`,
  }
}
