import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { isInPackages } from './packages.js'
import { relativeFile } from './parse-module.js'

interface TransformError extends Error {
  readonly id?: string
  readonly loc?: { readonly file?: string }
  frame?: string
  file?: string
}

/** `Transform failed with 1 error:`, then `[PARSE_ERROR] Unexpected token`, then the lines of the source. */
const TRANSFORM_MESSAGE = /^Transform failed with \d+ errors?:\s+\[\w+\] (.*)\n([\s\S]*)$/

/**
 * Gives an error of the transform the `file` and `frame` that the router shows, without colours.
 * @param pathOf the file behind the id of a module. Default: the id
 */
export function describeError(error: unknown, root: string, pathOf: (id: string) => string = (id) => id): unknown {
  if (!(error instanceof Error)) return error
  const transform = error as TransformError
  const file = transform.loc?.file ?? transform.id
  if (file !== undefined) transform.file = relativeFile(pathOf(file), root)
  const [, message, frame] = TRANSFORM_MESSAGE.exec(stripVTControlCharacters(error.message)) ?? []
  if (message === undefined || frame === undefined) return error
  transform.frame = frame.replace(/\s+$/, '')
  error.message = message
  error.stack = `${error.name}: ${message}`
  return error
}

/** Where in the project an error was thrown, as `file:line:column`; `undefined` where its stack doesn't tell. */
export function thrownAt(error: unknown, root: string): string | undefined {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  for (const line of lines) {
    const [, place, position] = /\(?((?:file:\/\/)?\/[^()?]+?)(?:\?[^:()]*)?(:\d+:\d+)\)?$/.exec(line) ?? []
    if (place === undefined || isInPackages(place)) continue
    const path = place.startsWith('file:') ? fileURLToPath(place) : place
    if (path.startsWith(`${root}/`)) return relativeFile(path, root) + position
  }
  return undefined
}
