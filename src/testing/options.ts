import type { ErrorContext } from '../runtime/context.js'
import type { TestCache } from './cache.js'

/** Route params by name: strings, arrays of them where the segment is a catch-all. */
export type TestParams = Readonly<Record<string, string | readonly string[] | undefined>>

/** Fields of a form; an array stands for a field that is sent more than once. */
export type FormFields = Readonly<Record<string, string | number | boolean | Blob | readonly (string | Blob)[]>>

/** What a handler is called with. */
export interface CallOptions<Params = TestParams> {
  /** Absolute, or a path on `http://localhost`. Default `/`. */
  readonly url?: string | URL
  /** Default `GET`, with a body `POST`. Which of a file's handlers runs is said by the handler that is given, not by this. */
  readonly method?: string
  /** What the handler gets as `params`. Default `{}`. */
  readonly params?: Params
  /** The route's pathname, `/users/[id]`: messages and `revalidatePath('/users/[id]', 'layout')` know the route by it. Default: the path of `url`. */
  readonly route?: string
  readonly headers?: HeadersInit
  /** Cookies of the request beside those of `headers`; values are encoded. */
  readonly cookies?: Readonly<Record<string, string>>
  /** A body sent as JSON. */
  readonly json?: unknown
  /** A body sent as a form: `multipart/form-data` for FormData and where a field is a Blob, else `application/x-www-form-urlencoded`. */
  readonly form?: FormData | URLSearchParams | FormFields
  /** Any other body, with the content type that `Request` gives it where `headers` have none. */
  readonly body?: BodyInit | null
  /**
   * The user who is signed in: `auth()` of `everyroute/middleware/auth` lets the request pass with it, whatever its headers are,
   * and `c.var.user` is it. Default: none, `auth()` looks at the request.
   */
  readonly user?: unknown
  /** Other variables that middleware in front would have set on Hono's context. Default: none. */
  readonly variables?: Readonly<Record<string, unknown>>
  /** What `env()` and Hono's `c.env` give during this call alone. Default: `process.env`, for `c.env` `{}`. */
  readonly env?: object
  /** Aborts `request.signal`, as a client does that goes away. Default: never. */
  readonly signal?: AbortSignal
  /** Whether the request comes in draft mode. Default `false`. */
  readonly draftMode?: boolean
  /** The address of the connection. Default: another one for each call, so that rate limits don't add up over tests. */
  readonly clientAddress?: string
  /** Where `unstable_cache` and `fetch` keep what they get; calls that share one see what others kept. Default: an empty one. */
  readonly cache?: TestCache
  /** Whether `forbidden()` and `unauthorized()` answer, as with `authInterrupts` of the configuration. Default `false`. */
  readonly authInterrupts?: boolean
  /** What becomes of `redirect()`, `notFound()` and the like: the answer that a client gets, or the call rejects with what they throw. Default `response`. */
  readonly navigation?: 'response' | 'throw'
  /**
   * What becomes of an error that the server would answer with 500: the call rejects with it, or that answer. An `HTTPException` always
   * gives its answer. Default `throw`.
   */
  readonly errors?: 'throw' | 'response'
  /** Gets what the server would log and nobody sees: errors in `after()`, in a refresh, and those of `errors: 'response'`. Default: `console.error`. */
  readonly logError?: (error: unknown, context: ErrorContext) => void
}

const BODIES = ['json', 'form', 'body'] as const

function requireChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return
  throw new TypeError(`call: ${name} is ${JSON.stringify(value)}; give ${choices.map((choice) => `'${choice}'`).join(' or ')}`)
}

/** @throws {TypeError} where an option is wrong */
export function checkOptions(options: CallOptions<unknown>): void {
  const bodies = BODIES.filter((name) => options[name] !== undefined && options[name] !== null)
  if (bodies.length > 1) throw new TypeError(`call: ${bodies.join(' and ')} are given; a request has one body: give one of them`)
  const { method, params } = options
  if (bodies.length > 0 && /^(?:get|head)$/i.test(method ?? '')) {
    throw new TypeError(`call: a ${method} request has no body; leave out ${bodies[0]}, or give another method`)
  }
  if (
    params !== undefined &&
    (typeof params !== 'object' || params === null || typeof (params as { then?: unknown }).then === 'function')
  ) {
    throw new TypeError(
      `call: params is ${params instanceof Promise ? 'a promise' : String(params)}; give the values themselves: { id: '7' }`,
    )
  }
  if (options.env !== undefined && (typeof options.env !== 'object' || options.env === null)) {
    throw new TypeError(`call: env is ${String(options.env)}; give an object: { API_KEY: 'test' }`)
  }
  requireChoice('navigation', options.navigation, ['response', 'throw'])
  requireChoice('errors', options.errors, ['throw', 'response'])
}
