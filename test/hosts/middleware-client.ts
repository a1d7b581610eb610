import { type ClientRequest, type IncomingMessage, request as sendHttp } from 'node:http'

/** One request of the matrix. */
export interface Asked {
  /** Default `GET`. */
  readonly method?: string
  /** Below the place's prefix. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A list is sent piece by piece, without a length. */
  readonly body?: string | readonly string[]
}

export interface Answered {
  readonly status: number
  /** By lower-case name; lines of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Every request has the same id, so that it can be looked for in answers. */
export const REQUEST_ID = 'matrix-1'

/** Begins a request on a connection of its own. The caller ends it. */
export function open(origin: string, path: string, { method = 'GET', headers = {} }: Omit<Asked, 'path'>): ClientRequest {
  const lines = Object.entries({ 'x-request-id': REQUEST_ID, ...headers }).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : [...value],
  ])
  return sendHttp(origin + path, { method, agent: false, headers: Object.fromEntries(lines) as Record<string, string | string[]> })
}

function receive(message: IncomingMessage): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk)).once('error', reject)
    message.once('end', () => {
      const headers = Object.entries(message.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')])
      resolve({ status: message.statusCode ?? 0, headers: Object.fromEntries(headers), text: Buffer.concat(chunks).toString() })
    })
  })
}

/** Sends a request as it is: nothing but Host and what frames the body is added. */
export function ask(origin: string, { path, body, ...init }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const isWhole = typeof body === 'string'
    const length = isWhole ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    const request = open(origin, path, { ...init, headers: { ...length, ...init.headers } })
    let isAnswered = false
    request.once('response', (message) => {
      isAnswered = true
      receive(message).then(resolve, reject)
    })
    // A server that has answered need not read on.
    request.on('error', (error) => isAnswered || reject(error))
    for (const chunk of isWhole ? [body] : (body ?? [])) request.write(chunk)
    request.end()
  })
}
