import type { CacheEntry, JsonValue } from './store.js'

/**
 * Entries as text, for backends that keep text: `everyroute/1 CHECKSUM {…}`, a line feed, the body. A body that is valid
 * UTF-8 stands as it is, so that a person can read it; any other stands in base64. The first word keeps JSON-minded
 * storages from parsing the text, and entries of another format from being read.
 */
const FORMAT = 'everyroute/1'

interface Head {
  readonly value: JsonValue
  readonly tags: readonly string[]
  readonly startedAt: number
  readonly createdAt: number
  readonly revalidate: number | false
  readonly expire?: number
  readonly body?: 'utf-8' | 'base64'
}

export function encodeEntry(entry: CacheEntry): string {
  const { body, ...rest } = entry
  const text = body === undefined ? undefined : decodeUtf8(body)
  const head: Head = body === undefined ? rest : { ...rest, body: text === undefined ? 'base64' : 'utf-8' }
  const payload = `${JSON.stringify(head)}\n${body === undefined ? '' : (text ?? toBase64(body))}`
  return `${FORMAT} ${checksum(payload)} ${payload}`
}

/** The entry of a text; `undefined` for whatever {@link encodeEntry} didn't write whole. */
export function decodeEntry(stored: unknown): CacheEntry | undefined {
  if (typeof stored !== 'string' || !stored.startsWith(`${FORMAT} `)) return undefined
  const sumEnd = stored.indexOf(' ', FORMAT.length + 1)
  const payload = stored.slice(sumEnd + 1)
  if (sumEnd === -1 || stored.slice(FORMAT.length + 1, sumEnd) !== checksum(payload)) return undefined
  const headEnd = payload.indexOf('\n')
  const { body: encoding, ...rest } = JSON.parse(payload.slice(0, headEnd)) as Head
  if (encoding === undefined) return rest
  const text = payload.slice(headEnd + 1)
  return { ...rest, body: encoding === 'utf-8' ? new TextEncoder().encode(text) : fromBase64(text) }
}

/** FNV-1a. Files aren't written in one piece: a reader may find a part, or parts of two writers. Not a guard against forgery. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `${text.length}-${(hash >>> 0).toString(16)}`
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function toBase64(bytes: Uint8Array): string {
  const step = 0x8000 // engines limit the number of arguments
  let binary = ''
  for (let i = 0; i < bytes.length; i += step) binary += String.fromCharCode(...bytes.subarray(i, i + step))
  return btoa(binary)
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
