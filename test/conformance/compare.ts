import { isDeepStrictEqual } from 'node:util'
import type { Compare } from './cases.ts'
import type { RawAnswer } from './client.ts'

/** A compared answer: what the golden files hold for one step. */
export interface Answer {
  failure?: string
  aborted?: boolean
  status?: number
  statusText?: string
  headers?: Record<string, string | string[]>
  body?: unknown
  incomplete?: boolean
  streamed?: boolean
}

export interface Reduced {
  readonly answer: Answer
  /** Names of the headers that were there and are not compared. */
  readonly notCompared: readonly string[]
  readonly text: string
}

const TRANSPORT_HEADERS = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'etag',
  'x-powered-by',
  'server',
])
const FRAMEWORK_PREFIXES = ['x-nextjs-', 'x-next-', 'x-middleware-']
const FRAMEWORK_VARY = new Set([
  'rsc',
  'next-router-state-tree',
  'next-router-prefetch',
  'next-router-segment-prefetch',
  'next-url',
  'accept-encoding',
])

const isUncompared = (name: string): boolean => TRANSPORT_HEADERS.has(name) || FRAMEWORK_PREFIXES.some((p) => name.startsWith(p))

const listed = (values: readonly string[]): string[] =>
  values
    .join(',')
    .split(',')
    .map((token) => token.trim())
    .filter(Boolean)

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Puts `{ORIGIN}`, `{HOST}`, `{HOSTNAME}` and `{PORT}` in the place of the server's own, then applies the case's masks. */
function normaliser(base: URL, masks: readonly (readonly [string, string])[] = []): (text: string) => string {
  const port = base.port || '80'
  const hosts = [...new Set([base.host, `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])].map(escapeRegExp).join('|')
  const rules: [RegExp, string][] = [
    [new RegExp(`https?://(${hosts})`, 'g'), '{ORIGIN}'],
    [new RegExp(`(^|[^\\w.:-])(${hosts})(?![\\w.:-])`, 'g'), '$1{HOST}'],
    [new RegExp(`"port":"${port}"`, 'g'), '"port":"{PORT}"'],
    [/"hostname":"(localhost|127\.0\.0\.1|\[::1\])"/g, '"hostname":"{HOSTNAME}"'],
    ...masks.map(([pattern, to]): [RegExp, string] => [new RegExp(pattern, 'g'), to]),
  ]
  return (text) => rules.reduce((t, [pattern, to]) => t.replace(pattern, to), text)
}

function collectHeaders(raw: RawAnswer, normalise: (text: string) => string): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (let i = 0; i < raw.rawHeaders.length; i += 2) {
    const name = (raw.rawHeaders[i] as string).toLowerCase()
    all.set(name, [...(all.get(name) ?? []), normalise(raw.rawHeaders[i + 1] as string)])
  }
  const vary = listed(all.get('vary') ?? []).filter((token) => !FRAMEWORK_VARY.has(token.toLowerCase()))
  if (vary.length) all.set('vary', [vary.join(', ')])
  else all.delete('vary')
  const allow = all.get('allow')
  if (allow) all.set('allow', [listed(allow).sort().join(', ')])
  return all
}

function reduceBody(raw: RawAnswer, kind: NonNullable<Compare['body']>, normalise: (text: string) => string): unknown {
  const text = (): string => normalise(raw.body.toString('utf8'))
  if (kind === 'text') return text()
  if (kind === 'bytes') return raw.body.toString('hex')
  if (kind === 'length') return raw.body.length
  if (kind === 'none') return undefined
  try {
    return JSON.parse(text())
  } catch {
    return { notJson: text() }
  }
}

/** Reduces a raw answer to what its case compares. */
export function reduce(base: URL, raw: RawAnswer, compare: Compare = {}): Reduced {
  if (raw.failure !== undefined) return { answer: { failure: raw.failure }, notCompared: [], text: '' }
  if (raw.aborted) return { answer: { aborted: true }, notCompared: [], text: '' }
  const normalise = normaliser(base, compare.mask)
  const answer: Answer = {}
  const notCompared: string[] = []
  if (compare.status !== false) answer.status = raw.status
  if (compare.statusText) answer.statusText = raw.statusText
  if (compare.headers !== 'none') {
    const only = Array.isArray(compare.headers) ? new Set(compare.headers) : undefined
    const headers: Record<string, string | string[]> = {}
    for (const [name, values] of [...collectHeaders(raw, normalise)].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const kept = only ? only.has(name) : !isUncompared(name) && !compare.ignoreHeaders?.includes(name)
      if (kept) headers[name] = values.length === 1 ? (values[0] as string) : values
      else notCompared.push(name)
    }
    answer.headers = headers
  }
  const body = reduceBody(raw, compare.body ?? 'text', normalise)
  if (body !== undefined) answer.body = body
  if (raw.incomplete) answer.incomplete = true
  if (compare.streamed !== undefined) answer.streamed = raw.firstByteLead >= compare.streamed
  return { answer, notCompared, text: raw.body.toString('utf8') }
}

export interface Difference {
  /** Dotted path into the answer: `headers.location`. */
  readonly at: string
  readonly expected: unknown
  readonly got: unknown
}

const isPlain = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Where two answers part, at the deepest object level. */
export function differences(expected: unknown, got: unknown, at = ''): Difference[] {
  if (isDeepStrictEqual(expected, got)) return []
  if (isPlain(expected) && isPlain(got)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(got)])
    return [...keys].flatMap((key) => differences(expected[key], got[key], at ? `${at}.${key}` : key))
  }
  return [{ at: at || '(answer)', expected, got }]
}
