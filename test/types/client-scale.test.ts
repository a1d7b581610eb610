import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { generateClientTypes } from '../../src/build/client-types.js'
import { buildRouteTree } from '../../src/routing/route-tree.js'
import { tempProject } from '../build/temp-project.js'
import { clientText, figure, writeScaleProject } from './scale-project.js'
import { typeCheck } from './tsc.js'

const ROUTES = 500
const generator = { buildRouteTree, generateClientTypes }

test('a client of 500 routes costs tsc hardly more than the route files alone', async () => {
  const [without, withClient] = [await tempProject({}), await tempProject({})]
  await writeScaleProject(without, ROUTES, undefined, generator)
  await writeScaleProject(withClient, ROUTES, 'everyroute/client', generator)
  // Time by what tsc counts as well: the counts are the same on every machine.
  const flags = ['--extendedDiagnostics']
  const [alone, together] = [await typeCheck(without, flags), await typeCheck(withClient, flags)]
  expect([alone.ok, together.ok], together.output).toEqual([true, true])
  const ratio = (name: string): number => figure(together.output, name) / figure(alone.output, name)
  expect(figure(alone.output, 'Instantiations')).toBeGreaterThan(ROUTES * 1000)
  expect(ratio('Instantiations')).toBeLessThan(1.2)
  expect(ratio('Total time')).toBeLessThan(2)
}, 240_000)

/** How many types the compiler makes up to know the members of the last constant of a module beside 500 routes. */
function createCounter(root: string): (text: string) => number {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!
  const file = join(root, 'use.ts')
  const host = ts.createCompilerHost(config.options)
  const read = host.getSourceFile
  let text = ''
  const parsed = new Map<string, ts.SourceFile | undefined>()
  host.getSourceFile = (name, language) => {
    if (name === file) return ts.createSourceFile(name, text, language, true)
    if (!parsed.has(name)) parsed.set(name, read.call(host, name, language))
    return parsed.get(name)
  }
  return (given) => {
    text = given
    const program = ts.createProgram({ rootNames: config.fileNames, options: config.options, host })
    const checker = program.getTypeChecker()
    const statement = program.getSourceFile(file)!.statements.at(-1) as ts.VariableStatement
    const type = checker.getTypeAtLocation(statement.declarationList.declarations[0]!.name)
    expect(checker.getPropertiesOfType(type).length, given).toBeGreaterThan(0)
    return program.getInstantiationCount()
  }
}

test('what an editor completes costs one route, however many there are', async () => {
  const counts = async (routes: number): Promise<number[]> => {
    const root = await tempProject({})
    await writeScaleProject(root, routes, 'everyroute/client', generator)
    // Writes the tsconfig.json.
    await typeCheck(root, ['--listFilesOnly'])
    const count = createCounter(root)
    return [
      'client',
      'client.api.area3',
      "client.api.area3.item3[':id']",
      "await client.api.area3.item3[':id'].$get({ param: { id: '7' } })",
    ].map((expression) => count(`${clientText('everyroute/client')}const last = ${expression}\n`))
  }
  const [few, many] = [await counts(10), await counts(ROUTES)]
  for (const [step, count] of many.entries()) expect(count, `step ${step}`).toBeLessThan(few[step]! * 1.1 + 1000)
  // With Hono's own types, each of these looks at every route.
  expect(many.at(-1)).toBeLessThan(15_000)
}, 240_000)
