import { readFileSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as sendHttp } from 'node:http'
import { onTestFinished } from 'vitest'
import { type FetchApp, type Served, type ServeOptions, serve } from '../../src/adapters/node.ts'

/** A certificate for localhost that nobody else trusts. */
export const tls: { readonly key: Buffer; readonly cert: Buffer } = {
  key: readFileSync(new URL('fixtures/localhost-key.pem', import.meta.url)),
  cert: readFileSync(new URL('fixtures/localhost-cert.pem', import.meta.url)),
}

/** Serves on a free port until the test is over. */
export async function serveForTest(fetch: FetchApp['fetch'], options: ServeOptions = {}): Promise<Served> {
  const served = await serve({ fetch }, { port: 0, quiet: true, signals: false, shutdownTimeout: 0, ...options })
  onTestFinished(() => served.close())
  return served
}

export interface Answer {
  readonly status: number
  readonly statusText: string
  /** Names in lower case, one pair for each line that was sent. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export function headerPairs(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i < rawHeaders.length; i += 2) pairs.push([rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!])
  return pairs
}

/** Starts a request, as it is, and gives the head of its answer. */
export function open(
  url: string,
  options: RequestOptions = {},
  body?: string,
): Promise<{ sent: ClientRequest; incoming: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const sent = sendHttp(url, options, (incoming) => resolve({ sent, incoming }))
    sent.once('error', reject)
    sent.end(body)
  })
}

export async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

export async function send(url: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
  const { incoming } = await open(url, options, body)
  return {
    status: incoming.statusCode ?? 0,
    statusText: incoming.statusMessage ?? '',
    headers: headerPairs(incoming.rawHeaders),
    body: await read(incoming),
  }
}
