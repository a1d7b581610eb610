import type { NextRequest } from 'next/server'
import { avatarStore } from '../../../_db/avatars'
import { created } from '../../../_lib/answers'
import { readBytes } from '../../../_lib/body'
import { ApiError, withErrors } from '../../../_lib/errors'
import { noSuchUser, type UserContext, userId } from '../../../_lib/users'

const MAX_AVATAR_BYTES = 4 * 1024 * 1024
/** What the boundaries and part headers around the file may take on top. */
const MAX_ENVELOPE_BYTES = 16 * 1024

// No SVG and no HTML: served from this origin, they could run scripts in it.
const TYPES = ['image/avif', 'image/gif', 'image/jpeg', 'image/png', 'image/webp']

export const GET = withErrors(async (request, context: UserContext) => {
  const id = await userId(context)
  const store = await avatarStore()
  const avatar = await store.get(id)
  if (!avatar) throw new ApiError(404, 'This user has no avatar')

  const headers = { etag: avatar.etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  if (request.headers.get('if-none-match') === avatar.etag) return new Response(null, { status: 304, headers })
  return new Response(avatar.data, { headers: { ...headers, 'content-type': avatar.type } })
})

export const POST = withErrors(async (request, context: UserContext) => {
  const id = await userId(context)
  const file = await readFile(request)
  const data = new Uint8Array(await file.arrayBuffer())

  const store = await avatarStore()
  if (!(await store.put(id, { type: file.type, etag: await etagOf(data), data }))) throw noSuchUser()
  return created(`/users/${id}/avatar`, { type: file.type, size: file.size })
})

/** The first file of a multipart body. */
async function readFile(request: NextRequest): Promise<File> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!contentType.startsWith('multipart/form-data')) throw new ApiError(415, 'Send the avatar as multipart/form-data')

  const body = await readBytes(request, MAX_AVATAR_BYTES + MAX_ENVELOPE_BYTES)
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData().catch(() => {
    throw new ApiError(400, 'The body is not valid multipart/form-data')
  })

  const file = [...form.values()].find((value) => typeof value !== 'string')
  if (!file) throw new ApiError(400, 'The body is not valid', [{ path: 'avatar', message: 'Give a file' }])
  if (file.size > MAX_AVATAR_BYTES) throw new ApiError(413, `The avatar is larger than ${MAX_AVATAR_BYTES} bytes`)
  if (!TYPES.includes(file.type)) throw new ApiError(415, `The avatar's type is none of ${TYPES.join(', ')}`)
  return file
}

async function etagOf(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return `"${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}"`
}
