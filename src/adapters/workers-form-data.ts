import { unescapeName } from './form-names.js'

/** A field's value as Node.js reads it: RFC 7578 (4.4) gives a file without a media type `text/plain`, where workerd has it empty. */
function toExact(value: FormDataEntryValue): FormDataEntryValue {
  if (typeof value === 'string') return value
  const name = unescapeName(value.name)
  const type = value.type || 'text/plain'
  return name === value.name && type === value.type ? value : new File([value], name, { type, lastModified: value.lastModified })
}

/** Lets requests read multipart bodies as Node.js's do, as far as workerd has not lost what they say. */
export function installFormData(): void {
  const { formData } = Request.prototype
  Request.prototype.formData = async function (this: Request): Promise<FormData> {
    const form = await formData.call(this)
    if (!/^multipart/i.test(this.headers.get('content-type') ?? '')) return form
    const exact = new FormData()
    for (const [name, value] of form) exact.append(unescapeName(name), toExact(value) as File)
    return exact
  }
}
