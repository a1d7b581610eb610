import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { presign } from '../../src/middleware/upload-presign.js'
import { type PresignUploadOptions, presignUpload } from '../../src/middleware/uploads.js'
import { ACCESS_KEY_ID, type S3Peer, SECRET_ACCESS_KEY, startS3 } from './s3-peer.js'

const KEYS = { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY }

test("signs AWS's example as AWS's documentation does", async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const url = await presign({
    target: { endpoint: 'https://examplebucket.s3.amazonaws.com', key: 'test.txt', ...KEYS },
    method: 'GET',
    headers: new Headers(),
    expiresIn: 86_400,
    date: new Date('2013-05-24T00:00:00Z'),
  })
  expect(url.origin + url.pathname).toBe('https://examplebucket.s3.amazonaws.com/test.txt')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  })
})

let peer: S3Peer
beforeAll(async () => {
  peer = await startS3()
})
beforeEach(() => {
  peer.objects.clear()
  peer.clockAhead = 0
})
afterAll(() => peer?.close())

const sign = (more: Partial<PresignUploadOptions> = {}) =>
  presignUpload({ endpoint: peer.url, bucket: 'files', key: 'a.txt', contentType: 'text/plain', contentLength: 5, ...KEYS, ...more })

async function put(url: string, body: string, headers: Record<string, string>): Promise<[number, string | undefined]> {
  const response = await fetch(url, { method: 'PUT', headers, body })
  return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]]
}

describe('a server that works out signatures by itself', () => {
  test.each(['a.txt', "users/7/ä b+c%2F&=?#!'()*~@:$,;.txt", 'a//b/', '数据/😀', '...', '%2e%2e/x'])(
    'takes the upload to %s',
    async (key) => {
      const { url, method, headers } = await sign({ key })
      expect(method).toBe('PUT')
      expect(await put(url, 'hello', { ...headers })).toEqual([200, undefined])
      expect([...peer.objects]).toEqual([[`/files/${key}`, { type: 'text/plain', body: 'hello' }]])
    },
  )

  test('refuses another length, type, header, key or method', async () => {
    const { url, headers } = await sign({ headers: { 'cache-control': 'no-store', 'If-None-Match': '*' } })
    expect(headers).toEqual({ 'cache-control': 'no-store', 'content-type': 'text/plain', 'if-none-match': '*' })
    const refused = [403, 'SignatureDoesNotMatch']
    expect(await put(url, 'hello!', { ...headers })).toEqual(refused)
    expect(await put(url, 'hell', { ...headers })).toEqual(refused)
    expect(await put(url, 'hello', { ...headers, 'content-type': 'text/html' })).toEqual(refused)
    expect(await put(url, 'hello', { 'content-type': 'text/plain' })).toEqual(refused)
    expect(await put(url.replace('a.txt', 'b.txt'), 'hello', { ...headers })).toEqual(refused)
    expect(await put(url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=9999'), 'hello', { ...headers })).toEqual(refused)
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(403)
    expect(peer.objects.size).toBe(0)
    expect(await put(url, 'hello', { ...headers })).toEqual([200, undefined])
  })

  test('refuses the upload once the URL has ended', async () => {
    const { url, headers, expiresAt } = await sign({ expiresIn: 60 })
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(58_000)
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    peer.clockAhead = 61_000
    expect(await put(url, 'hello', { ...headers })).toEqual([403, 'AccessDenied'])
    peer.clockAhead = 0
    expect(await put(url, 'hello', { ...headers })).toEqual([200, undefined])
  })

  test('takes temporary credentials and an endpoint with a path', async () => {
    const { url, headers } = await sign({ endpoint: `${peer.url}/storage/`, sessionToken: 'a/b+c==' })
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('a/b+c==')
    expect(await put(url, 'hello', { ...headers })).toEqual([200, undefined])
    expect([...peer.objects.keys()]).toEqual(['/storage/files/a.txt'])
  })
})

test.each([
  ['https://s3.eu-central-1.amazonaws.com', undefined, 'eu-central-1'],
  ['https://files.s3.eu-west-2.amazonaws.com', undefined, 'eu-west-2'],
  ['https://0123456789abcdef.r2.cloudflarestorage.com', undefined, 'auto'],
  ['https://minio.example', undefined, 'us-east-1'],
  ['https://minio.example', 'moon-1', 'moon-1'],
])('the region of %s (%s) is %s', async (endpoint, region, expected) => {
  const { url } = await sign({ endpoint, ...(region && { region }) })
  expect(new URL(url).searchParams.get('X-Amz-Credential')?.split('/').slice(2)).toEqual([expected, 's3', 'aws4_request'])
  expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host')
})

test.each<[Partial<Record<keyof PresignUploadOptions, unknown>>, string]>([
  [{ expiresIn: 0 }, 'expiresIn is 0: give a whole number from 1 to 604800.'],
  [{ expiresIn: 604_801 }, 'expiresIn is 604801'],
  [{ contentLength: -1 }, 'contentLength is -1: give a whole number from 0 to 5368709120.'],
  [{ contentLength: undefined }, 'contentLength is undefined'],
  [{ contentLength: 6_000_000_000 }, 'contentLength is 6000000000'],
  [{ contentType: 'text' }, 'contentType is "text": give a media type such as image/png.'],
  [{ contentType: 'text/plain\r\nx: y' }, 'contentType is "text/plain\\r\\nx: y"'],
  [{ key: '' }, 'key is empty'],
  [{ key: '/a' }, 'key is "/a"'],
  [
    { key: 'a/../b' },
    'key is "a/../b": give a name of up to 1024 bytes that doesn\'t begin with "/" and has no "." or ".." between slashes.',
  ],
  [{ key: './a' }, 'key is "./a"'],
  [{ key: 'ä'.repeat(513) }, 'key is "ää'],
  [{ key: '\ud800' }, 'key is "\\ud800"'],
  [{ bucket: 'a/b' }, 'bucket is "a/b"'],
  [{ endpoint: 's3.example' }, 'endpoint is s3.example: give an address such as https://s3.eu-central-1.amazonaws.com.'],
  [{ endpoint: 'ftp://s3.example' }, 'endpoint is ftp://s3.example'],
  [{ endpoint: 'https://s3.example?x=1' }, 'endpoint is https://s3.example?x=1'],
  [{ accessKeyId: '' }, 'accessKeyId is empty'],
  [{ secretAccessKey: '' }, "secretAccessKey is empty: give it from your storage's settings."],
  [{ secretAccessKey: undefined }, 'secretAccessKey is undefined: it must have a value'],
])('refuses %o', async (wrong, message) => {
  const attempt = sign(wrong as Partial<PresignUploadOptions>)
  await expect(attempt).rejects.toThrow(TypeError)
  await expect(attempt).rejects.toThrow(`presignUpload(): ${message}`)
})
