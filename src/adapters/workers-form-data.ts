const isUntyped = (value: FormDataEntryValue): value is File => typeof value === 'object' && value.type === ''

/** Gives files that came without a media type `text/plain`, as RFC 7578 (4.4) says and Node.js does; workerd leaves it empty. */
export function installFormData(): void {
  const { formData } = Request.prototype
  Request.prototype.formData = async function (this: Request): Promise<FormData> {
    const form = await formData.call(this)
    const entries = [...form]
    if (!entries.some(([, value]) => isUntyped(value))) return form
    const typed = new FormData()
    for (const [name, value] of entries) {
      if (isUntyped(value)) typed.append(name, new File([value], value.name, { type: 'text/plain', lastModified: value.lastModified }))
      else typed.append(name, value)
    }
    return typed
  }
}
