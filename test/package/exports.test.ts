import { existsSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REPOSITORY, readSource } from './imports.ts'
import { execute, type InstalledPackage, installPackage, packageJson } from './installed.ts'

const subpaths = Object.keys(packageJson.exports).filter((subpath) => subpath !== './package.json')
const ADAPTERS = new Set(['./node', './workers', './bun', './deno', './next'])
/** What generated code imports, and is no part of the folder that its name stands for. */
const ELSEWHERE: Readonly<Record<string, string>> = { './prerender': 'runtime/prerender' }
/** Adapters whose modules only their host can load. */
const NOT_ON_NODE = new Set(['./workers'])

/** Where the code of a subpath is: `src/PATH.ts`, and `dist/PATH.js` once built. */
function pathOf(subpath: string): string {
  const path = subpath.slice(2)
  if (subpath === '.') return 'index'
  if (ELSEWHERE[subpath]) return ELSEWHERE[subpath]
  if (path.startsWith('next/dist/')) return `next/components/${path.split('/').at(-1)}`
  if (ADAPTERS.has(subpath)) return `adapters/${path}`
  return existsSync(join(REPOSITORY, 'src', `${path}.ts`)) ? path : `${path}/index`
}

let installed: InstalledPackage
beforeAll(async () => {
  installed = await installPackage()
})
afterAll(() => installed?.remove())

test.each(subpaths)('%s is the file of that path', (subpath) => {
  const path = pathOf(subpath)
  expect(packageJson.exports[subpath]).toEqual({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })
  expect(existsSync(join(REPOSITORY, 'src', `${path}.ts`))).toBe(true)
})

test('every stand-in for a module of Next.js has its subpath', async () => {
  const { NEXT_EXPORTS } = await import('../../src/build/next-exports.ts')
  const expected = Object.keys(NEXT_EXPORTS).map((specifier) => `./${specifier}`)
  expect(subpaths.filter((subpath) => subpath.startsWith('./next/')).sort()).toEqual(expected.sort())
})

test('every adapter has its subpath', () => {
  const adapters = readSource().map(({ file }) => /^adapters\/([a-z]+)\.ts$/.exec(file)?.[1])
  expect(subpaths.filter((subpath) => ADAPTERS.has(subpath)).sort()).toEqual(adapters.filter(Boolean).map((name) => `./${name}`))
})

/** The names of a module's declarations, types in front of values. */
function declaredNames(entries: readonly string[]): Map<string, { types: string[]; values: string[] }> {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    types: [],
  }
  const program = ts.createProgram(entries, options)
  const checker = program.getTypeChecker()
  return new Map(
    entries.map((entry) => {
      const symbol = checker.getSymbolAtLocation(program.getSourceFile(entry)!)
      const exported = symbol ? checker.getExportsOfModule(symbol) : []
      const isValue = (one: ts.Symbol): boolean => {
        const target = one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one
        return (target.flags & ts.SymbolFlags.Value) !== 0
      }
      const names = (wanted: boolean): string[] =>
        exported
          .filter((one) => isValue(one) === wanted)
          .map((one) => one.name)
          .sort()
      return [entry, { types: names(false), values: names(true) }] as const
    }),
  )
}

test('export names are as recorded, and declared as they are', async () => {
  const script = `const names = {}
for (const name of ${JSON.stringify(subpaths.filter((subpath) => !NOT_ON_NODE.has(subpath)))}) names[name] = Object.keys(await import('everyroute' + name.slice(1))).sort()
console.log(JSON.stringify(names))`
  const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', script], installed.dir)
  const atRunTime = JSON.parse(stdout) as Record<string, string[]>
  const entryOf = (subpath: string): string => join(installed.packageDir, 'dist', `${pathOf(subpath)}.d.ts`)
  const declared = declaredNames(subpaths.map(entryOf))
  const recorded = subpaths.map((subpath) => {
    const { types, values } = declared.get(entryOf(subpath)) ?? { types: [], values: [] }
    if (!NOT_ON_NODE.has(subpath)) expect(values, `values that ${subpath} declares`).toEqual(atRunTime[subpath])
    return [`everyroute${subpath.slice(1)}`, ...values, ...types.map((name) => `type ${name}`)].join('\n  ')
  })
  await expect(`${recorded.join('\n')}\n`).toMatchFileSnapshot('./export-names.txt')
})
