import { cp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUNTIMES } from '../hosts/runtimes.ts'
import { REPOSITORY } from '../package/imports.ts'
import { execute, type InstalledPackage, installPackage } from '../package/installed.ts'

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url))

interface Runner {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** What it prints where all tests have passed. */
  readonly passed: RegExp
}

const node = process.execPath

const RUNNERS: readonly Runner[] = [
  {
    name: 'vitest',
    command: [node, '../node_modules/vitest/vitest.mjs', 'run', '--reporter=tap-flat'],
    passed: /^1\.\.4\n(?:ok .*\n){4}$/m,
  },
  { name: 'node', command: [node, '--import', 'everyroute/register', '--test', '--test-reporter=tap'], passed: /^# pass 4$/m },
  {
    name: 'jest',
    command: [node, '--experimental-vm-modules', '../node_modules/jest/bin/jest.js'],
    passed: /^Tests: +4 passed, 4 total$/m,
  },
  { name: 'bun', command: [RUNTIMES.bun[0], 'test'], passed: /^ 4 pass$/m },
]

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
  const modules = join(installed.dir, 'node_modules')
  for (const name of ['vitest', 'jest', 'react', 'react-dom']) await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name))
  for (const { name } of RUNNERS) {
    await cp(join(FIXTURES, name), join(installed.dir, name), { recursive: true })
    await cp(join(FIXTURES, 'routes'), join(installed.dir, name, 'routes'), { recursive: true })
  }
})
afterAll(() => installed?.remove())

async function runTests({ command: [file, ...args], name }: Runner): Promise<string> {
  const { stderr, stdout } = await execute(file, args, join(installed.dir, name))
  return `${stdout}${stderr}`
}

describe.each(['with', 'without'])('%s Next.js', (which) => {
  beforeAll(async () => {
    if (which === 'without') await rm(join(installed.dir, 'node_modules/next'))
  })

  test.each(RUNNERS)('tests of handlers run in $name', async (runner) => {
    expect(await runTests(runner)).toMatch(runner.passed)
  })
})

test.each(RUNNERS)('$name sees a test fail', async (runner) => {
  const file = join(installed.dir, runner.name, 'routes/_lib/users/index.ts')
  await writeFile(file, 'export const findUser = async (id: string) => ({ id, name: "Nobody" })\n')
  await expect(runTests(runner)).rejects.toThrow('Nobody')
})
