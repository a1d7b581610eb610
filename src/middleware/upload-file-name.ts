import { checkNames } from './option-checks.js'

/** Control, formatting (text direction, zero width), surrogate, private and unassigned characters, line and paragraph separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu
/** What file systems, shells and a `Content-Disposition` header give a meaning. */
const SPECIAL = /[<>:"/\\|?*]/g
/** Dots and spaces hide a file or go missing on Windows; a hyphen makes it an option of a command. */
const LEADING = /^[.\s-]+/
const TRAILING = /[.\s]+$/
/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)/i
/** What is longer, or has other characters, is a part of the name. */
const EXTENSION = /\.[a-z0-9_-]{1,16}$/i

export interface FileNameOptions {
  /** Length of the whole name in bytes of UTF-8: a whole number from 32 to 255, which is what file systems take. Default 255. */
  readonly maxBytes?: number
  /** The name where nothing is left of the given one; its extension is kept. Default `'file'`. */
  readonly fallback?: string
}

const encoder = new TextEncoder()

/** As many whole characters of a text as fit. */
function truncate(text: string, maxBytes: number): string {
  const { read } = encoder.encodeInto(text, new Uint8Array(maxBytes))
  return text.slice(0, read)
}

const NAMES = ['maxBytes', 'fallback'] as const satisfies readonly (keyof FileNameOptions)[]

/**
 * A file's name as it may be stored, and shown to others: without path, invisible and reserved characters; no reserved name of
 * Windows; short enough, with its extension. Names that differ may come out alike: add an id where they must not.
 * @param name as the client gave it
 * @throws {TypeError} where an option is not known or out of its range
 */
export function safeFileName(name: string, options: FileNameOptions = {}): string {
  checkNames('safeFileName()', options, NAMES, { mayBeUndefined: NAMES })
  const { maxBytes = 255, fallback = 'file' } = options
  if (!Number.isInteger(maxBytes) || maxBytes < 32 || maxBytes > 255) {
    throw new TypeError(`safeFileName(): maxBytes is ${maxBytes}: give a whole number from 32 to 255.`)
  }
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const clean = last.replace(INVISIBLE, '').normalize('NFC').replace(SPECIAL, '_').replace(TRAILING, '')
  const extension = EXTENSION.exec(clean)?.[0] ?? ''
  const stem =
    clean
      .slice(0, clean.length - extension.length)
      .replace(LEADING, '')
      .replace(TRAILING, '') || fallback
  const unreserved = RESERVED.test(stem) ? `_${stem}` : stem
  const fitting = truncate(unreserved, maxBytes - encoder.encode(extension).length - 1).replace(TRAILING, '')
  const safe = fitting + extension
  // Where it was cut, it may be reserved, and the end may be an extension that was none before.
  return fitting === unreserved ? safe : safeFileName(safe, options)
}
