import { join } from 'node:path'
import { createNextProject, repository } from './next-project.ts'
import { startNode } from './processes.ts'
import { startWrangler } from './wrangler.ts'

/** Where the same route files run. */
export const PLACES = ['Node.js', 'workerd', 'Next.js, mounted', 'Next.js, native'] as const

export type PlaceName = (typeof PLACES)[number]

/** Paths of the places begin with it. */
export const PREFIXES: Readonly<Record<PlaceName, string>> = {
  'Node.js': '/api',
  workerd: '/api',
  'Next.js, mounted': '/api',
  'Next.js, native': '/native',
}

interface Server {
  /** `http://localhost:PORT`. */
  readonly origin: string
  output(): string
  stop(): Promise<void>
}

export interface Places {
  /** The server of a place; both of Next.js have the same. */
  serverOf(place: PlaceName): Server
  stop(): Promise<void>
}

const MOUNT = `import { createRouter } from 'everyroute'
import { handle } from 'everyroute/next'
import manifest from '../../../.everyroute/manifest'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(createRouter(manifest))
`
const NEXT_CONFIG = `export default { turbopack: { root: ${JSON.stringify(repository)} }, typescript: { ignoreBuildErrors: true } }\n`

/** Builds the fixture for all places, and starts them. Needs `dist/`. */
export async function startPlaces(): Promise<Places> {
  const project = await createNextProject('middleware')
  const servers: Server[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
    await project.remove()
  }
  try {
    await project.copy('test/hosts/fixtures/middleware/routes', 'routes')
    await project.copy('test/hosts/fixtures/middleware/routes', 'app/native')
    await project.write('everyroute.config.ts', "export default { basePath: '/api' }\n")
    await project.write('app/api/[[...route]]/route.ts', MOUNT)
    await project.write('next.config.mjs', NEXT_CONFIG)
    await project.everyroute('build', '--out', '.out/node')
    await project.everyroute('build', '--target', 'workers', '--out', '.out/workers')
    await project.build()
    servers.push(await startNode([join(project.root, '.out/node/server.mjs')], project.root))
    servers.push(await startWrangler({ cwd: project.root, config: '.out/workers/wrangler.json' }))
    servers.push(await project.start())
  } catch (error) {
    await stop()
    throw error
  }
  return { serverOf: (place) => servers[Math.min(PLACES.indexOf(place), 2)]!, stop }
}
