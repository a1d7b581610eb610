import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REPOSITORY } from './imports.ts'

interface LockedPackage {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8')
const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(read('package-lock.json'))

/** Whether `name` is locked where Node.js looks for it from the package at `from`. */
function isLocked(from: string, name: string): boolean {
  const above = from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : ''
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  return packages[path]?.version !== undefined || (from !== '' && isLocked(above, name))
}

/** `npm ci` refuses a lockfile otherwise. */
test('package-lock.json holds every package of every platform (mend: npm run lockfile)', () => {
  expect(Object.keys(packages).length).toBeGreaterThan(100)
  const missing = Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path || 'everyroute'} needs ${name}`),
  )
  expect(missing).toEqual([])
})

test('package.json names exact versions, and package-lock.json the same ones', () => {
  const { dependencies, devDependencies }: Required<LockedPackage> = JSON.parse(read('package.json'))
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+[\w.+-]*$/)
    expect(`${name} ${packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`)
  }
})
