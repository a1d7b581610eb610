import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type BundledModule, featureDefinitions, moduleFeatures, type ProjectFeatures } from '../../src/build/features.ts'
import { resolveOwnModule } from '../../src/build/next-alias.ts'

const ENTRY = '\0everyroute:server'
const own = (name: string): string => resolveOwnModule(name)!

/** What is found where the entry imports a manifest, which imports one route. */
function featuresOf(route: { code?: string; imports?: readonly string[] }, others: readonly BundledModule[] = []) {
  const modules: BundledModule[] = [
    { id: ENTRY, code: 'fetch', imports: [own('everyroute/node'), '/app/manifest.ts'] },
    { id: '/app/manifest.ts', code: '', imports: ['/app/route.ts'] },
    { id: '/app/route.ts', code: route.code ?? '', imports: route.imports ?? [] },
    ...others,
  ]
  return moduleFeatures(new Map(modules.map((module) => [module.id, module])), [ENTRY])
}

const NOTHING = { unknown: false, middleware: false, scope: false, fetch: false, formData: false }
const EVERYTHING = { unknown: true, middleware: true, scope: true, fetch: true, formData: true }

describe('what modules may do', () => {
  test('nothing, where they neither spell nor import it', () => {
    expect(featuresOf({ code: 'export const GET = () => new Response(prefetched)', imports: ['node:fs'] })).toEqual(NOTHING)
  })

  test.each([
    ['fetch', "await globalThis['fetch']('https://example.com')"],
    ['formData', 'await request.formData()'],
    ['scope', "if (error.digest.startsWith('NEXT_REDIRECT')) throw error"],
  ])('%s, by its name', (name, code) => {
    expect(featuresOf({ code })).toEqual({ ...NOTHING, [name]: true })
  })

  test('what a package does that a route imports', () => {
    const got = { id: '/app/node_modules/got/index.js', code: 'fetch(url)', imports: [] }
    expect(featuresOf({ imports: [got.id] }, [got])).toEqual({ ...NOTHING, fetch: true })
  })

  test.each([
    ["import { NextResponse } from 'next/server'", false],
    ["import { after, NextResponse } from 'next/server'", true],
    ["import { connection as wait } from 'next/server'", true],
    ["import * as server from 'next/server'", true],
    ["export * from 'next/server'", true],
    ["export * as server from 'next/server'", true],
    ["__exportStar(require('next/server'), exports)", true],
    ["export const server = import('next/server')", true],
  ])('of next/server, some names ask for the scope of the request: %s', (code, scope) => {
    expect(featuresOf({ code, imports: [own('next/server')] })).toEqual({ ...NOTHING, scope })
  })

  test.each(['headers', 'navigation', 'cache', 'og'])('next/%s asks for the scope of the request', (name) => {
    expect(featuresOf({ imports: [own(`next/${name}`)] })).toEqual({ ...NOTHING, scope: true })
  })

  test('Hono, and handlers with middleware, ask for its context', () => {
    const hono = { id: join('/app/node_modules/hono/dist/index.js'), code: '', imports: [] }
    expect(featuresOf({ imports: [hono.id] }, [hono]).middleware).toBe(true)
    expect(featuresOf({ imports: [own('everyroute/handler')] })).toEqual({ ...NOTHING, middleware: true, formData: true })
    expect(featuresOf({ imports: [own('everyroute/middleware/cors')] }).middleware).toBe(true)
  })

  test('a comment on import(), and a router of another package, are nothing to fear', () => {
    expect(featuresOf({ code: "// an inline `import()`\nimport { createRouter } from 'h3'" })).toEqual(NOTHING)
  })

  test('env() and cache stores ask for nothing', () => {
    expect(featuresOf({ imports: [own('everyroute'), own('everyroute/cache')] })).toEqual(NOTHING)
  })

  test.each([
    ['an import of what is known at run time alone', { code: 'await import(name)' }],
    ['an import within a package', { code: 'const load = (name) => import( name )' }],
    ['a require of its own', { code: 'createRequire(import.meta.url)' }],
    ['a router of its own', { code: 'createRouter(manifest)', imports: [own('everyroute')] }],
    ["this package's symbols", { code: "Symbol.for('everyroute.handlerHost@1')" }],
    ['a host adapter', { imports: [own('everyroute/next')] }],
    ['a module that is not in the bundle', { imports: ['/app/node_modules/sharp/index.js'] }],
  ])('anything, with %s', (_, route) => {
    expect(featuresOf(route)).toEqual(EVERYTHING)
  })
})

describe('definitions', () => {
  const none: ProjectFeatures = {
    proxy: false,
    instrumentation: false,
    folderFiles: false,
    static: false,
    maxDuration: false,
    params: false,
    basePath: false,
    trailingSlash: false,
  }
  const options = { hasEntry: false, isStrict: false, isSmall: true }
  const on = (project: ProjectFeatures, found = NOTHING, given = options): string[] =>
    Object.entries(featureDefinitions(project, found, given)).flatMap(([name, value]) => (value === 'true' ? [name] : []))

  test('none of anything, where the project has nothing', () => {
    expect(on(none)).toEqual([])
    expect(Object.keys(featureDefinitions(none, NOTHING, options)).length).toBeGreaterThan(10)
  })

  test.each([
    [{ proxy: true }, ['MIDDLEWARE', 'DIRECT', 'PROXY']],
    [{ folderFiles: true }, ['MIDDLEWARE', 'DIRECT', 'FOLDER_FILES']],
    [{ static: true }, ['STATIC', 'SCOPE']],
    [{ instrumentation: true }, ['INSTRUMENTATION']],
    [{ params: true }, ['PARAMS']],
  ])('of %o', (project, names) => {
    expect(on({ ...none, ...project })).toEqual(names.map((name) => `__EVERYROUTE_${name}__`))
  })

  test('of an entry and of strict mode', () => {
    expect(on(none, NOTHING, { hasEntry: true, isStrict: true, isSmall: true })).toEqual(
      ['ENTRY', 'MIDDLEWARE', 'DIRECT', 'STRICT'].map((name) => `__EVERYROUTE_${name}__`),
    )
  })

  test('of a host that is given files: a way of their own for files behind nothing', () => {
    expect(on(none, NOTHING, { ...options, isSmall: false })).toEqual(['__EVERYROUTE_DIRECT__'])
  })

  test('nothing is left out of what is not known', () => {
    expect(featureDefinitions(none, EVERYTHING, options)).toEqual({})
    expect(featureDefinitions(undefined, NOTHING, options)).toEqual({})
  })
})
