import { relative } from 'node:path'
import { loadProject, writeGenerated } from '../../build/project.js'
import type { CommandContext } from '../args.js'
import { enterProject, loadProjectConfig, reportWarnings } from '../project.js'

export async function run({ values, output }: CommandContext): Promise<number> {
  const root = await enterProject(values, 'production')
  const project = await loadProject(await loadProjectConfig(root, values, 'production'))
  reportWarnings(project.warnings, output)
  const { manifest, types, client, changed } = await writeGenerated(project)
  const [first, second, third] = [manifest, types, client].map((file) => relative(root, file))
  const files = `${first}, ${second} and ${third}`
  output.line(changed ? `Wrote ${files}` : `${files} are up to date`)
  return 0
}
