import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The secret of the one key pair that the server knows, which is that of AWS's documentation. */
export const ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE'
export const SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** As Signature Version 4 writes a text in a URL: all but the unreserved characters of RFC 3986 encoded. */
const encode = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      /[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')

/** The signature that a request should have, worked out from what arrived. */
function expectedSignature(request: IncomingMessage, url: URL): string {
  const query = (name: string): string => url.searchParams.get(name) ?? ''
  const [, date = '', region = '', service = ''] = query('X-Amz-Credential').split('/')
  const signedHeaders = query('X-Amz-SignedHeaders')
  const params = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const path = url.pathname.split('/').map((part) => encode(decodeURIComponent(part)))
  const canonical = [request.method, path.join('/'), params.sort().join('&'), headers.join(''), signedHeaders, 'UNSIGNED-PAYLOAD'].join(
    '\n',
  )
  const scope = `${date}/${region}/${service}/aws4_request`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET_ACCESS_KEY}`, date))
  return hmac(key, `AWS4-HMAC-SHA256\n${query('X-Amz-Date')}\n${scope}\n${hash}`).toString('hex')
}

/** What is wrong with a pre-signed request, as S3 would say. */
function faultOf(request: IncomingMessage, url: URL, now: number): string | undefined {
  const date = url.searchParams.get('X-Amz-Date')?.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z') ?? ''
  if (!url.searchParams.get('X-Amz-Credential')?.startsWith(`${ACCESS_KEY_ID}/`)) return 'InvalidAccessKeyId'
  if (url.searchParams.get('X-Amz-Signature') !== expectedSignature(request, url)) return 'SignatureDoesNotMatch'
  if (!(Date.parse(date) + Number(url.searchParams.get('X-Amz-Expires')) * 1000 > now)) return 'AccessDenied'
  return undefined
}

export interface S3Peer {
  readonly url: string
  /** What was uploaded, by path. */
  readonly objects: Map<string, { readonly type: string | undefined; readonly body: string }>
  /** Milliseconds by which the server's clock is ahead. */
  clockAhead: number
  close(): Promise<void>
}

/** A server on a free port that takes uploads whose URL is signed, and works out signatures by itself. */
export async function startS3(): Promise<S3Peer> {
  const objects: S3Peer['objects'] = new Map()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const fault = faultOf(request, url, Date.now() + peer.clockAhead)
    if (fault) return response.writeHead(403).end(`<Error><Code>${fault}</Code></Error>`)
    objects.set(decodeURIComponent(url.pathname), { type: request.headers['content-type'], body: Buffer.concat(chunks).toString() })
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const peer: S3Peer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    clockAhead: 0,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
  return peer
}
