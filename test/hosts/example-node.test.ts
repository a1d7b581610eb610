import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { repository } from './next-project.ts'
import { runNode, startNode } from './processes.ts'

test('examples/node builds, and serves its one route', async () => {
  const root = await mkdtemp(join(tmpdir(), 'everyroute-example-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await cp(join(repository, 'examples/node'), root, { recursive: true })
  await runNode([join(repository, 'dist/cli/main.js'), 'build'], root)
  const { origin, stop } = await startNode([join(root, '.output/server.mjs')], root)
  onTestFinished(stop)
  const response = await fetch(`${origin}/hello/Ada?greeting=Ahoy`)
  expect([response.status, await response.json()]).toEqual([200, { message: 'Ahoy, Ada!' }])
})
