import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { BENCH } from '../frameworks.ts'
import { CAN_BIND } from './servers.ts'

/** What one stretch of load over HTTP met. */
export interface LoadSample {
  readonly requests: number
  /** Requests per second. */
  readonly rate: number
  /** Milliseconds that 99 in 100 answers stayed below. */
  readonly p99: number
}

export interface Load {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly seconds: number
}

const CONNECTIONS = 64

const HAS_WRK = spawnSync('wrk', ['--version']).error === undefined

/** What makes the load. */
export const LOAD_TOOL: string = HAS_WRK ? 'wrk' : 'autocannon'

function run(file: string, args: readonly string[]): Promise<string> {
  const bound = CAN_BIND ? ['taskset', '-c', '1', file, ...args] : [file, ...args]
  return new Promise((resolve, reject) => {
    const child = spawn(bound[0]!, bound.slice(1), { cwd: BENCH, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${file} ended with ${code}: ${errors}${output}`))))
  })
}

/** A text for Lua. */
const lua = (text: string): string => JSON.stringify(text).replace(/\\u00(..)/g, '\\x$1')

const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

function readWrk(output: string): LoadSample {
  const fault = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(output)
  if (fault) throw new Error(fault[0])
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(output)!
  return {
    requests: Number(/(\d+) requests in/.exec(output)![1]),
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1]),
    p99: Number(value) * MILLISECONDS[unit!]!,
  }
}

async function loadByWrk({ url, method, headers, body, seconds }: Load): Promise<LoadSample> {
  const script = `${BENCH}.work/load.lua`
  mkdirSync(`${BENCH}.work`, { recursive: true })
  const lines = [
    `wrk.method = ${lua(method)}`,
    ...Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`),
  ]
  if (body !== undefined) lines.push(`wrk.body = ${lua(body)}`)
  writeFileSync(script, `${lines.join('\n')}\n`)
  return readWrk(await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', '-s', script, url]))
}

interface AutocannonResult {
  readonly requests: { readonly total: number; readonly average: number }
  readonly latency: { readonly p99: number }
  readonly non2xx: number
  readonly errors: number
}

async function loadByAutocannon({ url, method, headers, body, seconds }: Load): Promise<LoadSample> {
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`])
  const options = [
    '-j',
    '-c',
    String(CONNECTIONS),
    '-d',
    String(seconds),
    '-m',
    method,
    ...given,
    ...(body === undefined ? [] : ['-b', body]),
  ]
  const output = await run(process.execPath, [`${BENCH}node_modules/autocannon/autocannon.js`, ...options, url])
  const { requests, latency, non2xx, errors } = JSON.parse(output) as AutocannonResult
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers other than 2xx, ${errors} errors`)
  return { requests: requests.total, rate: requests.average, p99: latency.p99 }
}

/**
 * Asks one URL again and again over {@link CONNECTIONS} connections.
 * @throws {Error} where an answer is not 2xx, or a connection fails
 */
export const makeLoad: (load: Load) => Promise<LoadSample> = HAS_WRK ? loadByWrk : loadByAutocannon
