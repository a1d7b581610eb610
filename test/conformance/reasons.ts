import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SetName, Step, Verdict } from './cases.ts'
import { type Difference, differences } from './compare.ts'

/** Why an answer may differ from Next.js's; each reason says which differences it covers, so that it can't hide others. */
export interface Reason {
  readonly text: string
  covers(difference: Difference, step: Step): boolean
}

const isText = (value: unknown): value is string => typeof value === 'string'

const INTERNAL_QUERY = /^(__proto__|nxtP|nxtI)/

/** Names and values in a form that neither their order nor their escapes change. */
function queryOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const pairs = value.filter((item) => Array.isArray(item) && !INTERNAL_QUERY.test(String(item[0])))
    return pairs
      .map((pair) => (pair as unknown[]).join('='))
      .sort()
      .join('\n')
  }
  if (!isText(value)) return undefined
  const at = value.includes('?') ? value.indexOf('?') : value.length
  const pairs = [...new URLSearchParams(value.slice(at))].filter(([name]) => !INTERNAL_QUERY.test(name))
  return `${value.slice(0, at)}\n${pairs
    .map((pair) => pair.join('='))
    .sort()
    .join('\n')}`
}

const withoutOrigin = (value: unknown): unknown => (isText(value) ? value.replace(/\{ORIGIN\}|https?:\/\/[\w.-]+(:\d+)?/g, '') : value)

export const REASONS = {
  'error-body': {
    text: 'The router answers errors as JSON, { "error": "…" }; Next.js has an empty body, a text or a page.',
    covers: ({ at, expected, got }) =>
      (at === 'body' && isText(got) && got.startsWith('{"error":"')) ||
      (at === 'body.error' && isText(got)) ||
      (at === 'body.notJson' && got === undefined) ||
      (at === 'headers.content-type' && got === 'application/json' && (expected === undefined || /^text\//.test(String(expected)))),
  },
  'allow-on-405': {
    text: '405 carries Allow (RFC 9110, 15.5.6) with every method served; Next.js leaves it out, or names GET and HEAD alone.',
    covers: ({ at, expected, got }) => at === 'headers.allow' && isText(got) && (expected === undefined || expected === 'GET, HEAD'),
  },
  'malformed-400': {
    text: 'A malformed percent-encoding is the client’s fault: 400; Next.js answers 500.',
    covers: ({ at, expected, got }) => at === 'status' && expected === 500 && got === 400,
  },
  'unknown-method': {
    text: 'A method outside Next.js’s seven is 405, or served where the file exports it; Next.js answers 400, and 500 to TRACE.',
    covers: ({ at, expected, got }, step) =>
      (at === 'status' && got === 405 && (expected === 400 || (expected === 500 && step.method === 'TRACE'))) || step.method === 'QUERY',
  },
  'query-as-sent': {
    text: 'The query reaches handlers as it was sent; Next.js regroups and re-encodes it.',
    covers: ({ expected, got }, step) => step.path.includes('?') && queryOf(got) !== undefined && queryOf(expected) === queryOf(got),
  },
  'own-origin': {
    text: 'request.url carries the request’s own origin; Next.js shows the server’s, and http://localhost:3000 under force-static.',
    covers: ({ at, expected, got }) =>
      /\.(host|hostname|port|protocol)$/.test(at) || (isText(expected) && withoutOrigin(expected) === withoutOrigin(got)),
  },
  'params-promise': {
    text: 'params of a static route is a promise of {}; Next.js leaves it undefined.',
    covers: ({ at, expected, got }) =>
      (at === 'body.params' && (expected ?? null) === null && JSON.stringify(got) === '{}') ||
      (at === 'body.paramsIsPromise' && got === true),
  },
  'static-options': {
    text: 'A static GET file answers OPTIONS by itself, like every other; Next.js refuses it with 405.',
    covers: ({ at, expected, got }, step) =>
      step.method === 'OPTIONS' &&
      ((at === 'status' && expected === 405 && got === 204) || (at === 'body' && expected === 'Method Not Allowed')),
  },
  'kept-for-get-only': {
    text: 'A kept answer is made by GET and sent to GET and HEAD; Next.js keeps one for a path, whatever the method, and cannot keep a 204.',
    covers: (_, step) => /^\/(config\/open\/known|x\/cfg\/static-id\/(first-|get-first|empty))/.test(step.path),
  },
  'dynamic-on-read': {
    text: 'Where a handler reads request data for a path that was not made at build, it runs for each request; Next.js answers 500.',
    covers: (_, step) => step.path.startsWith('/x/cfg/timed-id/'),
  },
  'fetch-not-kept': {
    text: 'A fetch with cache: "reload", or whose answer sets cookies, is never kept; Next.js keeps both.',
    covers: ({ at }, step) => at === 'body' && /^\/x\/fetch\/(reload|force-cache\?show&add=cookie)/.test(step.path),
  },
  'path-spelling': {
    text: 'revalidatePath reaches a path in whatever spelling: else a client that asks for /p/%37 first keeps /p/7 from being renewed.',
    covers: ({ at }, step) => at === 'body' && step.path === '/x/cfg/open-tree/c%20d',
  },
  'relative-location': {
    text: 'A relative Location of the proxy is sent as it is; Next.js answers 500.',
    covers: ({ at }, step) =>
      /^(status|headers\.location)$/.test(at) && /^\/do\/(redirect-relative-header|redirect-location-200|next-location)/.test(step.path),
  },
  'internal-header': {
    text: 'x-matched-path of a client is a header like any other; Next.js takes it off.',
    covers: ({ at }) => at === 'body.x-matched-path',
  },
} as const satisfies Record<string, Reason>

export type ReasonName = keyof typeof REASONS

/** Case ids with the reasons why they differ, by set. */
export type KnownDifferences = Partial<Record<SetName, Readonly<Record<string, readonly ReasonName[]>>>>

/** The checked-in list of the cases that differ in default mode. */
export const defaultModeFile = fileURLToPath(new URL('default-mode.json', import.meta.url))
export const readDefaultMode = (): KnownDifferences => JSON.parse(readFileSync(defaultModeFile, 'utf8')) as KnownDifferences

/** Cases, all of them quirks, that strict mode knowingly answers otherwise than Next.js: why, by set and id. */
export const readStrictMode = (set: SetName): Readonly<Record<string, string>> => {
  const file = new URL('strict-mode.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<SetName, Record<string, string>>>)[set] ?? {}
}

/** Bodies that are JSON in a text are compared member by member. */
function deepen(difference: Difference & { step: number }): (Difference & { step: number })[] {
  const [expected, got] = [parsed(difference.expected), parsed(difference.got)]
  if (difference.at !== 'body' || !expected || !got || 'error' in got) return [difference]
  return differences(expected, got, 'body').map((d) => ({ ...d, step: difference.step }))
}

function parsed(value: unknown): object | undefined {
  try {
    const made: unknown = JSON.parse(String(value))
    return typeof made === 'object' && made !== null ? made : undefined
  } catch {
    return undefined
  }
}

/** The reasons that cover a failed case between them, and the differences that none covers. */
export function explain(verdict: Verdict): { reasons: ReasonName[]; unexplained: (Difference & { step: number })[] } {
  const reasons = new Set<ReasonName>()
  const unexplained: (Difference & { step: number })[] = []
  for (const difference of verdict.differences.flatMap(deepen)) {
    const step = verdict.steps[difference.step]
    const name = (Object.keys(REASONS) as ReasonName[]).find((key) => step && REASONS[key].covers(difference, step))
    if (name) reasons.add(name)
    else unexplained.push(difference)
  }
  return { reasons: [...reasons].sort(), unexplained }
}
