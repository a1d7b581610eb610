import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { generateClientTypes } from '../../src/build/client-types.js'
import type { buildRouteTree } from '../../src/routing/route-tree.js'

const MODULES = join(import.meta.dirname, '../../node_modules')

/** The halves of the package that write the types; the caller imports them, as Node.js cannot read `./x.js` as TypeScript. */
export interface Generator {
  readonly buildRouteTree: typeof buildRouteTree
  readonly generateClientTypes: typeof generateClientTypes
}

const folderOf = (index: number): string => `api/area${index % 50}/item${index}/[id]`

/** A route file of two handlers with schemas of params, query, body and answers, no two alike. */
const routeText = (index: number): string => `import { apiError, defineHandler, json } from 'everyroute/handler'
import { z } from 'zod'

const params = z.object({ id: z.coerce.number().int() })
const item = z.object({ id: z.number(), name: z.string(), email: z.email(), tags: z.array(z.string()), kind${index}: z.enum(['a', 'b']), at: z.date() })
const query = z.object({ page: z.coerce.number().default(1), sort: z.enum(['asc', 'desc']).optional() })

export const GET = defineHandler({ params, query }, async (_request, { params, query }) => {
  const { id } = await params
  return id === 0 ? apiError('Not found', 404) : json({ id, page: query.page, value${index}: 'x' })
})

export const POST = defineHandler(
  { params, json: item.omit({ id: true }), responses: { 201: item, 409: z.object({ error: z.string() }) } },
  async (_request, { json: body }) => json({ id: 1, ...body }, 201),
)
`

/** The call of a route's GET, whose answer's type is its own alone. */
const callText = (
  index: number,
): string => `  const answer${index} = await client.api.area${index % 50}.item${index}[':id'].$get({ param: { id: '7' }, query: { page: 2 } })
  if (answer${index}.status === 200) texts.push((await answer${index}.json()).value${index})
`

/** The beginning of a module with a client. @param from `everyroute/client` or `hono/client` */
export const clientText = (from: string): string => `import { hc } from '${from}'
import type { AppType } from './.everyroute/client'

const client = hc<AppType>('http://localhost')
`

/** A module that calls ten of the routes. */
export const callsText = (from: string): string => `${clientText(from)}
export async function run(texts: string[]): Promise<void> {
${Array.from({ length: 10 }, (_, index) => callText(index)).join('')}}
`

/**
 * Fills a folder with route files that have schemas.
 * @param from the module whose client calls ten of the routes, `everyroute/client` or `hono/client`; `undefined` for no client
 */
export async function writeScaleProject(root: string, routes: number, from: string | undefined, generator: Generator): Promise<void> {
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  await mkdir(join(root, 'node_modules'), { recursive: true })
  for (const name of ['hono', 'zod']) await symlink(join(MODULES, name), join(root, 'node_modules', name))
  for (let index = 0; index < routes; index++) await write(`routes/${folderOf(index)}/route.ts`, routeText(index))
  if (from === undefined) return
  const files = Array.from({ length: routes }, (_, index) => ({ file: `${folderOf(index)}/route.ts`, kind: 'route' as const }))
  const tree = generator.buildRouteTree(files)
  const text = generator.generateClientTypes({
    routes: tree.routes.map((route) => ({ ...route, methods: ['GET', 'POST'] })),
    basePath: '',
    routeSpecifier: (file) => `../routes/${file}`,
  })
  await write('.everyroute/client.d.ts', text)
  await write('.everyroute/routes.d.ts', '')
  await write('use.ts', callsText(from))
}

/** One figure of `tsc --extendedDiagnostics`: seconds or a count. */
export const figure = (output: string, name: string): number => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(output)?.[1])
