import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driveExample } from '../example/drive.ts'
import { type StartedExample, startBuilt } from '../example/start.ts'
import { DENO_NATIVE, RUNTIMES } from './runtimes.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(repository, 'dist/cli/main.js')

describe.each([
  ['bun', RUNTIMES.bun],
  ['deno', [...RUNTIMES.deno, ...DENO_NATIVE]],
] as const)('the example on %s', (target, command) => {
  let folder: string | undefined
  let example: StartedExample | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `everyroute-${target}-`))
    const out = join(folder, 'output')
    await promisify(execFile)(process.execPath, [cli, 'build', '--target', target, '--out', out], { cwd: repository })
    example = await startBuilt(out, repository, command)
  })
  afterAll(async () => {
    await example?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  driveExample(() => example!.origin)

  test('nothing but the address was written meanwhile', () => {
    expect(example!.output()).toBe(`${example!.origin}\n`)
  })
})
