import { pathToFileURL } from 'node:url'
import { isNextModule, ownPackage, resolveOwnModule } from './next-alias.js'

/** As much of Bun's plugins as is used here; their `onResolve` isn't asked for packages at run time. */
interface BunPlugins {
  plugin(plugin: {
    name: string
    setup(build: { module(specifier: string, load: () => Promise<{ exports: object; loader: 'object' }>): void }): void
  }): unknown
}

/** Bun, where this runs in it. */
export const bun: BunPlugins | undefined = (globalThis as { Bun?: BunPlugins }).Bun

const load = (specifier: string): Promise<object> => import(pathToFileURL(resolveOwnModule(specifier)!).href)

/** Makes imports of `next/*` in Bun lead to this package's modules, also where Next.js is installed. */
export function registerInBun({ plugin }: BunPlugins): void {
  const names = Object.keys(ownPackage().exports)
    .map((name) => name.slice(2))
    .filter(isNextModule)
  plugin({
    name: 'everyroute',
    setup(build) {
      for (const name of names) {
        for (const specifier of [name, `${name}.js`]) {
          build.module(specifier, async () => ({ exports: await load(name), loader: 'object' }))
        }
      }
      for (const name of ['server-only', 'client-only']) build.module(name, async () => ({ exports: {}, loader: 'object' }))
    },
  })
}
