import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNextExample, type NextProject, repository } from './next-project.ts'

/** A mounted file, whose params the generated map knows. */
const MOUNTED = `export async function GET(_request: Request, { params }: { params: Promise<RouteParamsMap['/files/[...path]']> }) {
  const { path } = await params
  return Response.json({ depth: path.length, first: path[0] })
}
`

/** The client of the mounted routes, beside route files of Next.js's own. */
const CLIENT = `import { hc } from 'everyroute/client'
import type { AppType } from '../.everyroute/client'

export const client = hc<AppType>('/api')
export const user = async (id: string): Promise<string> => {
  const response = await client.users[':id'].$get({ param: { id } })
  return response.status === 200 ? (await response.json()).data.name : ''
}
`

let project: NextProject
beforeAll(async () => {
  project = await createNextExample('types')
  await project.write('routes/files/[...path]/route.ts', MOUNTED)
  await project.write('lib/client.ts', CLIENT)
  await project.everyroute('typegen')
})
afterAll(() => project?.remove())

/** The first route file of the README. */
async function readmeRoute(): Promise<string> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8')
  return /^```ts\n\/\/ (routes\/users\/\[id\]\/route\.ts\n.*?)^```$/ms.exec(readme)![1]!.replace(/^.*\n/, '')
}

test("next build type-checks the README's route file natively, beside a mount and the types of its routes", async () => {
  const file = await readmeRoute()
  expect(file).toContain("RouteContext<'/users/[id]'>")
  await project.write('app/users/[id]/route.ts', file)
  expect(await project.build()).toContain('/users/[id]')

  // The check itself can fail.
  await project.write('app/users/[id]/route.ts', file.replace('const { id }', 'const { slug: id }'))
  await expect(project.build()).rejects.toThrow("Property 'slug' does not exist")
})
