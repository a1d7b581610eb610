import { AwsV4Signer } from 'aws4fetch'
import { checkNames } from './option-checks.js'

/** A place in a bucket, and the key pair that may write there. */
export interface StorageTarget {
  /**
   * The service's address: `https://s3.eu-central-1.amazonaws.com`, `https://ACCOUNT.r2.cloudflarestorage.com`, or a server of
   * your own; with the bucket in it if `bucket` is left out.
   */
  readonly endpoint: string | URL
  /** Put in front of the key's path. Default: `endpoint` names the bucket. */
  readonly bucket?: string
  /** The object's name, 1 to 1,024 bytes of UTF-8. Whoever has the URL can replace what lies there: make it of a random id. */
  readonly key: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. Default: none. */
  readonly sessionToken?: string
  /** Default: read from an endpoint of AWS, `auto` for R2, `us-east-1` for any other. */
  readonly region?: string
}

export interface PresignUploadOptions extends StorageTarget {
  /** How long the upload may be begun with the URL, in seconds from 1 to 604,800, which are seven days. Default 900. */
  readonly expiresIn?: number
  /** The media type that must be sent. */
  readonly contentType: string
  /** The bytes that must be sent, from 0 to 5 GiB: no more and no fewer are taken. Check it against your limit before. */
  readonly contentLength: number
  /** Further headers that must be sent, such as `cache-control` or `if-none-match: *`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What a client needs to upload: `fetch(url, { method, headers, body: file })`. */
export interface PresignedUpload {
  readonly url: string
  readonly method: 'PUT'
  /** What the client has to set; the length goes by itself. */
  readonly headers: Readonly<Record<string, string>>
  /** When the URL ends, ISO 8601 in UTC. */
  readonly expiresAt: string
}

const NAMES = [
  'endpoint',
  'bucket',
  'key',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'region',
  'expiresIn',
  'contentType',
  'contentLength',
  'headers',
] satisfies (keyof PresignUploadOptions)[]
const MAX_EXPIRES_IN = 604_800
const MAX_CONTENT_LENGTH = 5 * 1024 ** 3
const MAX_KEY_BYTES = 1024
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;\s*[\w-]+=("[^"\r\n]*"|[\w!#$&^.+-]+))*$/

function requireWhole(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  throw new TypeError(`presignUpload(): ${name} is ${String(value)}: give a whole number from ${min} to ${max}.`)
}

function requireText(name: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new TypeError(`presignUpload(): ${name} is ${value === '' ? 'empty' : String(value)}: give it from your storage's settings.`)
}

function requireKey(key: string): void {
  requireText('key', key)
  // A URL's parser takes them for steps between folders, even encoded: another object would be signed.
  const isStep = key.split('/').some((part) => part === '.' || part === '..')
  if (isStep || key.startsWith('/') || /\p{Cs}/u.test(key) || new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    throw new TypeError(
      `presignUpload(): key is ${JSON.stringify(key)}: give a name of up to ${MAX_KEY_BYTES} bytes that doesn't begin with "/" and has no "." or ".." between slashes.`,
    )
  }
}

/** The object's address, by path. */
function objectUrl({ endpoint, bucket, key }: StorageTarget): URL {
  const base = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!base || !/^https?:$/.test(base.protocol) || base.search !== '' || base.hash !== '') {
    throw new TypeError(`presignUpload(): endpoint is ${String(endpoint)}: give an address such as https://s3.eu-central-1.amazonaws.com.`)
  }
  if (bucket !== undefined && !BUCKET.test(bucket)) {
    throw new TypeError(`presignUpload(): bucket is ${JSON.stringify(bucket)}: give 3 to 63 letters, digits, dots and hyphens.`)
  }
  const folder = base.pathname.replace(/\/$/, '')
  const path = key.split('/').map(encodeURIComponent).join('/')
  base.pathname = `${folder}${bucket === undefined ? '' : `/${bucket}`}/${path}`
  return base
}

/** What a pre-signed URL of Signature Version 4 is made of. */
export interface PresignInput {
  readonly target: StorageTarget
  readonly method: string
  /** All of them are signed. */
  readonly headers: Headers
  /** Seconds. */
  readonly expiresIn: number
  readonly date: Date
}

/**
 * Signs a request in its URL.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export async function presign({ target, method, headers, expiresIn, date }: PresignInput): Promise<URL> {
  const { accessKeyId, secretAccessKey, sessionToken, region } = target
  const url = objectUrl(target)
  url.searchParams.set('X-Amz-Expires', String(expiresIn))
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(region !== undefined && { region }),
    service: 's3',
    datetime: date.toISOString().replace(/[:-]|\.\d{3}/g, ''),
    signQuery: true,
    // Also the type and the length, which are left out otherwise.
    allHeaders: true,
  })
  return (await signer.sign()).url
}

/**
 * A URL by which a client uploads one file straight to S3, R2 or another server with their interface, past the handler and its body
 * limit. Type and length are signed: the storage refuses any other.
 * @throws {TypeError} where an option is missing, not known, undefined (but for `sessionToken`) or out of its range
 */
export async function presignUpload(options: PresignUploadOptions): Promise<PresignedUpload> {
  checkNames('presignUpload()', options, NAMES, { mayBeUndefined: ['sessionToken'] })
  const { contentLength, contentType, expiresIn = 900, ...target } = options
  requireKey(target.key)
  requireText('accessKeyId', target.accessKeyId)
  requireText('secretAccessKey', target.secretAccessKey)
  requireWhole('expiresIn', expiresIn, 1, MAX_EXPIRES_IN)
  requireWhole('contentLength', contentLength, 0, MAX_CONTENT_LENGTH)
  if (typeof contentType !== 'string' || !MEDIA_TYPE.test(contentType)) {
    throw new TypeError(`presignUpload(): contentType is ${JSON.stringify(contentType)}: give a media type such as image/png.`)
  }
  const sent = new Headers(options.headers)
  sent.set('content-type', contentType)
  const signed = new Headers(sent)
  signed.set('content-length', String(contentLength))
  const date = new Date()
  const url = await presign({ target, method: 'PUT', headers: signed, expiresIn, date })
  const end = Math.floor(date.getTime() / 1000 + expiresIn) * 1000
  return { url: url.href, method: 'PUT', headers: Object.fromEntries(sent), expiresAt: new Date(end).toISOString() }
}
