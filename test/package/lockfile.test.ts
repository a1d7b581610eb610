import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { REPOSITORY } from './imports.ts'

interface LockedPackage {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8')
const lockedPackages = (folder: string): Record<string, LockedPackage> => JSON.parse(read(`${folder}package-lock.json`)).packages

/** Whether `name` is locked where Node.js looks for it from the package at `from`. */
function isLocked(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): boolean {
  const above = from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : ''
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  return packages[path]?.version !== undefined || (from !== '' && isLocked(packages, above, name))
}

describe.each([{ folder: '' }, { folder: 'bench/' }])('$folder', ({ folder }) => {
  /** `npm ci` refuses a lockfile otherwise. */
  test('package-lock.json holds every package of every platform (mend: npm run lockfile)', () => {
    const packages = lockedPackages(folder)
    expect(Object.keys(packages).length).toBeGreaterThan(100)
    const missing = Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter((name) => !isLocked(packages, path, name))
        .map((name) => `${path || 'the package'} needs ${name}`),
    )
    expect(missing).toEqual([])
  })

  test('package.json names exact versions, and package-lock.json the same ones', () => {
    const packages = lockedPackages(folder)
    const { dependencies, devDependencies }: LockedPackage = JSON.parse(read(`${folder}package.json`))
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+[\w.+-]*$/)
      expect(`${name} ${packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`)
    }
  })
})
