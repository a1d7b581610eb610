import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLI, createProject, everyroute, startProcess } from './project.js'

test('NEXT_PUBLIC_ variables are those of the build on every host, and a Worker that would miss others is warned of', async () => {
  const dir = await createProject({
    '.env': 'NEXT_PUBLIC_NAME=built\nSECRET=s\nUNREAD=u\nSET=x\nNODE_ENV=production\n',
    'wrangler.toml': '[vars]\nSET = "by wrangler"\n',
    'lib.ts': 'export const secret = () => process.env.SECRET\n',
    'routes/route.ts':
      "import { secret } from '../lib'\nexport const GET = () => Response.json([process.env.NEXT_PUBLIC_NAME, secret(), process.env.SET])\n",
  })
  expect(await everyroute(dir, ['build'])).toMatchObject({ code: 0, stderr: '' })
  const server = await startProcess(dir, [CLI, 'start', '--port', '0'], { env: { NEXT_PUBLIC_NAME: 'started', SECRET: 'other' } })
  expect((await server.get('/')).json()).toEqual(['built', 'other', 'x'])

  const { code, stderr } = await everyroute(dir, ['build', '--target', 'workers'])
  const warning =
    'warning lib.ts reads SECRET, which .env files set: a Worker has it only as one of its vars (wrangler.toml) or secrets (wrangler secret put SECRET)\n'
  expect({ code, stderr }).toEqual({ code: 0, stderr: warning })
  expect(readFileSync(join(dir, '.output/worker.mjs'), 'utf8')).toMatch(/\[\s*"built",/)
})
