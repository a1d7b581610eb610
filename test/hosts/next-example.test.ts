import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driveExample } from '../example/drive.ts'
import { AUTH_SECRET } from '../example/tokens.ts'
import { createNextProject, type NextProject, type RunningProcess, repository } from './next-project.ts'

const MOUNT = `import { createRouter } from 'everyroute'
import { handle } from 'everyroute/next'
import manifest from '../../../.everyroute/manifest'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(createRouter(manifest))
`
const NEXT_CONFIG = `export default { turbopack: { root: ${JSON.stringify(repository)} }, typescript: { ignoreBuildErrors: true } }\n`

/** The example's routes in front of an everyroute router. */
async function layOutMounted(project: NextProject): Promise<void> {
  await project.copy('routes', 'routes')
  await project.copy('.config/everyroute.ts', '.config/everyroute.ts')
  await project.write('app/api/[[...route]]/route.ts', MOUNT)
  await project.everyroute('typegen')
}

/** The example's routes as Next.js's own. */
async function layOutNative(project: NextProject): Promise<void> {
  await project.copy('routes', 'app/api')
}

describe.each([
  ['mounted', layOutMounted],
  ['native', layOutNative],
])('the example in Next.js, %s', (name, layOut) => {
  let project: NextProject | undefined
  let server: RunningProcess | undefined

  beforeAll(async () => {
    project = await createNextProject(`example-${name}`)
    await project.write('next.config.mjs', NEXT_CONFIG)
    await layOut(project)
    await project.build()
    const env = { DATABASE_URL: `file:${join(project.root, 'example.db')}`, AUTH_SECRET, TRUST_PROXY: '1' }
    server = await project.start('start', env)
  })
  afterAll(async () => {
    await server?.stop()
    await project?.remove()
  })

  driveExample(() => server!.origin)

  test('nothing was logged as an error meanwhile', () => {
    expect(server!.output()).not.toMatch(/error|warn/i)
  })
})
