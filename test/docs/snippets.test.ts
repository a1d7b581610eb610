import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/build/config.js'
import { loadProject, writeGenerated } from '../../src/build/project.js'
import { tempProject } from '../build/temp-project.js'
import { typeCheck } from '../types/tsc.js'

const REPOSITORY = join(import.meta.dirname, '../..')
const DOCUMENTS = [
  'docs/caching.md',
  'docs/static-answers.md',
  'docs/middleware',
  'docs/middleware.md',
  'docs/testing.md',
  'docs/client.md',
]

/** What the snippets have around them in a project: bindings as `wrangler types` declares them. */
const AMBIENT = `declare module 'cloudflare:workers' {
  export const env: { readonly CACHE: import('everyroute/cache/kv').KvBinding }
}
`

/** The handlers that the snippets about tests call. */
const USER_ROUTE = `import { defineHandler, json } from 'everyroute/handler'
import { auth } from 'everyroute/middleware/auth'
import { type NextRequest, NextResponse } from 'next/server'

export async function GET(request: NextRequest, { params }: RouteContext<'/users/[id]'>) {
  return NextResponse.json({ id: (await params).id, tab: request.nextUrl.searchParams.get('tab') })
}
export const DELETE = defineHandler({ use: [auth({ verify: () => ({ name: '' }) })] }, (_request, { var: { user } }) =>
  json({ deletedBy: user.name }),
)
`

/** The documents of a folder, or the one. */
async function filesOf(name: string): Promise<string[]> {
  if (name.endsWith('.md')) return [name]
  return (await readdir(join(REPOSITORY, name))).filter((file) => file.endsWith('.md')).map((file) => `${name}/${file}`)
}

const snippetsOf = (document: string): string[] => [...document.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text!)

const readDocument = (name: string): Promise<string> => readFile(join(REPOSITORY, name), 'utf8')

const FLAGS = ['--types', 'node', '--typeRoots', join(REPOSITORY, 'node_modules/@types')]

/** Writes each snippet as a module of a project, beside each other, so that relative imports lead to the same places. */
async function writeSnippets(
  documents: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<{ root: string; count: number }> {
  const root = await tempProject({ 'ambient.d.ts': AMBIENT, ...files })
  await writeGenerated(await loadProject(await loadConfig({ root, mode: 'production' })))
  // Afterwards, since the types that are generated are those of a project without `next`.
  await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'))
  let count = 0
  for (const name of documents) {
    for (const snippet of snippetsOf(await readDocument(name)))
      await writeFile(join(root, `snippet-${++count}.ts`), `${snippet}\nexport {}\n`)
  }
  return { root, count }
}

test('the TypeScript in the documents has no type error', async () => {
  const { root, count } = await writeSnippets((await Promise.all(DOCUMENTS.map(filesOf))).flat(), {
    'routes/route.ts': 'export const GET = (): Response => new Response()\n',
    'routes/users/[id]/route.ts': USER_ROUTE,
    // The route that the other snippets of the document call.
    'routes/books/[id]/route.ts': snippetsOf(await readDocument('docs/client.md'))[0]!,
  })
  expect(count).toBeGreaterThan(9)
  expect(await typeCheck(root, FLAGS)).toEqual({ ok: true, output: '' })

  // The check itself can fail.
  await writeFile(join(root, 'snippet-1.ts'), "import { memoryStore } from 'everyroute/cache'\nmemoryStore({ maxByte: 1 })\n")
  expect((await typeCheck(root, FLAGS)).output).toContain('snippet-1.ts(2,')
}, 60_000)

test('the TypeScript in the README has no type error, each file by itself', async () => {
  const route = snippetsOf(await readDocument('README.md')).find((text) => text.includes('defineHandler('))!
  const { root, count } = await writeSnippets(['README.md'], { 'routes/users/[id]/route.ts': route })
  expect(count).toBeGreaterThan(5)
  expect(await typeCheck(root, FLAGS)).toEqual({ ok: true, output: '' })
}, 60_000)
