import { relative, resolve } from 'node:path'
import { type BundleResult, bundle } from '../../build/bundle.js'
import { projectFeatures } from '../../build/features.js'
import { bundledManifestOf, loadProject, type Project, writeGenerated } from '../../build/project.js'
import { BUILD_TARGETS, type BuildTarget, planOf } from '../../build/targets.js'
import { type CommandContext, stringOf, type Values } from '../args.js'
import { UsageError } from '../errors.js'
import { formatBytes, formatDuration, type Output, tableLines } from '../output.js'
import { enterProject, envFileNames, loadProjectConfig, reportWarnings } from '../project.js'
import { checkProxyMatcher } from '../proxy-matcher.js'

function targetOf(values: Values): BuildTarget {
  const target = stringOf(values, 'target') ?? 'node'
  const found = BUILD_TARGETS.find((name) => name === target)
  if (found === undefined)
    throw new UsageError(`--target is ${JSON.stringify(target)}: this version builds for ${BUILD_TARGETS.join(', ')}.`)
  return found
}

/** Whether the file has configuration by which its GET answers may be kept. */
const mayBeKept = ({ config, hasStaticParams }: Project['routes'][number]): boolean =>
  hasStaticParams ||
  config.dynamic === 'force-static' ||
  config.dynamic === 'error' ||
  (config.revalidate !== undefined && config.revalidate !== 0)

export async function run({ values, output }: CommandContext): Promise<number> {
  const started = performance.now()
  const target = targetOf(values)
  const out = stringOf(values, 'out')
  const root = await enterProject(values, 'production')
  const config = await loadProjectConfig(root, values, 'production')
  const project = await loadProject(config)
  checkProxyMatcher(project)
  reportWarnings(project.warnings, output)
  const generated = await writeGenerated(project)
  const count = project.routes.length
  output.line(
    `${count} ${count === 1 ? 'route' : 'routes'} in ${relative(root, config.routesDir) || '.'}, manifest in ${relative(root, generated.manifest)}`,
  )
  output.line(`Bundling for ${target} …`)
  const result = await bundle({
    root,
    routesDir: config.routesDir,
    outDir: out === undefined ? config.outDir : resolve(root, out),
    manifest: generated.manifest,
    manifestText: bundledManifestOf(project),
    target,
    strict: values.strict === true,
    env: config.env,
    external: config.external,
    envNames: envFileNames(root),
    cacheHandler: config.cacheHandler,
    features: projectFeatures(project),
    staticPageGenerationTimeout: config.staticPageGenerationTimeout,
    prerender: project.routes.some(mayBeKept),
  })
  for (const warning of result.warnings) output.error(`${output.colors.yellow('warning')} ${warning}`)
  const { entry, runCommand } = planOf(target)
  reportResult(result, entry, root, output)
  output.line(`Built in ${formatDuration(performance.now() - started)}. Run it: ${runCommand(relative(root, result.outDir))}`)
  return 0
}

function reportResult({ outDir, files, external }: BundleResult, entry: string, root: string, output: Output): void {
  const shown = relative(root, outDir)
  const chunks = files.filter(({ path }) => path.startsWith('chunks/'))
  const total = (some: readonly { bytes: number }[]): string => formatBytes(some.reduce((sum, { bytes }) => sum + bytes, 0))
  const rows = [
    [`${shown}/${entry}`, total(files.filter(({ path }) => path === entry))],
    ...(chunks.length > 0 ? [[`${shown}/chunks`, total(chunks), `${chunks.length} ${chunks.length === 1 ? 'file' : 'files'}`]] : []),
    ['total', total(files)],
  ]
  for (const line of tableLines(rows)) output.line(line)
  if (external.length === 0) return
  output.line(`Left outside the bundle (native, or not fit for bundling); to run ${shown} elsewhere, run npm install in it:`)
  for (const line of tableLines(external.map(({ name, version }) => [name, version]))) output.line(line)
}
