import type { FolderChain } from '../routing/folder-files.js'
import { MANIFEST_VERSION } from '../routing/manifest.js'
import {
  chainTexts,
  folderFileNames,
  folderFileTexts,
  folderTexts,
  importText,
  type ManifestInput,
  rootFiles,
  settingsText,
} from './codegen.js'

/** How many imports one function holds: it is compiled when the first of its files is loaded. */
const GROUP = 32

/** A table of more routes is large. Each route of a smaller one costs some microseconds at the start, in fewer bytes. */
const LARGE = 100

/** Whether {@link generateBundledManifest} is worthwhile. */
export const isLargeTable = (routes: readonly unknown[]): boolean => routes.length > LARGE

/**
 * The text of a module that gives what the runtime reads of `generateManifest`'s `RouteManifest`, which is all but `methods`, `config`
 * and `hasStaticParams`, in a form that is fast to start with: an engine reads JSON faster than literals, and one function for each file
 * is much to compile.
 */
export function generateBundledManifest(input: ManifestInput): string {
  const { folders = [], routes } = input
  const names = folderFileNames([...folders, ...routes])
  const chains = new Map<string, number>()
  const chainOf = (chain: FolderChain): number => {
    const text = `{ ${chainTexts(chain, names).join(' ')} }`
    const index = chains.get(text) ?? chains.size
    chains.set(text, index)
    return index
  }
  const table = routes.flatMap((route) => [route.pathname, route.file, chainOf(route)])
  const imports = routes.map(({ file }, index) => `case ${index}: return ${importText(input.routeSpecifier(file))}`)
  const groups = Array.from({ length: Math.ceil(imports.length / GROUP) }, (_, group) => {
    const cases = imports.slice(group * GROUP, (group + 1) * GROUP)
    return `  (index) => { switch (index) {\n${cases.join('\n')}\n} },\n`
  })
  return `${folderFileTexts(names, input)}const groups = [
${groups.join('')}]
const chains = [${[...chains.keys()].join(', ')}]
const table = JSON.parse(${JSON.stringify(JSON.stringify(table))})
const routes = []
for (let i = 0; i < table.length; i += 3) {
  const index = i / 3
  const load = () => groups[Math.floor(index / ${GROUP})](index)
  routes.push({ pathname: table[i], file: table[i + 1], load, ...chains[table[i + 2]] })
}
export default {
  version: ${MANIFEST_VERSION},
${settingsText(input)}${rootFiles(input)}  routes,
${folderTexts(folders, names)}}
`
}
