import type * as z from 'zod'
import { ApiError } from './errors'

const MAX_JSON_BYTES = 1024 * 1024
/** How much of a body above its limit is still taken off the wire. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024

/** The JSON body as `schema` gives it out. Throws an ApiError: 400 for bad JSON or fields, 413 above 1 MiB. */
export async function readJson<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  const bytes = await readBytes(request, MAX_JSON_BYTES)
  const json: unknown = await new Response(bytes).json().catch(() => {
    throw new ApiError(400, 'The body is not valid JSON')
  })

  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new ApiError(400, 'The body is not valid', issues)
}

/**
 * The whole body, counted while it is read: a client can leave `content-length` out, or lie.
 * Throws an ApiError 413 where there are more than `limit` bytes.
 */
export async function readBytes(request: Request, limit: number): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size <= limit) chunks.push(chunk)
    // A client that is still sending may miss an answer that comes too early, and its connection could not be
    // used again: the rest is read and dropped, within bounds.
    else if (size > limit + MAX_DISCARDED_BYTES) break
  }
  if (size > limit) throw new ApiError(413, `The body is larger than ${limit} bytes`)
  return new Blob(chunks)
}
