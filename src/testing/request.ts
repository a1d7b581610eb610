import type { DraftModeSettings } from '../runtime/draft-mode.js'
import { BYPASS_COOKIE } from '../runtime/draft-mode.js'
import { asNextRequest, type ServerRequest } from '../runtime/next-request.js'
import type { CallOptions, FormFields } from './options.js'

const ORIGIN = 'http://localhost'

/** A body that Request takes, with its content type where Request doesn't know it. */
interface Body {
  readonly body: BodyInit | null
  readonly type?: string
}

const isFormBody = (form: object): form is FormData | URLSearchParams => form instanceof FormData || form instanceof URLSearchParams

function formBody(fields: FormFields): FormData | URLSearchParams {
  const entries = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: string | number | boolean | Blob) => [name, one] as const),
  )
  if (!entries.some(([, value]) => value instanceof Blob)) {
    return new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))
  }
  const form = new FormData()
  for (const [name, value] of entries) {
    if (value instanceof Blob) form.append(name, value)
    else form.append(name, String(value))
  }
  return form
}

function jsonBody(value: unknown): Body {
  const body = JSON.stringify(value)
  if (body === undefined) throw new TypeError(`call: json is a ${typeof value}, which JSON doesn't have; give body, or another value`)
  return { body, type: 'application/json' }
}

function bodyOf({ json, form, body }: CallOptions<unknown>): Body {
  if (json !== undefined) return jsonBody(json)
  if (form) return { body: isFormBody(form) ? form : formBody(form) }
  return { body: body ?? null }
}

function headersOf({ headers, cookies = {}, draftMode }: CallOptions<unknown>, settings: DraftModeSettings, type?: string): Headers {
  const all = new Headers(headers)
  if (type && !all.has('content-type')) all.set('content-type', type)
  const given = draftMode ? { ...cookies, [BYPASS_COOKIE]: settings.secret() } : cookies
  const lines = Object.entries(given).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  const own = all.get('cookie')
  if (lines.length > 0) all.set('cookie', [...(own ? [own] : []), ...lines].join('; '))
  return all
}

/** The request that the options describe, as a handler gets it on a server. */
export function createRequest(options: CallOptions<unknown>, settings: DraftModeSettings): ServerRequest {
  const { body, type } = bodyOf(options)
  const { signal, url = '/' } = options
  const method = options.method ?? (body === null ? 'GET' : 'POST')
  const headers = headersOf(options, settings, type)
  const init = { method, headers, ...(signal && { signal }), ...(body !== null && { body, duplex: 'half' }) }
  return asNextRequest(new Request(new URL(url, ORIGIN), init))
}
