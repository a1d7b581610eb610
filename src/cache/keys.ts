/** The longest key that is kept as it is, in characters; with a prefix it stays under a file name's 255 and Cloudflare KV's 512 bytes. */
const MAX_LENGTH = 160

/**
 * One key of several parts: different lists of parts give different keys, and no key is longer than about 512 characters.
 * Short ones are the parts as JSON, at once; long ones are a SHA-256 of it. Web Crypto's hash is used, which every
 * host has and which is asynchronous, hence the promise; a hash in JavaScript would be slower just where it is needed.
 */
export function cacheKey(...parts: readonly string[]): string | Promise<string> {
  const text = JSON.stringify(parts)
  // JSON of an array starts with `[`, so that no short key looks like a hashed one.
  return text.length <= 512 ? text : sha256(text).then((hash) => `sha256:${hash}`)
}

/**
 * A name for a key that every backend takes: lower-case ASCII (some file systems ignore case), no dots or colons (path
 * segments of unstorage), at most 162 characters. Different keys have different names: the escape is reversible, and
 * where it gets too long its SHA-256 stands for it.
 */
export async function storageName(key: string): Promise<string> {
  const escaped = key.replace(/[^a-z0-9-]/g, escapeUnit)
  return escaped.length <= MAX_LENGTH ? `k-${escaped}` : `h-${await sha256(escaped)}`
}

function escapeUnit(unit: string): string {
  return unit === '/' ? '~' : `_${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
