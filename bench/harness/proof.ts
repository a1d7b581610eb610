import { isDeepStrictEqual } from 'node:util'
import { CASES, type Exchange, PROOFS, pathOf } from '../cases.ts'
import type { ServerProcess } from './server-process.ts'

function faultOf(exchange: Exchange, response: Response, text: string): string | undefined {
  const { status = 200, json, isError, has = {} } = exchange
  const statuses = typeof status === 'number' ? [status] : status
  if (!statuses.includes(response.status)) return `status ${response.status} instead of ${statuses.join(' or ')}`
  for (const [name, value] of Object.entries(has)) {
    const actual = response.headers.get(name) ?? ''
    if (!actual.toLowerCase().includes(value.toLowerCase())) return `${name} is ${JSON.stringify(actual)}, without ${value}`
  }
  if (json === undefined && !isError) return undefined
  const type = response.headers.get('content-type')?.split(';')[0]
  if (type !== 'application/json') return `content-type ${type} instead of application/json`
  const given = JSON.parse(text) as { error?: unknown }
  if (isError) return typeof given.error === 'string' && Object.keys(given).length === 1 ? undefined : `body ${text} instead of an error`
  return isDeepStrictEqual(given, json) ? undefined : `body ${text} instead of ${JSON.stringify(json)}`
}

/**
 * Asks a server for every case and every proof over HTTP.
 * @throws {Error} naming the first answer that is not the one wanted: nothing wrong gets timed
 */
export async function prove(server: ServerProcess): Promise<void> {
  const { framework, origin } = server
  for (const exchange of [...CASES, ...PROOFS]) {
    const { method = 'GET', headers = {}, body } = exchange
    const init = { method, headers, redirect: 'manual' as const, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(origin + pathOf(exchange, framework), init)
    const text = await response.text()
    const fault = faultOf(exchange, response, text)
    if (fault) throw new Error(`${framework.name}, ${exchange.name}: ${fault}\n${text.slice(0, 400)}`)
  }
}
