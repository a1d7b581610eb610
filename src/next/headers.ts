import type { RequestCookies, ResponseCookies } from '@edge-runtime/cookies'
import { createMutableCookies, ReadonlyCookies } from '../runtime/request-cookies.js'
import { enableRequestScope } from '../runtime/request-scope.js'
import { type RequestScope, requireScope } from '../runtime/scope.js'
import { ReadonlyHeaders } from './readonly-headers.js'

enableRequestScope()

type CookieListItem = ReturnType<RequestCookies['getAll']>[number]

/**
 * The cookies of the request, which the handler may change; changes go out with its answer. Inside `after()` they are those that the
 * client sent, and cannot be changed.
 */
export type RequestCookiesAccess = Pick<ResponseCookies, 'get' | 'getAll' | 'has' | 'set' | 'delete' | 'toString'>

/** The headers of the request; every changing method throws. */
export type ReadonlyRequestHeaders = ReadonlyHeaders

const readonlyCookies = new WeakMap<RequestScope, ReadonlyCookies>()

function readonlyCookiesOf(scope: RequestScope, headers: Headers): RequestCookiesAccess {
  let view = readonlyCookies.get(scope)
  if (!view) {
    view = new ReadonlyCookies(headers)
    readonlyCookies.set(scope, view)
  }
  return view
}

const cookiesOf = (scope: RequestScope, headers: Headers): RequestCookiesAccess => {
  if (scope.phase === 'after') return readonlyCookiesOf(scope, headers)
  scope.cookies ??= createMutableCookies(headers, () => scope.phase === 'handler' && scope.staticAttempt?.mode !== 'force-static')
  return scope.cookies.view
}

const noHeaders = new Headers()
const readonlyHeaders = new WeakMap<RequestScope, ReadonlyHeaders>()

/** The scope of a read of the request by `expression`, checked against where it may be read. */
function readRequest(expression: string): RequestScope {
  const scope = requireScope(expression)
  if (scope.phase === 'cache') {
    throw new Error(
      `Route ${scope.route} used \`${expression}()\` inside a function cached with \`unstable_cache()\`. Read it outside and pass what is needed as an argument. Read more: https://nextjs.org/docs/app/api-reference/functions/unstable_cache`,
    )
  }
  scope.staticAttempt?.readsRequest(scope.route, `${expression}()`)
  return scope
}

const isForceStatic = (scope: RequestScope): boolean => scope.staticAttempt?.mode === 'force-static'

/**
 * The request's cookies.
 * @throws {Error} outside of a request; inside `unstable_cache`
 * @see https://nextjs.org/docs/app/api-reference/functions/cookies
 */
export async function cookies(): Promise<RequestCookiesAccess> {
  const scope = readRequest('cookies')
  return cookiesOf(scope, isForceStatic(scope) ? noHeaders : scope.request.headers)
}

/**
 * The request's headers, read-only.
 * @throws {Error} outside of a request; inside `unstable_cache`
 * @see https://nextjs.org/docs/app/api-reference/functions/headers
 */
export async function headers(): Promise<ReadonlyRequestHeaders> {
  const scope = readRequest('headers')
  let view = readonlyHeaders.get(scope)
  if (!view) {
    view = new ReadonlyHeaders(isForceStatic(scope) ? noHeaders : scope.request.headers)
    readonlyHeaders.set(scope, view)
  }
  return view
}

export interface DraftModeAccess {
  readonly isEnabled: boolean
  /** Sets the bypass cookie on the answer. */
  enable(): void
  /** Takes the bypass cookie away with the answer. */
  disable(): void
}

function changeDraftMode(scope: RequestScope, method: 'enable' | 'disable'): void {
  if (scope.phase === 'after') {
    throw new Error(`Route ${scope.route} used "draftMode().${method}()" inside \`after()\`, where draft mode can be read but not changed.`)
  }
  scope.staticAttempt?.readsRequest(scope.route, `draftMode().${method}()`)
  scope.draftMode[method]()
}

/**
 * Draft mode of this request.
 * @throws {Error} outside of a request
 * @see https://nextjs.org/docs/app/api-reference/functions/draft-mode
 */
export async function draftMode(): Promise<DraftModeAccess> {
  const scope = requireScope('draftMode')
  return {
    get isEnabled() {
      return scope.staticAttempt === undefined && scope.draftMode.isEnabled
    },
    enable: () => changeDraftMode(scope, 'enable'),
    disable: () => changeDraftMode(scope, 'disable'),
  }
}

export type { CookieListItem as RequestCookie }
