import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Step } from './cases.ts'

/** What came back, before anything is normalised. */
export interface RawAnswer {
  /** Set where no answer came: `timeout` or the socket's error code. */
  failure?: string
  /** The client hung up on purpose; nothing is compared. */
  aborted?: boolean
  status: number
  statusText: string
  /** Name, value, name, value, … in the order and case received. */
  rawHeaders: string[]
  body: Buffer
  /** The connection closed before the body's declared end. */
  incomplete: boolean
  /** Milliseconds between the first and the last byte of the body. */
  firstByteLead: number
}

const TIMEOUT = 20_000

function stepBody(step: Step): Buffer | undefined {
  if (step.body === undefined) return undefined
  if (step.bodyEncoding === 'base64') return Buffer.from(step.body, 'base64')
  return Buffer.from(step.bodyRepeat === undefined ? step.body : step.body.repeat(step.bodyRepeat), 'utf8')
}

function requestHeaders(base: URL, step: Step, body: Buffer | undefined): string[] {
  const headers: string[] = []
  const given = new Set<string>()
  for (const [name, value] of Object.entries(step.headers ?? {})) {
    given.add(name.toLowerCase())
    for (const one of Array.isArray(value) ? value : [value]) headers.push(name, one)
  }
  if (!given.has('host')) headers.push('Host', base.host)
  headers.push('Connection', 'close')
  if (step.chunks) headers.push('Transfer-Encoding', 'chunked')
  else if (body !== undefined && !given.has('content-length')) headers.push('Content-Length', String(body.length))
  return headers
}

const nothing = (note: Partial<RawAnswer>): RawAnswer => ({
  status: 0,
  statusText: '',
  rawHeaders: [],
  body: Buffer.alloc(0),
  incomplete: false,
  firstByteLead: 0,
  ...note,
})

/** Sends one request exactly as written: no URL normalisation, no redirect following, no header folding. Never rejects. */
export function send(base: URL, step: Step): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const body = stepBody(step)
    const request = http.request({
      host: base.hostname,
      port: base.port || 80,
      method: step.method ?? 'GET',
      path: step.path,
      headers: requestHeaders(base, step, body),
      agent: false,
    })
    let answered = false
    const done = (answer: RawAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const hangUp = (note: Partial<RawAnswer>): void => {
      request.destroy()
      done(nothing(note))
    }
    const timer = setTimeout(() => hangUp({ failure: 'timeout' }), TIMEOUT)
    request.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      let first = 0
      if (step.abortAfterFirstChunk) response.once('data', () => setTimeout(() => hangUp({ aborted: true }), 30))
      response.on('data', (chunk: Buffer) => {
        if (chunks.length === 0) first = Date.now()
        chunks.push(chunk)
      })
      response.on('error', () => {})
      response.on('close', () =>
        done({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          rawHeaders: response.rawHeaders,
          body: Buffer.concat(chunks),
          incomplete: !response.complete,
          firstByteLead: chunks.length ? Date.now() - first : 0,
        }),
      )
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (!answered) done(nothing({ failure: error.code ?? 'error' }))
    })
    if (step.abortAfterMs !== undefined) setTimeout(() => hangUp({ aborted: true }), step.abortAfterMs)
    void sendBody(request, step, body)
  })
}

async function sendBody(request: http.ClientRequest, step: Step, body: Buffer | undefined): Promise<void> {
  if (!step.chunks) {
    request.end(body)
    return
  }
  for (const chunk of step.chunks) {
    request.write(Buffer.from(chunk))
    await sleep(step.chunkDelayMs ?? 5)
  }
  request.end()
}

/** Resolves as soon as something accepts connections at `base`; rejects after `limit` milliseconds. */
export async function waitForServer(base: URL, limit = 30_000): Promise<void> {
  const until = Date.now() + limit
  while (!(await accepts(base))) {
    if (Date.now() > until) throw new Error(`nothing listens on ${base.host}`)
    await sleep(100)
  }
}

function accepts(base: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(base.port || 80), base.hostname, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
