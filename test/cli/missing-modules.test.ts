import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answering, createProject, everyroute, type RunningServer, startProcess, writeFiles } from './project.js'

const startOutput = (dir: string): Promise<RunningServer> => startProcess(dir, ['server.mjs'], { env: { PORT: '0', HOST: '127.0.0.1' } })

test('a package that a bundled one requires and nobody installed is a warning of one line, not a failure', async () => {
  const dir = await createProject({
    'node_modules/opt/package.json': '{ "name": "opt", "version": "1.0.0" }',
    'node_modules/opt/index.js':
      "let found\ntry { found = require('not-there') } catch (error) { found = error.code }\nexports.found = found\nexports.later = () => require('not-there-later')\n",
    'routes/route.ts': "import { found } from 'opt'\nexport const GET = () => Response.json(found)\n",
  })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "warning Could not resolve 'not-there-later' in node_modules/opt/index.js\n" })
  expect((await (await startOutput(join(dir, '.output'))).get('/')).json()).toBe('MODULE_NOT_FOUND')
})

test.each([
  [
    'lodash-of-nobody/get',
    "import _ from 'lodash-of-nobody/get'\nexport const GET = () => Response.json(_)\n",
    'npm install lodash-of-nobody',
  ],
  ['@/nowhere', "export * from '@/nowhere'\nexport const GET = () => Response.json(1)\n", 'tsconfig.json'],
])('a module %s that is not there fails the build for every host, with the file and the mend', async (name, text, mend) => {
  const dir = await createProject({ 'lib.ts': text, 'routes/route.ts': "export { GET } from '../lib'\n" })
  for (const target of ['node', 'workers', 'bun']) {
    const { code, stderr } = await everyroute(dir, ['build', '--target', target])
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`"${name}" was not found; lib.ts imports it.`) })
    expect(stderr).toMatch(/^error ERR_BUNDLE .*[\s\S]* file {2}lib\.ts\n {2}fix .*/)
    expect(stderr).toContain(mend)
    expect(existsSync(join(dir, '.output'))).toBe(false)
  }
})

test('packages that are not there may be asked for: by import(), by require in try, as a type, and where the host has them', async () => {
  const route = `import { type Database } from 'only-a-type'
import { serve } from 'bun'
import { Stack } from 'wanted-outside'
let found
try { found = await import('not-there') } catch (error) { found = error.code }
export const POST = async () => Response.json(await import('later'))
export const GET = () => Response.json([found, serve, Stack as Database])
`
  const dir = await createProject({
    'everyroute.config.mjs': "export default { external: ['wanted-outside'] }\n",
    'legacy.cjs': "try { exports.found = require('not-there-either') } catch { exports.found = 'none' }\n",
    'routes/route.ts': route,
    'routes/legacy/route.ts': "import { found } from '../../legacy.cjs'\nexport const GET = () => Response.json(found)\n",
  })
  const { code, stderr } = await everyroute(dir, ['build', '--target', 'bun'])
  const warning = (name: string): string => `warning Could not resolve '${name}' in routes/route.ts`
  expect({ code, lines: stderr.trimEnd().split('\n').sort() }).toEqual({
    code: 0,
    lines: ['bun', 'later', 'wanted-outside'].map(warning),
  })
})

test('a Worker may import what wrangler adds to it, and what the config says it has', async () => {
  const dir = await createProject({
    'everyroute.config.mjs': "export default { external: ['of-the-host'] }\n",
    'routes/route.ts':
      "import manifest from '__STATIC_CONTENT_MANIFEST'\nimport { a } from 'of-the-host'\nexport const GET = () => Response.json([manifest, a])\n",
  })
  expect((await everyroute(dir, ['build', '--target', 'workers'])).code).toBe(0)
})

test('an import that leads nowhere fails the build with the file, and leaves the last output as it was', async () => {
  const dir = await createProject({ 'routes/route.ts': answering('first') })
  expect((await everyroute(dir, ['build'])).code).toBe(0)
  await writeFiles(dir, { 'routes/route.ts': "import { x } from './nowhere'\nexport const GET = () => x\n" })
  const { code, stderr } = await everyroute(dir, ['build'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/ERR_BUNDLE[\s\S]*\.\/nowhere[\s\S]*routes\/route\.ts/)
  expect(readdirSync(dir).sort()).toEqual(['.everyroute', '.output', 'routes'])
  expect((await (await startOutput(join(dir, '.output'))).get('/')).text).toBe('"first"')
})
