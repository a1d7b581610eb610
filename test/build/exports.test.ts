import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RouteExports, readRouteExports } from '../../src/build/exports.js'
import { tempProject } from './temp-project.js'

async function read(source: string, others: Record<string, string> = {}, file = 'routes/a/route.ts'): Promise<RouteExports> {
  const root = await tempProject({ ...others, [file]: source })
  return readRouteExports(join(root, file), {
    root,
    resolve: async (specifier) => (specifier.startsWith('@/') ? join(root, specifier.slice(2)) : null),
  })
}

describe('methods', () => {
  test.each([
    ['functions', 'export function GET() {}\nexport async function POST() {}', ['GET', 'POST']],
    ['wrapped constants', 'export const GET = withX(async () => {}), PATCH = withX(() => {})', ['GET', 'PATCH']],
    ['aliases', 'const handler = () => {}\nexport { handler as GET, handler as POST }', ['GET', 'POST']],
    ['string names', "export { 'x y' as GET } from './y'", ['GET']],
    ['one method as another', 'export const PATCH = () => {}\nexport const PUT = PATCH', ['PUT', 'PATCH']],
    ['passed on', "export { GET, DELETE as POST } from './other'", ['GET', 'POST']],
    ['namespace', "export * as GET from './other'", ['GET']],
    ['destructured', 'export const { GET, POST: { a: PUT = 1 }, ...HEAD } = handlers', ['GET', 'HEAD', 'PUT']],
    ['from an array', 'export const [GET, , POST] = handlers', ['GET', 'POST']],
    ['let and var', 'export let GET = 1; export var POST = 1', ['GET', 'POST']],
    ['import equals', "import * as X from 'x'\nexport import GET = X.y", ['GET']],
    ['class', 'export class GET {}', ['GET']],
    ['overloads', 'export function POST(a: 1): void\nexport function POST(a: 2): void\nexport function POST() {}', ['POST']],
    [
      'all eight, in order',
      'export const QUERY = 1, PATCH = 1, DELETE = 1, PUT = 1, POST = 1, OPTIONS = 1, HEAD = 1, GET = 1',
      ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'QUERY'],
    ],
  ])('%s', async (_, source, methods) => {
    const found = await read(source)
    expect(found.methods).toEqual(methods)
    expect(found.warnings).toEqual([])
  })

  test('types are no handlers', async () => {
    const found = await read(`
      import type { X } from './x'
      import { type Y } from './x'
      interface Z {}
      export type GET = string
      export interface POST {}
      export declare const PUT: number
      export declare function DELETE(): void
      export type { X as PATCH } from './x'
      export { type X as HEAD }
      export { X as PATCH, Y as OPTIONS, Z as QUERY }
      export default interface Z {}
    `)
    expect(found.methods).toEqual([])
    expect(found.warnings).toEqual([expect.objectContaining({ file: 'routes/a/route.ts', message: 'The file exports no handler' })])
  })

  test.each([
    ['../lib', 'routes/lib.ts'],
    ['../lib', 'routes/lib/index.tsx'],
    ['../lib.js', 'routes/lib.ts'],
    ['../lib.mjs', 'routes/lib.mts'],
    ['@/lib/handlers.ts', 'lib/handlers.ts'],
  ])('export * from %s reads %s', async (specifier, file) => {
    const found = await read(`export * from '${specifier}'\nexport const POST = 1`, {
      [file]: "export const GET = 1, POST = 2, other = 3\nexport default 1\nexport * from './more'",
      [join(file, '../more.ts')]: `export const PUT = 1\nexport * from './${file.split('/').at(-1)}'`,
    })
    expect(found.methods).toEqual(['GET', 'POST', 'PUT'])
    expect(found.warnings).toEqual([])
    expect(found.files).toHaveLength(3)
  })

  test('export * from a package hides the methods; one that leads nowhere is warned about', async () => {
    expect(await read("export * from 'some-package'\nexport const GET = 1")).toMatchObject({ methods: undefined, warnings: [] })
    const linked = await read("export * from '@/node_modules/x/index.js'", { 'node_modules/x/index.js': 'export const GET = 1' })
    expect(linked.methods).toBeUndefined()
    const lost = await read("export * from './nowhere'")
    expect(lost.methods).toBeUndefined()
    expect(lost.warnings.map(({ message }) => message)).toEqual(["export * from './nowhere' leads to no file"])
    expect((await read("export type * from 'some-package'\nexport const GET = 1")).methods).toEqual(['GET'])
  })

  test('CommonJS hides its methods, and is no file without handlers', async () => {
    const root = await tempProject({
      'package.json': '{ "type": "commonjs" }',
      'routes/route.js': 'module.exports = { GET() {} }\n',
      'esm/package.json': '{ "type": "module" }',
      'esm/route.js': 'globalThis.module.exports = 1\n',
    })
    expect(await readRouteExports(join(root, 'routes/route.js'), { root })).toMatchObject({
      methods: undefined,
      configNames: undefined,
      warnings: [],
    })
    const { methods, warnings } = await readRouteExports(join(root, 'esm/route.js'), { root })
    expect({ methods, count: warnings.length }).toEqual({ methods: [], count: 1 })
  })

  test('lower or mixed case and a default export are warned about with the mend', async () => {
    const found = await read(
      'export const get = 1, Post = 2, other = 3\nconst del = 1\nexport { del as delete }\nexport default function () {}',
    )
    expect(found.methods).toEqual([])
    expect(found.warnings.map(({ message, fix }) => `${message} ${fix}`)).toEqual([
      'The export "get" is not a handler: methods are upper case Rename it to GET.',
      'The export "Post" is not a handler: methods are upper case Rename it to POST.',
      'The export "delete" is not a handler: methods are upper case Rename it to DELETE.',
      expect.stringContaining('default export'),
      expect.stringContaining('exports no handler'),
    ])
  })

  test('JSX is read in every JavaScript file and in .tsx', async () => {
    for (const file of ['routes/route.js', 'routes/route.jsx', 'routes/route.mjs', 'routes/route.tsx']) {
      expect((await read('export const GET = () => <a href="x">y</a>', {}, file)).methods).toEqual(['GET'])
    }
    expect((await read('export const GET = <T,>(x: T) => <T>x', {}, 'routes/route.mts')).methods).toEqual(['GET'])
  })

  test('generateStaticParams', async () => {
    expect((await read('export const GET = 1')).hasStaticParams).toBe(false)
    expect((await read('export const GET = 1\nexport async function generateStaticParams() {}')).hasStaticParams).toBe(true)
  })
})

describe('segment config', () => {
  const GET = '\nexport const GET = 1'

  test('every key, as literals in every wrapping', async () => {
    const found = await read(`
      export const dynamic = 'force-static' as const
      export const dynamicParams = (false)
      export const revalidate = 60 as const satisfies number
      export const fetchCache = \`only-cache\`
      export const runtime = <const>'edge'
      export const preferredRegion = ['fra1', 'iad1'] satisfies string[]
      export const maxDuration = 30!
      export const other = 1${GET}`)
    expect(found.config).toEqual({
      dynamic: 'force-static',
      dynamicParams: false,
      revalidate: 60,
      fetchCache: 'only-cache',
      runtime: 'edge',
      preferredRegion: ['fra1', 'iad1'],
      maxDuration: 30,
    })
    expect(found.warnings).toEqual([])
    expect((await read(`export const revalidate = false, preferredRegion = 'auto', dynamic = undefined${GET}`)).config).toEqual({
      revalidate: false,
      preferredRegion: 'auto',
    })
    expect((await read(`const revalidate = 5\nexport { revalidate }${GET}`)).config).toEqual({ revalidate: 5 })
  })

  test.each([
    ["dynamic = 'never'", `"dynamic" is "never"; it must be one of 'auto', 'force-dynamic', 'error', 'force-static'`],
    ["dynamicParams = 'no'", `"dynamicParams" is "no"; it must be true or false`],
    ['revalidate = -1', '"revalidate" is -1; it must be a whole number of seconds, 0 or more, or false'],
    ['revalidate = 1.5', '"revalidate" is 1.5; it must be a whole number of seconds, 0 or more, or false'],
    ['revalidate = true', '"revalidate" is true; it must be'],
    ["revalidate = '60'", '"revalidate" is "60"; it must be'],
    ['revalidate = null', '"revalidate" is null; it must be'],
    ["fetchCache = 'x'", '"fetchCache" is "x"; it must be one of'],
    ["runtime = 'deno'", `"runtime" is "deno"; it must be one of 'nodejs', 'edge'`],
    ['preferredRegion = [1]', '"preferredRegion" is [1]; it must be a string or an array of strings'],
    ["maxDuration = 'x'", '"maxDuration" is "x"; it must be a whole number of seconds'],
    ['revalidate = 60 * 10', '"revalidate" is not a literal'],
    ['revalidate = SECONDS', '"revalidate" is not a literal'],
    ['dynamic = "a" + "b"', '"dynamic" is not a literal'],
    ['preferredRegion = [...regions]', '"preferredRegion" is not a literal'],
    ['maxDuration = Number(process.env.MAX)', '"maxDuration" is not a literal'],
    ['runtime = /nodejs/', '"runtime" is not a literal'],
  ])('export const %s is refused', async (declaration, message) => {
    const key = declaration.split(' ')[0]!
    const value = declaration.slice(key.length + 3)
    await expect(read(`${GET}\nexport const ${declaration}\n`)).rejects.toMatchObject({
      code: 'ERR_SEGMENT_CONFIG',
      files: ['routes/a/route.ts'],
      message: expect.stringContaining(`routes/a/route.ts:3:${17 + key.length}: ${message}`),
      frame: expect.stringContaining(`> 3 | export const ${declaration}\n    | ${' '.repeat(16 + key.length)}${'^'.repeat(value.length)}`),
      fix: expect.stringContaining(`export const ${key} = `),
    })
  })

  test('passed on from another file it is refused, but for maxDuration, which Next.js ignores with a warning', async () => {
    await expect(read(`export { dynamic } from './x'${GET}`)).rejects.toMatchObject({ code: 'ERR_SEGMENT_CONFIG' })
    const found = await read(`export { maxDuration } from './x'${GET}`)
    expect(found.config).toEqual({})
    expect(found.warnings).toHaveLength(1)
  })

  test('through export * literals count, and what is not one waits for the module', async () => {
    const found = await read("export * from './x'", { 'routes/a/x.ts': `export const revalidate = 5, maxDuration = 2 * 3${GET}` })
    expect(found.config).toEqual({ revalidate: 5 })
  })
})

describe('syntax errors', () => {
  test('name the file, line and column, and show the place', async () => {
    await expect(read('// é 😀\nexport const GET = (\n  5 5\n)')).rejects.toMatchObject({
      code: 'ERR_PARSE',
      message: expect.stringMatching(/^routes\/a\/route\.ts:3:5: /),
      files: ['routes/a/route.ts'],
      frame: ['  1 | // é 😀', '  2 | export const GET = (', '> 3 |   5 5', '    |     ^', '  4 | )'].join('\n'),
    })
    await expect(read("export * from './x'", { 'routes/a/x.ts': 'export const' })).rejects.toMatchObject({
      code: 'ERR_PARSE',
      files: ['routes/a/x.ts'],
    })
  })

  test('a missing file is unreadable', async () => {
    await expect(readRouteExports('/nowhere/route.ts', { root: '/nowhere' })).rejects.toMatchObject({
      code: 'ERR_UNREADABLE',
      files: ['route.ts'],
    })
  })
})

describe('imports from next/*', () => {
  test.each([
    "import { NextRequest, NextResponse, userAgent, userAgentFromString, URLPattern, after, connection } from 'next/server'",
    "import { NextResponse } from 'next/server.js'",
    "import * as server from 'next/server'",
    "import 'next/server'",
    "import { cookies, headers, draftMode } from 'next/headers'",
    "import type { NextConfig } from 'next'",
    "import type Link from 'next/link'",
    "import { type NextFetchEvent } from 'next/server'",
    // Without "type", but used as types alone: TypeScript erases these imports.
    "import { NextFetchEvent, NextProxy } from 'next/server'\nconst x: NextProxy = (r, e: NextFetchEvent) => e as NextFetchEvent",
    "import { NextApiRequest } from 'next'\nfunction f<T extends NextApiRequest>(this: NextApiRequest) { return { NextApiRequest: 1 }.NextApiRequest }",
    "import { Metadata } from 'next'\nexport type { Metadata }",
    "export type { NextFetchEvent } from 'next/server'",
    "import x from 'nextish'\nx()",
  ])('%s is fine', async (source) => {
    expect((await read(`${source}\nexport const GET = 1`)).methods).toEqual(['GET'])
  })

  test.each([
    ["import { NextResponce } from 'next/server'\nNextResponce.json()", '1:10: "next/server" has no export "NextResponce"'],
    ["import { useRouter as u } from 'next/navigation'\nconst x = [{ u }]", '1:10: "next/navigation" has no export "useRouter"'],
    ["import { cookies, header } from 'next/headers.js'\nexport { header }", '1:19: "next/headers.js" has no export "header"'],
    ["import server from 'next/server'\nserver.NextResponse", '1:8: "next/server" has no export "default"'],
    ["export { nothing as GET } from 'next/server'", '1:10: "next/server" has no export "nothing"'],
    ["import Image from 'next/image'\nconst x = <Image />", '1:8: "next/image" has nothing for route handlers'],
    ["import { toString } from 'next/dist/x'\ntoString!()", '1:10: "next/dist/x" has nothing for route handlers'],
    ["import 'next/script'", '1:1: "next/script" has nothing for route handlers'],
    ["export { default } from 'next/link'", '1:10: "next/link" has nothing for route handlers'],
  ])('%s is refused', async (source, message) => {
    await expect(read(`${source}\nexport const POST = 1`, {}, 'routes/a/route.tsx')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_NEXT_EXPORT',
      files: ['routes/a/route.tsx'],
      message: expect.stringContaining(`routes/a/route.tsx:${message}`),
      fix: expect.stringContaining('Import'),
      frame: expect.stringContaining('^'),
    })
  })
})
