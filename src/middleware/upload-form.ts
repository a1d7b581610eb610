import type { StandardSchemaV1 } from '@standard-schema/spec'
import { checkNames } from './option-checks.js'

/** Schemas of files by their fields' names, from `fileSchema` and `filesSchema`. */
export type FileFields = Readonly<Record<string, StandardSchemaV1>>

export interface UploadFormOptions<Files extends FileFields, Fields extends StandardSchemaV1 | undefined = undefined> {
  readonly files: Files
  /** A schema for the other fields, of any library. Default: anything, left out of the value. */
  readonly fields?: Fields
}

type InputOf<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Schema> : unknown
type OutputOf<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : unknown

/** What a form with files gives: the files by their names, and the fields. */
export type UploadFormSchema<Files extends FileFields, Fields> = StandardSchemaV1<
  { [Name in keyof Files]: StandardSchemaV1.InferInput<Files[Name]> } & InputOf<Fields>,
  { [Name in keyof Files]: StandardSchemaV1.InferOutput<Files[Name]> } & OutputOf<Fields>
>

type Values = Readonly<Record<string, unknown>>

/** A form's values by their names; those that come more than once as arrays. */
function valuesOf(form: FormData): Values {
  const names = [...new Set(form.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const all = form.getAll(name)
      return [name, all.length === 1 ? all[0] : all]
    }),
  )
}

/** A result's issues, under a field's name. */
const issuesBelow = (name: string, result: StandardSchemaV1.Result<unknown>): StandardSchemaV1.Issue[] =>
  (result.issues ?? []).map((issue) => ({ ...issue, path: [name, ...(issue.path ?? [])] }))

/**
 * A schema for a form with files, for `defineHandler`'s `form`, or to validate what `request.formData()` gives.
 * @throws {TypeError} where an option is not known or undefined
 */
export function uploadForm<const Files extends FileFields, Fields extends StandardSchemaV1 | undefined = undefined>(
  options: UploadFormOptions<Files, Fields>,
): UploadFormSchema<Files, Fields> {
  checkNames('uploadForm()', options, ['files', 'fields'])
  checkNames('uploadForm()', options.files, Object.keys(options.files ?? {}), { prefix: 'files' })
  const { fields } = options
  const files = Object.entries(options.files)

  const validate = async (given: unknown): Promise<StandardSchemaV1.Result<unknown>> => {
    if (typeof given !== 'object' || given === null) return { issues: [{ message: 'must be a form' }] }
    const values = given instanceof FormData ? valuesOf(given) : (given as Values)
    const results = await Promise.all(
      files.map(async ([name, schema]) => [name, await schema['~standard'].validate(values[name])] as const),
    )
    const others = Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(options.files, name)))
    const rest = await fields?.['~standard'].validate(others)
    const issues = [...results.flatMap(([name, result]) => issuesBelow(name, result)), ...(rest?.issues ?? [])]
    if (issues.length > 0) return { issues }
    const valid = results.map(([name, result]) => [name, 'value' in result ? result.value : undefined])
    return { value: { ...(rest && 'value' in rest ? (rest.value as object) : {}), ...Object.fromEntries(valid) } }
  }
  return { '~standard': { version: 1, vendor: 'everyroute', validate } } as UploadFormSchema<Files, Fields>
}
