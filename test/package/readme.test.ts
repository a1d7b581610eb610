import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY } from './imports.ts'

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8')

test.each(['npm ci && npm start', 'npm ci && npm test'])('the README gives `%s` as it is', (command) => {
  expect(read('README.md').split('\n')).toContain(command)
})

test("the continuous integration runs the README's test command", () => {
  expect(read('.ci/run')).toContain("suite 'npm ci && npm test'\n")
})

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'docs/cli.md',
  'docs/caching.md',
  'docs/example.md',
  'docs/workers.md',
  'docs/nextjs.md',
  'docs/vite.md',
  'docs/middleware.md',
  'docs/middleware/errors.md',
  'docs/middleware/auth.md',
  'docs/middleware/body-limit.md',
  'docs/middleware/uploads.md',
  'docs/testing.md',
  'docs/client.md',
  'bench/README.md',
])('the links of %s lead somewhere', (file) => {
  const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '')
  expect(links.filter((link) => !existsSync(join(REPOSITORY, dirname(file), link)))).toEqual([])
})
