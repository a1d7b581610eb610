import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Case, CHAIN_CASES, CORS_CASES, ERROR_CASES, type Expected } from './middleware-cases.ts'
import { type Answered, ask, open } from './middleware-client.ts'
import { authCases, BATTERY_CASES, BODY_CASES, CHECK_CASES, LIMIT_CASES, type Tokens, UPLOAD_CASES } from './middleware-more-cases.ts'
import { PLACES, type Places, PREFIXES, startPlaces } from './middleware-places.ts'

const SECRET = 'a secret of thirty-two bytes or more, shared with the test'
const YEAR_2100 = 4_102_444_800

const sign = (sub: string, role: string, { exp = YEAR_2100, secret = SECRET } = {}): Promise<string> =>
  new SignJWT({ sub, role, iss: 'test', aud: 'matrix', exp }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))

const tokens: Tokens = {
  reader: await sign('ada', 'reader'),
  admin: await sign('bob', 'admin'),
  expired: await sign('ada', 'reader', { exp: 1 }),
  forged: await sign('ada', 'admin', { secret: 'another secret of thirty-two bytes or more, not shared' }),
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  chains: CHAIN_CASES,
  cors: CORS_CASES,
  errors: ERROR_CASES,
  auth: authCases(tokens),
  bodyLimit: BODY_CASES,
  'rateLimit and timeout': LIMIT_CASES,
  'schemas of defineHandler': CHECK_CASES,
  uploads: UPLOAD_CASES,
  'Hono’s middleware and pagination': BATTERY_CASES,
}

let places: Places

beforeAll(async () => {
  places = await startPlaces()
})
afterAll(() => places?.stop())

/** What a JSON body is to be, with the place's own words in it. */
function fill(value: unknown, prefix: string): unknown {
  if (value === 'ANY') return expect.any(String)
  if (typeof value === 'string') return value.replace('PREFIX', prefix)
  if (Array.isArray(value)) return value.map((one) => fill(one, prefix))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fill(inner, prefix)]))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function check({ headers, status, text }: Answered, expected: Expected, prefix: string): void {
  const names = Object.keys(expected.headers ?? {})
  const wanted = Object.entries(expected.headers ?? {}).map(([name, value]) => [
    name,
    value instanceof RegExp ? expect.stringMatching(value) : (value ?? undefined),
  ])
  const seen = {
    status,
    ...('json' in expected && { json: parse(text) }),
    ...('text' in expected && { text }),
    headers: Object.fromEntries(names.map((name) => [name, headers[name]])),
  }
  expect(seen).toEqual({
    status: expected.status,
    ...('json' in expected && { json: fill(expected.json, prefix) }),
    ...('text' in expected && { text: expected.text }),
    headers: Object.fromEntries(wanted),
  })
}

describe.each(PLACES)('%s', (place) => {
  const prefix = PREFIXES[place]
  const answers: Answered[] = []

  describe.each(Object.keys(CASES))('%s', (group) => {
    test.each(CASES[group]!)('$name', async ({ answer, ask: asked, except }) => {
      const answered = await ask(places.serverOf(place).origin, { ...asked, path: prefix + asked.path })
      answers.push(answered)
      check(answered, except[place] ?? answer, prefix)
    })
  })

  test('a handler behind middleware learns that its client has gone, and that a body is cut', async () => {
    const { origin } = places.serverOf(place)
    const waiting = open(origin, `${prefix}/gone`, { method: 'POST' }).on('error', () => {})
    waiting.end('the first')
    const sending = open(origin, `${prefix}/gone`, { method: 'PUT' }).on('error', () => {})
    sending.write('a part')
    await new Promise((resolve) => setTimeout(resolve, 500))
    waiting.destroy()
    sending.destroy()
    const events = async (): Promise<unknown> => [...JSON.parse((await ask(origin, { path: `${prefix}/gone` })).text)].sort()
    // On workerd it is noticed when something is written to the client.
    const gone = place === 'workerd' ? [] : ['the first has gone']
    await expect.poll(events, { timeout: 8_000 }).toEqual(['the body is cut', ...gone])
  })

  test('no answer has told a secret, and errors have been logged', () => {
    expect(answers.length).toBeGreaterThan(100)
    expect(answers.filter((answered) => JSON.stringify(answered).includes('secret'))).toEqual([])
    expect(places.serverOf(place).output()).toContain('secret')
  })
})
