import { CASES } from '../cases.ts'
import { FRAMEWORKS, HONO_ASYNC, HONO_SYNC, OURS, RAW } from '../frameworks.ts'
import type { Results } from '../harness/results.ts'
import { ratiosOf, ratiosTo, type Samples, summarise } from '../harness/stats.ts'
import { DEFAULT_HONO } from '../measures/app-fetch.ts'
import { number, table, withRange } from './table.ts'

const CASE_NAMES = CASES.map(({ name }) => name)

const cell = (samples: Samples, subject: string, kind: string): string => {
  const values = samples[subject]?.[kind]
  return values === undefined ? '–' : withRange(summarise(values))
}

/** A table with a row for each subject, medians and ranges. */
function plainTable(samples: Samples, first: string, kinds: readonly string[], heads: readonly string[] = kinds): string {
  const rows = Object.keys(samples).map((subject) => [subject, ...kinds.map((kind) => cell(samples, subject, kind))])
  return table([first, ...heads], rows)
}

function ratioTable(samples: Samples, base: string, isCost: boolean, subjects: readonly string[] = Object.keys(samples)): string {
  const rows = subjects.map((subject) => [
    subject,
    ...CASE_NAMES.map((kind) => withRange(summarise(ratiosTo(samples, subject, base, kind, isCost)))),
  ])
  return table([`to ${base}`, ...CASE_NAMES], rows)
}

function cpuSection({ cpu }: Results): string[] {
  if (!cpu) return []
  return [
    '### CPU per request',
    'User time per request of the whole process, without kernel sockets: requests go over connections in memory into the `http.Server` that each framework has started, through its HTTP parser, and out of it. Ratio to `node:http` in the same round, median and range; more is better.',
    ratioTable(cpu, RAW, true),
    'Ratio to Hono in the same round:',
    ratioTable(cpu, HONO_ASYNC, true, [OURS]),
    ratioTable(cpu, HONO_SYNC, true, [OURS]),
    'Microseconds:',
    plainTable(cpu, 'µs per request', CASE_NAMES),
  ]
}

function httpSection({ http, loadTool }: Results): string[] {
  if (!http) return []
  return [
    '### Over HTTP',
    `On loopback, made by ${loadTool} with 64 connections; server and load each on a processor of its own. Requests per second, ratio to \`node:http\` in the same round:`,
    ratioTable(http.rate, RAW, false),
    'Requests per second:',
    plainTable(http.rate, 'requests/s', CASE_NAMES),
    'Ratio to Hono with async handlers, requests per second:',
    ratioTable(http.rate, HONO_ASYNC, false, [OURS]),
    'Milliseconds that 99 in 100 answers stayed below:',
    plainTable(http.p99, 'p99, ms', CASE_NAMES),
    'Microseconds of the server per request, user and system:',
    plainTable(http.cpu, 'µs per request', CASE_NAMES),
  ]
}

const countsOf = (samples: Samples): string[] => [
  ...new Set(Object.keys(Object.values(samples)[0] ?? {}).map((kind) => kind.split(' ')[1]!)),
]

function routerSection({ routers, appFetch }: Results): string[] {
  const sections: string[] = []
  if (routers) {
    const counts = countsOf(routers)
    sections.push(
      '### Routers alone',
      'Nanoseconds per lookup with params, by number of routes. Paths are cut out of URLs, spread over the whole table. `next sorted list` is the list of regular expressions that Next.js matches dynamic routes by.',
    )
    for (const kind of ['dynamic', 'deep', 'static', 'miss']) {
      sections.push(
        plainTable(
          routers,
          `${kind}, ns`,
          counts.map((count) => `${kind} ${count}`),
          counts,
        ),
      )
    }
    sections.push(
      'Cold: milliseconds to build the table, and microseconds of the first lookup (Hono builds its table then):',
      plainTable(
        routers,
        'build, ms',
        counts.map((count) => `build ${count}`),
        counts,
      ),
      plainTable(
        routers,
        'first, µs',
        counts.map((count) => `first ${count}`),
        counts,
      ),
    )
  }
  if (appFetch) {
    const counts = countsOf(appFetch)
    const { [OURS]: own = {} } = appFetch
    const kindsOf = (kind: string): string[] => counts.map((count) => `${kind} ${count}`)
    sections.push('### `app.fetch`', 'Nanoseconds per call, routing, handler and answer together, by number of routes:')
    for (const kind of ['dynamic', 'static']) sections.push(plainTable(appFetch, `${kind}, ns`, kindsOf(kind), counts))
    const hono = appFetch[DEFAULT_HONO] ?? {}
    const row = (name: string, kind: string, base: Readonly<Record<string, number[]>>, baseKind: string): string[] => [
      name,
      ...counts.map((count) => withRange(summarise(ratiosOf(own[`${kind} ${count}`] ?? [], base[`${baseKind} ${count}`] ?? [])))),
    ]
    sections.push(
      'How many times as fast, in the same round:',
      table(
        ['', ...counts],
        [
          row('dynamic, to Hono', 'dynamic', hono, 'dynamic'),
          row('static, to Hono', 'static', hono, 'static'),
          row('kept answer, to running the handler', 'kept', own, 'static'),
        ],
      ),
    )
  }
  return sections
}

function sizeSection({ bundles, startup, typeCheck }: Results): string[] {
  const sections: string[] = []
  if (bundles) {
    const rows = bundles.map(({ name, bytes, gzip }) => [name, number(bytes / 1000), (gzip / 1000).toFixed(2)])
    sections.push('### A Worker that says hello', table(['', 'KB', 'KB, gzip'], rows))
  }
  if (startup) {
    const heads = ['to the first answer, ms', 'processor time until then, ms', 'resident memory, MB']
    sections.push('### Start', plainTable(startup, '', ['start', 'cpu', 'memory'], heads))
  }
  if (typeCheck) sections.push('### Type check of 200 routes', plainTable(typeCheck, '`tsc --noEmit`', ['seconds', 'memory'], ['s', 'MB']))
  return sections
}

function bodySection({ kept, streams, growth, workerd }: Results): string[] {
  const sections: string[] = []
  if (kept)
    sections.push(
      '### Kept answers',
      plainTable(kept, 'µs of user time', ['handler', 'kept answer'], ['run the handler', 'from the cache in memory']),
    )
  if (streams) {
    const kinds = ['server-sent events', 'upload of 4 MiB']
    sections.push(
      '### Streams',
      'Milliseconds of the server, user and system, for 500 server-sent events and for an upload of 4 MiB:',
      plainTable(streams, 'ms', kinds),
    )
  }
  if (growth) {
    const { heap, requests, rss } = growth
    const head = [
      'MB after garbage collection',
      `after ${(requests / 10).toLocaleString('en')} requests`,
      `after ${requests.toLocaleString('en')}`,
    ]
    sections.push(
      '### Memory over time',
      table(head, [
        ['heap', ...heap.map(number)],
        ['resident', ...rss.map(number)],
      ]),
    )
  }
  if (workerd) {
    sections.push(
      '### On workerd',
      'Microseconds of workerd per request, user and system, its sockets included:',
      plainTable(workerd, 'µs per request', CASE_NAMES),
    )
  }
  return sections
}

const NOTES = FRAMEWORKS.flatMap(({ name, note }) => (note === undefined ? [] : [`- ${name}: ${note}`])).join('\n')

/** Everything that a run has found, as Markdown. */
export function sectionsOf(results: Results): string {
  const { command, date, leftOut, machine, node, versions } = results
  const missing = Object.entries(leftOut).map(([name, why]) => `${name}: ${why}`)
  return [
    `${machine}, Node.js ${node}, ${date}, \`${command}\`. Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    ...(missing.length > 0 ? [`Left out, because their answers were wrong or they did not start: ${missing.join('; ')}.`] : []),
    NOTES,
    ...cpuSection(results),
    ...httpSection(results),
    ...routerSection(results),
    ...sizeSection(results),
    ...bodySection(results),
  ].join('\n\n')
}
