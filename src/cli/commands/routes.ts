import { loadProject, type Project } from '../../build/project.js'
import type { CommandContext, Values } from '../args.js'
import { UsageError } from '../errors.js'
import { type Explanation, explain } from '../explain.js'
import { type Output, tableLines } from '../output.js'
import { enterProject, loadProjectConfig, reportWarnings } from '../project.js'
import { paramsText, routeRows } from '../route-table.js'

/** How many routes that don't match at all an explanation lists. */
const NEAR_MISSES = 10

export async function run({ values, positionals, output }: CommandContext): Promise<number> {
  const request = requestOf(values, positionals)
  const root = await enterProject(values, 'production')
  const project = await loadProject(await loadProjectConfig(root, values, 'production'))
  reportWarnings(project.warnings, output)
  if (request !== undefined) {
    const explanation = explain(project.routes, project.folders, { ...project.config, ...request })
    if (values.json === true) output.line(JSON.stringify({ ...request, ...explanation }, null, 2))
    else printExplanation(explanation, project, request, output)
    return 0
  }
  if (values.json === true) output.line(JSON.stringify(project.routes.map(jsonOf), null, 2))
  else for (const line of tableLines(routeRows(project.routes))) output.line(line)
  return 0
}

interface ExplainRequest {
  readonly method: string
  readonly target: string
}

function requestOf(values: Values, positionals: readonly string[]): ExplainRequest | undefined {
  const [method, target] = positionals
  if (values.explain !== true) {
    if (method !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(method)}: METHOD and PATH belong to --explain.`)
    return undefined
  }
  if (method === undefined || target === undefined) throw new UsageError('--explain needs a method and a path: --explain GET /users/1.')
  if (!target.startsWith('/')) throw new UsageError(`The path ${JSON.stringify(target)} does not start with a slash.`)
  return { method: method.toUpperCase(), target }
}

function jsonOf({ pathname, file, methods, segments, config, middleware, error, notFound }: Project['routes'][number]): object {
  const params = segments.filter(({ kind }) => kind !== 'static').map(({ name, kind }) => ({ name, kind }))
  return { pathname, file, methods: methods ?? null, params, config, middleware, error: error ?? null, notFound: notFound ?? null }
}

/** One row per file of the folders; only the first of several has its label. */
function chainRows({ middleware, error, notFound }: Explanation): string[][] {
  const rows = middleware.map((file, index) => [index === 0 ? 'middleware' : '', file])
  if (error !== undefined) rows.push(['error', error])
  if (notFound !== undefined) rows.push(['not-found', notFound])
  return rows
}

function printExplanation(explanation: Explanation, project: Project, { method, target }: ExplainRequest, output: Output): void {
  const { bold, dim } = output.colors
  output.line(bold(`${method} ${target}`))
  if (project.proxy !== undefined) output.line('  The proxy runs first and may answer, redirect or rewrite.')
  output.line(`  ${explanation.outcome}`)
  const rows: string[][] = []
  if (explanation.file !== undefined) rows.push(['file', explanation.file], ['route', explanation.pathname!])
  if (explanation.params !== undefined && Object.keys(explanation.params).length > 0) rows.push(['params', paramsText(explanation.params)])
  rows.push(...chainRows(explanation))
  for (const line of tableLines(rows)) output.line(line)
  const shown = [
    ...explanation.others.filter(({ matches }) => matches),
    ...explanation.others.filter(({ matches }) => !matches).slice(0, NEAR_MISSES),
  ]
  if (shown.length === 0) return
  output.line()
  output.line('Other routes:')
  for (const line of tableLines(shown.map(({ pathname, file, reason }) => [pathname, file, reason]))) output.line(line)
  const rest = explanation.others.length - shown.length
  if (rest > 0) output.line(dim(`  and ${rest} more; --json lists them all`))
}
