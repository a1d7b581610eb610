import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { generateBundledManifest, isLargeTable } from '../../src/build/bundled-manifest.js'
import { generateManifest, type ManifestInput } from '../../src/build/codegen.js'
import type { FolderFiles, ManifestFile, RouteManifest } from '../../src/routing/manifest.js'
import { buildRouteTree, type RouteFile } from '../../src/routing/route-tree.js'
import { tempProject } from './temp-project.js'

const route = (file: string): RouteFile => ({ file, kind: 'route' })

/** More files than two functions hold. */
const PLAIN = Array.from({ length: 70 }, (_, i) => route(`many/${i}/[id]/route.mjs`))

const FILES: readonly RouteFile[] = [
  ...['route.mjs', 'it\'s "odd" \u2028/route.mjs', '(shop)/items/[...path]/route.mjs', 'admin/users/route.mjs'].map(route),
  ...PLAIN,
  { file: '_middleware.mjs', kind: 'middleware' },
  { file: 'admin/_middleware.mjs', kind: 'middleware' },
  { file: 'admin/_error.mjs', kind: 'error' },
  { file: 'many/_not-found.mjs', kind: 'not-found' },
]

/** The written manifest and the bundled one of a project in which each file says its name. */
async function bothOf(files: readonly RouteFile[], more: Partial<ManifestInput> = {}): Promise<[RouteManifest, RouteManifest]> {
  const saying = (file: string): string => `export const name = ${JSON.stringify(file)}\n`
  const sources = [...files.map(({ file }) => `routes/${file}`), 'proxy.mjs', 'instrumentation.mjs']
  const root = await tempProject(Object.fromEntries(sources.map((file) => [file, saying(file)])))
  const specifier = (file: string): string => pathToFileURL(join(root, file)).href
  const tree = buildRouteTree(files)
  const input: ManifestInput = {
    routes: tree.routes.map((entry) => ({ ...entry, methods: ['GET'], config: { revalidate: 1 }, hasStaticParams: true })),
    folders: tree.folders,
    settings: { basePath: '', trailingSlash: false, authInterrupts: false },
    routeSpecifier: (file) => specifier(`routes/${file}`),
    rootSpecifier: specifier,
    ...more,
  }
  const texts = { 'manifest.mts': generateManifest(input), 'bundled.mjs': generateBundledManifest(input) }
  const read = async ([name, text]: [string, string]): Promise<RouteManifest> => {
    await writeFile(join(root, name), text)
    return ((await import(/* @vite-ignore */ specifier(name))) as { default: RouteManifest }).default
  }
  const [written, bundled] = await Promise.all(Object.entries(texts).map(read))
  return [written!, bundled!]
}

const chainOf = ({ middleware, error, notFound }: FolderFiles): (ManifestFile | undefined)[] => [...(middleware ?? []), error, notFound]

/** What a manifest says, with the modules that it loads. */
async function readAll(manifest: RouteManifest): Promise<unknown> {
  const { routes, folders = [], proxy, instrumentation, ...settings } = manifest
  const loaded = async (file: ManifestFile | undefined): Promise<unknown> => file && [file.file, await file.load()]
  const chain = (one: FolderFiles): Promise<unknown> => Promise.all(chainOf(one).map(loaded))
  return {
    settings,
    routes: await Promise.all(routes.map(async (one) => [one.pathname, await loaded(one), await chain(one)])),
    folders: await Promise.all(folders.map(async (one) => [one.pathname, await chain(one)])),
    root: [await loaded(proxy), await loaded(instrumentation)],
  }
}

/** All that the runtime reads. */
test.each<[string, readonly RouteFile[], Partial<ManifestInput>]>([
  ['with all kinds of files', FILES, { proxy: 'proxy.mjs', instrumentation: 'instrumentation.mjs' }],
  ['of routes alone', PLAIN, { settings: { basePath: "/it's", trailingSlash: true, authInterrupts: true } }],
  ['of one route', [route('[[...all]]/route.mjs')], {}],
])('says the same as the written one: a project %s', async (_name, files, more) => {
  const [written, bundled] = await bothOf(files, more)
  expect(bundled.routes).toHaveLength(files.filter(({ kind }) => kind === 'route').length)
  expect(await readAll(bundled)).toEqual(await readAll(written))
})

test('the files of folders are objects that routes and folders share', async () => {
  const [, { folders = [], routes }] = await bothOf(FILES)
  const objects = new Set([...routes, ...folders].flatMap(chainOf).filter((file) => file !== undefined))
  expect([...objects].map(({ file }) => file).sort()).toEqual(
    FILES.slice(-4)
      .map(({ file }) => file)
      .sort(),
  )
})

test('a small table stays as it is written', () => {
  expect([10, 100, 101].map((length) => isLargeTable(Array(length)))).toEqual([false, false, true])
})
