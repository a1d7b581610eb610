import { apiError, defineHandler } from 'everyroute/handler'
import { fileSchema, uploadForm } from 'everyroute/middleware/uploads'
import { avatarStore } from '../../../_db/avatars'
import { created, noSuchUser } from '../../../_lib/answers'
import { selfOrAdmin } from '../../../_lib/auth'
import { anyBody, MAX_AVATAR, shared, signedIn } from '../../../_lib/middleware'
import { userPath } from '../../../_lib/schemas'

export { OPTIONS } from '../../../_lib/middleware'

// No SVG and no HTML: served from this origin, they could run scripts in it.
const types = {
  'image/avif': ['avif'],
  'image/gif': ['gif'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/webp': ['webp'],
}

const form = uploadForm({ files: { avatar: fileSchema({ maxSize: MAX_AVATAR, types }) } })

export const GET = defineHandler({ use: shared, params: userPath, summary: "Shows a user's avatar" }, async (request, { params }) => {
  const { id } = await params
  const store = await avatarStore()
  const avatar = await store.get(id)
  if (!avatar) return apiError('This user has no avatar', 404)

  const headers = { etag: avatar.etag, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
  if (request.headers.get('if-none-match') === avatar.etag) return new Response(null, { status: 304, headers })
  return new Response(avatar.data, { headers: { ...headers, 'content-type': avatar.type } })
})

export const POST = defineHandler(
  { use: [...signedIn, selfOrAdmin, anyBody], params: userPath, form, summary: "Sets a user's avatar" },
  async (_request, { params, form: { avatar } }) => {
    const { id } = await params
    const data = new Uint8Array(await avatar.arrayBuffer())

    const store = await avatarStore()
    if (!(await store.put(id, { type: avatar.type, etag: await etagOf(data), data }))) return noSuchUser()
    return created(`/users/${id}/avatar`, { type: avatar.type, size: avatar.size })
  },
)

async function etagOf(data: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return `"${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}"`
}
