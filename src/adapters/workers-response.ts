import { PLAIN_HEADERS, type PlainHeaders } from '../runtime/plain-headers.js'

const JSON_HEADERS: PlainHeaders = { 'content-type': 'application/json' }

type Shown = Response & { [PLAIN_HEADERS]?: PlainHeaders | undefined }

/**
 * Lets answers of `Response.json` show their headers as plain ones, as long as nobody has asked for the headers or the stream. In
 * workerd each of those is an object of its own, whose making costs as much as the answer itself.
 */
export function showPlainHeaders(Class: typeof Response): void {
  const { json, prototype } = Class
  const ownerOf = (name: string): object => (Object.hasOwn(prototype, name) ? prototype : Object.getPrototypeOf(prototype))
  const members = ['headers', 'body'].map((name) => [name, Object.getOwnPropertyDescriptor(ownerOf(name), name)!] as const)
  // Compatibility dates before 2022-01-31 have them on each answer itself.
  if (members.some(([, member]) => !member?.get)) return
  for (const [name, member] of members) {
    const { get } = member
    member.get = function (this: Shown): unknown {
      if (this[PLAIN_HEADERS]) this[PLAIN_HEADERS] = undefined
      return get!.call(this)
    }
    Object.defineProperty(prototype, name, member)
  }
  Class.json = (data, init) => {
    const response: Shown = json.call(Class, data, init)
    if (!init?.headers) response[PLAIN_HEADERS] = JSON_HEADERS
    return response
  }
}
