import type { StandardSchemaV1 } from '@standard-schema/spec'
import { mediaTypeOf } from './content-types.js'
import { checkBoolean, checkNames } from './option-checks.js'

/** What one uploaded file may be. */
export interface FileRules {
  /** Bytes, 1 or more. No default: it belongs below the `bodyLimit` in front of the handler. */
  readonly maxSize: number
  /** Bytes, from 0 to `maxSize`. Default 1. */
  readonly minSize?: number
  /**
   * The media types allowed, each with its extensions without dot: `{ 'image/jpeg': ['jpg', 'jpeg'] }`. Both are what the client says:
   * content is not looked at. Default: any.
   */
  readonly types?: Readonly<Record<string, readonly string[]>>
}

export interface FileOptions extends FileRules {
  /** Whether the file may be missing, or its field be left empty. Default `false`. */
  readonly optional?: boolean
}

export interface FilesOptions extends FileRules {
  /** Files at least: a whole number from 0 to `maxCount`. Default 1. */
  readonly minCount?: number
  /** Files at most: a whole number, 1 or more. No default. */
  readonly maxCount: number
}

const RULE_NAMES = ['maxSize', 'minSize', 'types'] satisfies (keyof FileRules)[]
const FILE_NAMES = [...RULE_NAMES, 'optional'] satisfies (keyof FileOptions)[]
const FILES_NAMES = [...RULE_NAMES, 'minCount', 'maxCount'] satisfies (keyof FilesOptions)[]

type Check = (file: File) => string | undefined

function requireWhole(name: string, value: unknown, min: number, max: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
  throw new TypeError(`${name} is ${String(value)}: give a whole number, ${range}.`)
}

/** By media type, both in lower case. */
function readTypes(caller: string, types: FileRules['types']): ReadonlyMap<string, readonly string[]> | undefined {
  if (!types) return undefined
  const entries = Object.entries(types)
  if (entries.length === 0) throw new TypeError(`${caller}: types is empty: name a type, or leave the option out to allow any.`)
  return new Map(
    entries.map(([type, extensions]) => {
      if (!/^[\w.+-]+\/[\w.+-]+$/.test(type))
        throw new TypeError(`${caller}: types has ${JSON.stringify(type)}: give a media type such as image/png.`)
      const wrong = extensions.length === 0 ? '' : extensions.find((extension) => !/^[\w-]+(\.[\w-]+)*$/.test(extension))
      if (wrong !== undefined) {
        throw new TypeError(
          `${caller}: types[${JSON.stringify(type)}] has the extension ${JSON.stringify(wrong)}: give one or more such as png, without dot.`,
        )
      }
      return [type.toLowerCase(), extensions.map((extension) => extension.toLowerCase())] as const
    }),
  )
}

/** The check of one file's size, type and extension, which says what is wrong with it. */
function createCheck(caller: string, { maxSize, minSize = 1, types }: FileRules): Check {
  requireWhole(`${caller}: maxSize`, maxSize, 1, Number.MAX_SAFE_INTEGER)
  requireWhole(`${caller}: minSize`, minSize, 0, maxSize)
  const known = readTypes(caller, types)
  return (file) => {
    if (file.size > maxSize) return `must have ${maxSize} bytes at most, has ${file.size}`
    if (file.size < minSize) return `must have ${minSize} bytes at least, has ${file.size}`
    if (!known) return undefined
    // A file's type may have parameters: text/plain;charset=utf-8.
    const extensions = known.get(mediaTypeOf(file.type))
    if (!extensions) return `must be of type ${[...known.keys()].join(', ')}`
    const name = file.name.toLowerCase()
    return extensions.some((extension) => name.endsWith(`.${extension}`))
      ? undefined
      : `must have a name that ends in ${extensions.map((extension) => `.${extension}`).join(', ')}`
  }
}

/** A form sends a file without name and content for a field that was left empty. */
const isLeftOut = (value: unknown): boolean =>
  value === undefined || value === '' || (value instanceof File && value.name === '' && value.size === 0)

const fail = (message: string, index?: number): StandardSchemaV1.FailureResult => ({
  issues: [{ message, ...(index !== undefined && { path: [index] }) }],
})

function schemaOf<Output>(validate: (value: unknown) => StandardSchemaV1.Result<Output>): StandardSchemaV1<Output> {
  return { '~standard': { version: 1, vendor: 'everyroute', validate } }
}

/**
 * A schema for one uploaded file.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function fileSchema(options: FileOptions & { readonly optional: true }): StandardSchemaV1<File | undefined>
export function fileSchema(options: FileOptions): StandardSchemaV1<File>
export function fileSchema(options: FileOptions): StandardSchemaV1<File | undefined> {
  checkNames('fileSchema()', options, FILE_NAMES)
  checkBoolean('fileSchema()', options.optional, 'optional')
  const check = createCheck('fileSchema()', options)
  return schemaOf((value) => {
    if (isLeftOut(value)) return options.optional ? { value: undefined } : fail('is required')
    if (Array.isArray(value)) return fail('must be one file')
    if (!(value instanceof File)) return fail('must be a file')
    const fault = check(value)
    return fault === undefined ? { value } : fail(fault)
  })
}

/**
 * A schema for files that come under one name.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function filesSchema(options: FilesOptions): StandardSchemaV1<File[]> {
  checkNames('filesSchema()', options, FILES_NAMES)
  const { maxCount, minCount = 1 } = options
  const check = createCheck('filesSchema()', options)
  requireWhole('filesSchema(): maxCount', maxCount, 1, Number.MAX_SAFE_INTEGER)
  requireWhole('filesSchema(): minCount', minCount, 0, maxCount)
  return schemaOf((value) => {
    const files = (Array.isArray(value) ? value : [value]).filter((item) => !isLeftOut(item))
    if (files.length > maxCount) return fail(`must be ${maxCount} files at most, are ${files.length}`)
    if (files.length < minCount) return fail(minCount === 1 && files.length === 0 ? 'is required' : `must be ${minCount} files at least`)
    const issues = files.flatMap((file, index) => {
      const fault = file instanceof File ? check(file) : 'must be a file'
      return fault === undefined ? [] : [{ message: fault, path: [index] }]
    })
    return issues.length > 0 ? { issues } : { value: files as File[] }
  })
}
