import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { createNextProject, repository } from '../hosts/next-project.ts'
import { fixtureOf, type SetName } from './cases.ts'
import type { StartHost } from './run.ts'

const mountText = (manifest: string, strict: boolean): string => `import { createRouter } from 'everyroute'
import { handle } from 'everyroute/next'
import manifest from '${manifest}'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handle(createRouter(manifest, { strict: ${strict} }))
`

/** Serves the fixture's route files through one mount at the root of a Next.js application, built and started by Next.js. */
export const startNextMounted: StartHost = async (set, { strict }) => {
  const fixture = fixtureOf(set)
  const project = await createNextProject(`oracle-${set}`)
  const copy = (from: string, to: string): Promise<void> => project.copy(path.relative(repository, path.join(fixture, from)), to)
  try {
    const names = await readdir(fixture)
    const source = names.includes('src') ? 'src/' : ''
    const entries = source ? (await readdir(path.join(fixture, 'src'))).map((name) => `src/${name}`) : []
    for (const name of [...names.filter((one) => !one.startsWith('.') && one !== 'src'), ...entries]) {
      await copy(name, name === `${source}app` ? `${source}routes` : name)
    }
    const manifest = `${source ? '../' : ''}../../.everyroute/manifest`
    await project.write(`${source}app/[[...route]]/route.ts`, mountText(manifest, strict))
    await project.everyroute('typegen')
    await project.build()
    const { origin, output, stop } = await project.start()
    const close = async (): Promise<void> => {
      await stop()
      await project.remove()
    }
    return { base: new URL(origin), output, close }
  } catch (error) {
    await project.remove()
    throw error
  }
}

/** Why a case can't be answered as if its file were Next.js's own. */
export const MOUNTED_REASONS = {
  static: 'Next.js reads segment config, and keeps answers, by file; the one file that it knows is the mount.',
  'one-file': 'What Next.js says before and beside the handler (400, onRequestError, messages) it says for the file of the mount.',
  'proxied-request': 'Next.js hands on a Proxy of the request, which the Request constructor of Node.js 24 refuses, of native files too.',
} as const

/** The cases that differ when mounted in Next.js, by set and id. */
export const readNextMounted = (set: SetName): Readonly<Record<string, keyof typeof MOUNTED_REASONS>> => {
  const text = readFileSync(new URL('next-mounted.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as Partial<Record<SetName, Record<string, keyof typeof MOUNTED_REASONS>>>)[set] ?? {}
}
