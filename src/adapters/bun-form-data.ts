import { type MultipartPart, parseMultipart } from '@remix-run/multipart-parser'

const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i
const UNLIMITED = { maxFileSize: Number.POSITIVE_INFINITY, maxParts: Number.POSITIVE_INFINITY, maxTotalSize: Number.POSITIVE_INFINITY }

const decoder = new TextDecoder()

/** What clients escape in the names of a part (HTML standard, 4.10.21.8). */
const ESCAPES: Readonly<Record<string, string>> = { '%0A': '\n', '%0D': '\r', '%22': '"' }
const unescapeName = (name: string): string => name.replace(/%0A|%0D|%22/gi, (code) => ESCAPES[code.toUpperCase()] ?? code)

function append(form: FormData, part: MultipartPart): void {
  const { filename, name } = part
  if (name === undefined) throw new TypeError('A part of the multipart body has no name')
  const bytes = part.bytes as Uint8Array<ArrayBuffer>
  // RFC 7578, 4.4: a file without a type is text.
  const type = part.headers['content-type'] ?? 'text/plain'
  const value = filename === undefined ? decoder.decode(bytes) : new File([bytes], unescapeName(filename), { type })
  form.append(unescapeName(name), value)
}

/**
 * Reads a multipart body. Bun's own parser leaves out the media type that a file has been sent with, and guesses one by the
 * file's name or its first bytes (oven-sh/bun#33012).
 * @param contentType the body's media type, with its boundary
 * @throws {TypeError} where the body is malformed
 */
export function parseFormData(bytes: Uint8Array, contentType: string): FormData {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw new TypeError('The content-type of the multipart body names no boundary')
  const form = new FormData()
  try {
    for (const part of parseMultipart(bytes, { boundary, ...UNLIMITED })) append(form, part)
  } catch (error) {
    throw new TypeError('The multipart body is malformed', { cause: error })
  }
  return form
}

/** The media type of a body that {@link parseFormData} reads; `undefined` for any other. */
export function multipartType(headers: Headers): string | undefined {
  const type = headers.get('content-type')
  return type && /^multipart\/form-data(?:;|$)/i.test(type) ? type : undefined
}
