import { apiError, defineHandler, json } from 'everyroute/handler'
import { presignUpload, safeFileName } from 'everyroute/middleware/uploads'
import { bindings } from '../_lib/bindings'
import { signedIn, smallBody } from '../_lib/middleware'
import { newUpload } from '../_lib/schemas'

export { OPTIONS } from '../_lib/middleware'

/** A URL for a file that is too large to pass through a handler: the client sends it to the storage itself. */
export const POST = defineHandler(
  { use: [...signedIn, smallBody], json: newUpload, summary: 'Signs the upload of a large file' },
  async (_request, { json: { name, type, size }, var: { user } }) => {
    const { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = bindings()
    if (!S3_ENDPOINT || !S3_BUCKET || !S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) return apiError('No storage is set up here', 501)
    const data = await presignUpload({
      endpoint: S3_ENDPOINT,
      bucket: S3_BUCKET,
      accessKeyId: S3_ACCESS_KEY_ID,
      secretAccessKey: S3_SECRET_ACCESS_KEY,
      // A key that nobody can guess, so that nobody else's file is replaced.
      key: `uploads/${user.id}/${crypto.randomUUID()}/${safeFileName(name)}`,
      contentType: type,
      contentLength: size,
    })
    return json({ data }, 201)
  },
)
