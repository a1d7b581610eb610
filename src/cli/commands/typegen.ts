import { relative } from 'node:path'
import { loadProject, writeGenerated } from '../../build/project.js'
import type { CommandContext } from '../args.js'
import { enterProject, loadProjectConfig, reportWarnings } from '../project.js'

export async function run({ values, output }: CommandContext): Promise<number> {
  const root = await enterProject(values, 'production')
  const project = await loadProject(await loadProjectConfig(root, values, 'production'))
  reportWarnings(project.warnings, output)
  const { manifest, types, changed } = await writeGenerated(project)
  const files = `${relative(root, manifest)} and ${relative(root, types)}`
  output.line(changed ? `Wrote ${files}` : `${files} are up to date`)
  return 0
}
