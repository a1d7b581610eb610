import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readOutputMarker } from '../../build/output-marker.js'
import { BUILD_TARGETS, planOf } from '../../build/targets.js'
import { EveryrouteError } from '../../routing/errors.js'
import { type CommandContext, portOf, stringOf } from '../args.js'
import { enterProject, loadProjectConfig } from '../project.js'

/** Runs the built server in this process, so that signals and exit codes are its own. */
export async function run({ values }: CommandContext): Promise<number> {
  const port = portOf(values)
  const host = stringOf(values, 'host')
  const out = stringOf(values, 'out')
  const root = await enterProject(values, 'production')
  const config = await loadProjectConfig(root, values, 'production')
  const outDir = out === undefined ? config.outDir : resolve(root, out)
  const shown = relative(root, outDir) || '.'
  const marker = await readOutputMarker(outDir)
  if (marker === undefined || !BUILD_TARGETS.includes(marker.target)) {
    throw new EveryrouteError('ERR_OUTPUT_MISSING', `${shown} has no server that everyroute build wrote.`, {
      files: [shown],
      fix: `Run everyroute build${out === undefined ? '' : ` --out ${out}`} first.`,
    })
  }
  const { entry, runCommand, startsInProcess } = planOf(marker.target)
  if (!startsInProcess) {
    throw new EveryrouteError('ERR_OUTPUT_MISSING', `${shown} was built for ${marker.target}, which this process is not.`, {
      files: [shown],
      fix: `Run it with ${runCommand(shown)}, or build for node.`,
    })
  }
  const chosenPort = port ?? (process.env.PORT ? undefined : config.port)
  const chosenHost = host ?? (process.env.HOST ? undefined : config.hostname)
  if (chosenPort !== undefined) process.env.PORT = String(chosenPort)
  if (chosenHost !== undefined) process.env.HOST = chosenHost
  await import(pathToFileURL(join(outDir, entry)).href)
  return 0
}
