import { type MultipartPart, parseMultipart } from '@remix-run/multipart-parser'
import { unescapeName } from './form-names.js'

const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i
const UNLIMITED = { maxFileSize: Number.POSITIVE_INFINITY, maxParts: Number.POSITIVE_INFINITY, maxTotalSize: Number.POSITIVE_INFINITY }

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const DISPOSITION = /^form-data(?=[\s;])/i
/** A quoted text has no escapes by a backslash, which may stand in the name of a file; what has no text is passed over. */
const PARAMETER = /\s*;\s*(?:([^\s;="]+)=(?:"([^"]*)"|([^\s;"]*)))?[^;"]*/y
const EXTENDED = /^utf-8'[^']*'(.*)$/i

/** Reads one parameter's text; those whose name ends in an asterisk are as RFC 8187 says. */
function readText(name: string, text: string): string {
  if (!name.endsWith('*')) return unescapeName(text)
  const [, encoded] = EXTENDED.exec(text) ?? []
  if (encoded === undefined) throw new TypeError(`The parameter ${name} is not in UTF-8`)
  return decodeURIComponent(encoded)
}

/** The parameters of a part's Content-Disposition, by their names in lower case. */
function readDisposition(header: string): ReadonlyMap<string, string> {
  const type = DISPOSITION.exec(header)?.[0]
  if (type === undefined) throw new TypeError('A part of the multipart body is no form data')
  const parameters = new Map<string, string>()
  let end = type.length
  while (end < header.length) {
    PARAMETER.lastIndex = end
    const [whole, given, quoted, plain] = PARAMETER.exec(header) ?? []
    if (whole === undefined) throw new TypeError('A Content-Disposition of the multipart body is malformed')
    const name = given?.toLowerCase()
    if (name !== undefined) parameters.set(name, readText(name, quoted ?? plain!))
    end += whole.length
  }
  return parameters
}

function append(form: FormData, part: MultipartPart): void {
  const parameters = readDisposition(part.headers['content-disposition'] ?? '')
  const name = parameters.get('name*') ?? parameters.get('name')
  const filename = parameters.get('filename*') ?? parameters.get('filename')
  if (name === undefined) throw new TypeError('A part of the multipart body has no name')
  const bytes = part.bytes as Uint8Array<ArrayBuffer>
  // RFC 7578, 4.4: a file without a type is text.
  const type = part.headers['content-type'] ?? 'text/plain'
  form.append(name, filename === undefined ? decoder.decode(bytes) : new File([bytes], filename, { type }))
}

/** Leaves out what stands in front of the first boundary (RFC 2046, 5.1.1). */
function withoutPreamble(bytes: Uint8Array, boundary: string): Uint8Array {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(`--${boundary}`)
  return start > 0 ? bytes.subarray(start) : bytes
}

/**
 * Reads a multipart body as Node.js does. Bun's own parser leaves out the media type that a file has been sent with, and guesses one
 * by the file's name or its first bytes (oven-sh/bun#33012); Deno's takes a malformed body for an empty form and cuts names.
 * @param contentType the body's media type, with its boundary
 * @throws {TypeError} where the body is malformed
 */
function parseFormData(bytes: Uint8Array, contentType: string): FormData {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw new TypeError('The content-type of the multipart body names no boundary')
  const form = new FormData()
  try {
    // In a list, since an empty body by itself would be taken for an empty form.
    for (const part of parseMultipart([withoutPreamble(bytes, boundary)], { boundary, ...UNLIMITED })) append(form, part)
  } catch (error) {
    throw new TypeError('The multipart body is malformed', { cause: error })
  }
  return form
}

/** The media type of a body that {@link parseFormData} reads; `undefined` for any other. */
function multipartType(headers: Headers): string | undefined {
  const type = headers.get('content-type')
  return type && /^multipart\/form-data(?:;|$)/i.test(type) ? type : undefined
}

/** Lets all requests or responses of a host read multipart bodies by {@link parseFormData}. */
export function installFormData(prototype: Request | Response): void {
  const { formData } = prototype
  prototype.formData = async function (this: Request | Response): Promise<FormData> {
    const type = multipartType(this.headers)
    return type === undefined ? formData.call(this) : parseFormData(new Uint8Array(await this.arrayBuffer()), type)
  }
}
