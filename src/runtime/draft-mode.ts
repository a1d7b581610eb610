import { RequestCookies } from '@edge-runtime/cookies'
import { peekHeader } from './peek-header.js'
import type { MutableCookies } from './request-cookies.js'

export const BYPASS_COOKIE = '__prerender_bypass'
const PREVIEW_COOKIE = '__next_preview_data'

const cleared = (name: string): string => `${name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=None`

/** 32 hexadecimal digits that nobody can guess. */
export const createDraftModeSecret = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export interface DraftModeSettings {
  /** What the bypass cookie must hold; 16 characters or more. */
  readonly secret: () => string
  /** Whether cookies are `Secure; SameSite=none`, as Next.js sets them outside development. */
  readonly secure: boolean
}

/** Whether the request shows a bypass cookie with the right secret. */
export function hasDraftMode(headers: Headers, settings: DraftModeSettings): boolean {
  if (!headers.get('cookie')?.includes(BYPASS_COOKIE)) return false
  return new RequestCookies(headers).get(BYPASS_COOKIE)?.value === settings.secret()
}

/** Whether the request may show a cookie of draft mode, right or wrong. */
export function mayHaveDraftMode(request: Request): boolean {
  const cookie = peekHeader(request, 'cookie')
  return cookie !== null && (cookie.includes(BYPASS_COOKIE) || cookie.includes(PREVIEW_COOKIE))
}

const NOTHING: readonly string[] = []

/** The Set-Cookie lines that take a forged or outdated bypass cookie away; empty where there is none. */
export function clearForgedDraftMode(request: Request, settings: DraftModeSettings): readonly string[] {
  if (!mayHaveDraftMode(request)) return NOTHING
  const { headers } = request
  const value = new RequestCookies(headers).get(BYPASS_COOKIE)?.value
  const isForged = value ? value !== settings.secret() : new RequestCookies(headers).has(PREVIEW_COOKIE)
  return isForged ? [cleared(BYPASS_COOKIE), cleared(PREVIEW_COOKIE)] : NOTHING
}

/** The state behind `draftMode()` for one request. */
export class DraftMode {
  #isEnabled: boolean
  readonly #settings: DraftModeSettings
  readonly #cookies: () => MutableCookies

  constructor(headers: Headers, settings: DraftModeSettings, cookies: () => MutableCookies) {
    this.#isEnabled = hasDraftMode(headers, settings)
    this.#settings = settings
    this.#cookies = cookies
  }

  get isEnabled(): boolean {
    return this.#isEnabled
  }

  enable(): void {
    this.#set(this.#settings.secret())
    this.#isEnabled = true
  }

  disable(): void {
    this.#set('', new Date(0))
    this.#isEnabled = false
  }

  #set(value: string, expires?: Date): void {
    const { secure } = this.#settings
    const cookie = {
      name: BYPASS_COOKIE,
      value,
      httpOnly: true,
      secure,
      sameSite: secure ? ('none' as const) : ('lax' as const),
      path: '/',
    }
    this.#cookies().view.set(expires ? { ...cookie, expires } : cookie)
  }
}
