import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driveExample } from '../example/drive.ts'
import { driveExampleByClient } from '../example/drive-client.ts'
import { AUTH_SECRET } from '../example/tokens.ts'
import { type RunningWorker, repository, runEveryroute, runWrangler, startWrangler } from './wrangler.ts'

let folder: string
let out: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'everyroute-worker-example-'))
  out = join(folder, 'out')
  await runEveryroute(['build', '--target', 'workers', '--out', out], repository)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each([
  ['of the compatibility date in wrangler.toml', undefined],
  // From before workerd had `process` and modules of Node.js by itself.
  ['with nodejs_als alone', '2024-01-01'],
])('the example on D1 and R2, in a workerd %s', (_, date) => {
  let worker: RunningWorker

  beforeAll(async () => {
    const persistTo = await mkdtemp(join(folder, 'state-'))
    const config = join(out, 'wrangler.json')
    await runWrangler(['d1', 'migrations', 'apply', 'DB', '--local', '--config', config, '--persist-to', persistTo], folder)
    const args = ['--var', `AUTH_SECRET:${AUTH_SECRET}`, ...(date === undefined ? [] : ['--compatibility-date', date])]
    worker = await startWrangler({ cwd: folder, config, persistTo, args })
  })
  afterAll(() => worker?.stop())

  driveExample(() => worker.origin)
  driveExampleByClient(() => worker.origin)

  test('nothing was logged as an error meanwhile', () => {
    expect(worker.output()).not.toMatch(/error|warn/i)
  })
})

test('the Worker imports nothing of Node.js but AsyncLocalStorage, and no libSQL', async () => {
  const text = await readFile(join(out, 'worker.mjs'), 'utf8')
  const imports = [...text.matchAll(/^import .* from "([^"]+)";$|\bimport\("([^"]+)"\)/gm)].map(([, from, called]) => from ?? called)
  expect([...new Set(imports)].sort()).toEqual(['cloudflare:workers', 'node:async_hooks'])
  expect(text.includes('@libsql/client')).toBe(false)
})

test('wrangler takes the output as it is for a deployment', async () => {
  const output = await runWrangler(['deploy', '--dry-run', '--config', join(out, 'wrangler.json')], folder)
  for (const binding of ['env.DB', 'env.AVATARS', 'env.CACHE', 'env.LIMITER']) expect(output).toContain(binding)
})
