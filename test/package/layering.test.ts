import { describe, expect, test } from 'vitest'
import { COMPUTED, importsOf, readSource } from './imports.ts'
import { wrongImports } from './layering.ts'

const MAX_LINES = 400
const files = readSource()

test('no file of src imports against the layering', () => {
  expect(files.length).toBeGreaterThan(50)
  expect(files.flatMap(({ file, text }) => wrongImports(file, importsOf(file, text)))).toEqual([])
})

test(`no file of src is longer than ${MAX_LINES} lines`, () => {
  expect(files.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES).map(({ file }) => file)).toEqual([])
})

test('entry files only re-export', () => {
  const entries = files.filter(({ file }) => !file.includes('/'))
  const statements = entries.flatMap(({ text }) =>
    text.split('\n').filter((line) => /^(import|const|let|function|class|interface|type)\b/.test(line)),
  )
  expect(entries.map(({ file }) => file)).toEqual(['config.ts', 'handler.ts', 'index.ts', 'register.ts', 'vite.ts'])
  expect(statements).toEqual([])
})

describe('the check sees', () => {
  test('every form of import', () => {
    const text = `
      import a from './a.js'
      import type { B } from './b.js'
      export * from './c.js'
      export { d } from './d.js'
      export const e = () => import('./e.js')
      type F = import('./f.js').F
      const g = (name: string) => import(name)
      import './h.js'
      // import './comment.js'
      export const text = "import './text.js'"`
    expect(importsOf('example.ts', text).map((specifier) => specifier.replace(/^\.\/(.)\.js$/, '$1'))).toEqual([
      ...['a', 'b', 'c', 'd', 'e', 'f', COMPUTED, 'h'],
    ])
  })

  test.each([
    ['routing/segment.ts', '../runtime/matcher.js'],
    ['routing/segment.ts', 'node:path'],
    ['runtime/router.ts', '../next/server.js'],
    ['runtime/router.ts', '../build/scan.js'],
    ['runtime/router.ts', 'node:async_hooks'],
    ['runtime/router.ts', '@hono/node-server'],
    ['runtime/router.ts', COMPUTED],
    ['next/server.ts', '../adapters/node.js'],
    ['cache/store.ts', '../runtime/scope.js'],
    ['adapters/node.ts', '../build/scan.js'],
    ['adapters/workers.ts', 'node:http'],
    ['adapters/deno.ts', '@hono/node-server'],
    ['build/project.ts', '../runtime/router.js'],
    ['build/project.ts', 'hono'],
    ['index.ts', './build/scan.js'],
    ['unheard-of/file.ts', './other.js'],
  ])('src/%s importing %s', (file, specifier) => {
    expect(wrongImports(file, [specifier])).toHaveLength(1)
  })

  test.each([
    ['runtime/request-scope.ts', 'node:async_hooks'],
    ['runtime/router.ts', 'hono/route'],
    ['runtime/router.ts', './matcher.js'],
    ['adapters/node-send.ts', 'node:http'],
    ['cli/commands/dev.ts', '../../runtime/router.js'],
    ['cli/commands/start.ts', COMPUTED],
  ])('nothing wrong in src/%s importing %s', (file, specifier) => {
    expect(wrongImports(file, [specifier])).toEqual([])
  })
})
