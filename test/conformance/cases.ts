import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type RawAnswer, send } from './client.ts'
import { type Answer, type Difference, differences, reduce } from './compare.ts'

/** One fixture each, with its cases and its golden answers. */
export const SETS = ['main', 'proxy', 'basepath', 'slash', 'matcher', 'base-proxy', 'slash-proxy'] as const
export type SetName = (typeof SETS)[number]

/** What of an answer is compared. Default: status, every header but the transport's and Next.js's own, the body as text. */
export interface Compare {
  status?: false
  statusText?: true
  /** `none`, or the only header names to compare, in lower case. */
  headers?: 'none' | string[]
  ignoreHeaders?: string[]
  body?: 'text' | 'json' | 'bytes' | 'length' | 'none'
  /** `[regular expression, replacement]`, applied to bodies and header values. */
  mask?: [string, string][]
  /** The JSON field (or `*`, the whole body) whose values are compared with each other only: value A, value B, … */
  pattern?: string
  /** Least milliseconds between the first and the last byte. */
  streamed?: number
  /** Run the step, compare nothing. */
  skip?: true
}

export interface Step {
  method?: string
  /** The request target, sent as it is written. */
  path: string
  headers?: Record<string, string | string[]>
  body?: string
  bodyEncoding?: 'base64'
  bodyRepeat?: number
  /** Sent chunked, `chunkDelayMs` (default 5) apart. */
  chunks?: string[]
  chunkDelayMs?: number
  waitMs?: number
  abortAfterMs?: number
  abortAfterFirstChunk?: true
  /** Left out of the case's `pattern`. */
  noPattern?: true
  compare?: Compare
}

export interface Case {
  /** `group.name`, unique within its set. */
  id: string
  group: string
  description: string
  request?: Step
  steps?: Step[]
  compare?: Compare
  /** Cookies are carried from step to step. */
  keepCookies?: true
  /** Added by this project; the others came with the first import. */
  extra?: true
}

export interface Golden {
  steps: (Answer | 'skipped')[]
  notCompared: string[]
}

const folder = new URL('./next/', import.meta.url)

export const fixtureOf = (set: SetName): string => fileURLToPath(new URL(`fixtures/${set}`, folder))
export const goldenFile = (set: SetName): string => fileURLToPath(new URL(`golden/${set}.json`, folder))

export function readCases(set: SetName): Case[] {
  const text = readFileSync(new URL(`cases/${set}.jsonl`, folder), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => JSON.parse(line) as Case)
}

export const readGolden = (set: SetName): Record<string, Golden> =>
  JSON.parse(readFileSync(goldenFile(set), 'utf8')) as Record<string, Golden>

export const stepsOf = (c: Case): Step[] => c.steps ?? (c.request ? [c.request] : [])

function keepCookies(jar: Map<string, string>, raw: RawAnswer): void {
  for (let i = 0; i < raw.rawHeaders.length; i += 2) {
    if (raw.rawHeaders[i]?.toLowerCase() !== 'set-cookie') continue
    const line = raw.rawHeaders[i + 1] as string
    const [, name, value] = /^([^=]*)=([^;]*)/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    if (/Expires=Thu, 01 Jan 1970|Max-Age=0/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
}

function withCookies(step: Step, jar: Map<string, string>): Step {
  if (jar.size === 0 || (step.headers && 'cookie' in step.headers)) return step
  return { ...step, headers: { ...step.headers, cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } }
}

/** Replaces bodies by letters: equal values get equal letters, in order of appearance. */
function applyPattern(field: string, steps: readonly Step[], answers: Answer[], texts: readonly string[]): void {
  const letters = new Map<string, string>()
  answers.forEach((answer, i) => {
    if (steps[i]?.noPattern) return
    const value = patternValue(field, texts[i] as string)
    if (!letters.has(value)) letters.set(value, String.fromCharCode(65 + letters.size))
    answer.body = `value ${letters.get(value)}`
  })
}

function patternValue(field: string, text: string): string {
  if (field === '*') return text
  try {
    return JSON.stringify((JSON.parse(text) as Record<string, unknown>)[field]) ?? 'absent'
  } catch {
    return `unparsable:${text.slice(0, 80)}`
  }
}

/** Runs every step of a case against the server at `base` and reduces the answers to what is compared. */
export async function runCase(base: URL, c: Case): Promise<Golden> {
  const steps = stepsOf(c)
  const jar = new Map<string, string>()
  const answers: Answer[] = []
  const texts: string[] = []
  const notCompared = new Set<string>()
  for (const step of steps) {
    if (step.waitMs) await sleep(step.waitMs)
    const raw = await send(base, c.keepCookies ? withCookies(step, jar) : step)
    if (c.keepCookies) keepCookies(jar, raw)
    const reduced = reduce(base, raw, { ...c.compare, ...step.compare })
    answers.push(reduced.answer)
    texts.push(reduced.text)
    for (const name of reduced.notCompared) notCompared.add(name)
  }
  if (c.compare?.pattern) applyPattern(c.compare.pattern, steps, answers, texts)
  return { steps: answers.map((answer, i) => (steps[i]?.compare?.skip ? 'skipped' : answer)), notCompared: [...notCompared].sort() }
}

export interface Verdict {
  readonly set: SetName
  readonly id: string
  readonly group: string
  readonly description: string
  readonly steps: readonly Step[]
  /** Empty where the case passed. */
  readonly differences: readonly (Difference & { readonly step: number })[]
}

/** Runs one case and compares it with its golden answers. */
export async function checkCase(base: URL, set: SetName, c: Case, golden: Golden | undefined): Promise<Verdict> {
  const { steps: answers } = await runCase(base, c)
  const found = answers.flatMap((answer, step) => differences(golden?.steps[step], answer).map((d) => ({ ...d, step })))
  return { set, id: c.id, group: c.group, description: c.description, steps: stepsOf(c), differences: found }
}

/** A failed case as text: its request and, line by line, what was expected and what came. */
export function describeFailure(verdict: Verdict): string {
  const lines = verdict.differences.map((d) => {
    const step = verdict.steps[d.step]
    return `  step ${d.step + 1}: ${step?.method ?? 'GET'} ${step?.path}  ${d.at}\n    expected ${show(d.expected)}\n    got      ${show(d.got)}`
  })
  return [`${verdict.group} / ${verdict.id}: ${verdict.description}`, ...lines].join('\n')
}

function show(value: unknown): string {
  const text = JSON.stringify(value)
  if (text === undefined) return 'absent'
  return text.length > 600 ? `${text.slice(0, 600)}…` : text
}
