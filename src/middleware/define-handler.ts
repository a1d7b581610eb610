import type { MiddlewareHandler } from 'hono/types'
import { DEFINITION, middlewareOf } from '../runtime/handler-host.js'
import type { NextRequest } from './next-types.js'
import { checkNames } from './option-checks.js'
import { createRun } from './run.js'
import type {
  AnyMiddleware,
  MiddlewareContext,
  PathParams,
  RouteHandlerContext,
  Schema,
  SchemaInput,
  SchemaOutput,
  Use,
  UseVariables,
} from './types.js'
import { PARTS, type Part, validate, validated } from './validate.js'

export { DEFINITION }

/** What one status is answered with. */
export interface ResponseDefinition<S extends Schema = Schema> {
  readonly description?: string
  /** Of the body as it is sent. Default: no body. */
  readonly schema?: S
  /** Default `application/json`. */
  readonly contentType?: string
}

/** The answers of a handler by status: a schema of the JSON body, or more about it. */
export type Responses = Readonly<Record<number, Schema | ResponseDefinition>>

/** Words about a handler, for documents made of it; they change nothing of what it does. */
export interface HandlerDescription {
  /** One line. */
  readonly summary?: string
  /** Markdown. */
  readonly description?: string
  readonly tags?: readonly string[]
  /** Unique among all handlers. */
  readonly operationId?: string
  /** Default `false`. */
  readonly deprecated?: boolean
}

/**
 * The options of {@link defineHandler}. Parts of a request without schema are not looked at.
 */
export interface HandlerOptions<U, P, Q, H, C, J, F, R> extends HandlerDescription {
  /** Middleware in front of the checks and the handler, the outermost first. Default: none. */
  readonly use?: U
  /** The path's params: strings, arrays of them where the segment is a catch-all. */
  readonly params?: P
  /** The query: a string where a name stands once, else an array. */
  readonly query?: Q
  /** The headers by lower-case name; with a zod object, by the names that it has. */
  readonly headers?: H
  readonly cookies?: C
  /** A JSON body; of another content type is answered 415, malformed 400. Not beside `form`. */
  readonly json?: J
  /** A body of `multipart/form-data` or `application/x-www-form-urlencoded`: strings and `File`s, arrays where a name repeats. */
  readonly form?: F
  /** What is answered, for clients and documents; the answers are not checked by it. */
  readonly responses?: R
}

type Validated<Name extends string, S> = S extends Schema ? { readonly [K in Name]: SchemaOutput<S> } : unknown

/** The second argument of a defined handler. */
export type DefinedContext<U, P, Q, H, C, J, F> = RouteHandlerContext<P extends Schema ? SchemaOutput<P> : PathParams> &
  MiddlewareContext<UseVariables<U>> &
  Validated<'query', Q> &
  Validated<'headers', H> &
  Validated<'cookies', C> &
  Validated<'json', J> &
  Validated<'form', F>

type InputOf<Name extends string, S> = S extends Schema ? { readonly [K in Name]: SchemaInput<S> } : unknown

/** What a client sends, by the names of Hono's client. */
export type HandlerInput<P, Q, H, C, J, F> = InputOf<'param', P> &
  InputOf<'query', Q> &
  InputOf<'header', H> &
  InputOf<'cookie', C> &
  InputOf<'json', J> &
  InputOf<'form', F>

/** What a handler was defined by, at run time. */
export interface HandlerDefinition {
  readonly options: HandlerOptions<Use, Schema, Schema, Schema, Schema, Schema, Schema, Responses>
}

/** The types of a defined handler; nothing of it is there at run time. */
export interface HandlerTypes<Input, Responses, Returned> {
  readonly input: Input
  readonly responses: Responses
  readonly returned: Returned
}

/** A route handler that tells what it takes and answers. */
export interface DefinedHandler<Input = unknown, Responses = unknown, Returned = unknown> {
  (request: Request, context?: RouteHandlerContext): Promise<Response>
  readonly [DEFINITION]: HandlerDefinition & { readonly types?: HandlerTypes<Input, Responses, Returned> }
}

const NAMES = [
  'use',
  ...PARTS,
  'responses',
  'summary',
  'description',
  'tags',
  'operationId',
  'deprecated',
] satisfies (keyof HandlerDefinition['options'])[]
const MENDS = { body: 'give the schema of a JSON body as json, of a form as form' }

const isSchema = (value: unknown): value is Schema =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value

/** The middleware of a `use` option. @throws {TypeError} where something in it is no function */
export function requireMiddleware(use: Use | undefined, name: string): readonly MiddlewareHandler[] {
  const list = middlewareOf(use)
  const wrong = list.findIndex((one) => typeof one !== 'function')
  if (wrong === -1) return list
  throw new TypeError(`${name} has ${typeof list[wrong]} at index ${wrong}; give Hono middleware: functions (c, next) => …`)
}

function requireSchemas(options: HandlerDefinition['options']): readonly Part[] {
  checkNames('defineHandler', options, NAMES, { mends: MENDS })
  const parts = PARTS.filter((part) => options[part] !== undefined)
  const wrong = parts.find((part) => !isSchema(options[part]))
  if (wrong) throw new TypeError(`${wrong} of defineHandler is no schema; give one of zod's, or of a library that follows Standard Schema`)
  if (parts.includes('json') && parts.includes('form')) {
    throw new TypeError('defineHandler has both json and form; a request has one body: give one of them')
  }
  return parts
}

/**
 * Makes a route handler that runs middleware, checks the request by schemas and then runs a handler with what they gave out.
 * It is a plain `(request, context)` function, which Next.js runs as it is.
 * @param handler its second argument has `params` (a promise), what was checked under the names of the options, `var` (what the
 * middleware has set) and `c` (Hono's context). A body that was checked has been read: use `json` or `form`.
 * @throws {TypeError} where an option is wrong
 * @example export const POST = defineHandler({ use: [auth({ … })], json: newUser }, async (request, { json, var: { user } }) => …)
 */
export function defineHandler<
  Returned extends Response | Promise<Response>,
  // Not `readonly []`: the middleware of a call in the list, such as auth(), would be expected to be one of its members, undefined.
  const U extends Use = readonly AnyMiddleware[],
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  H extends Schema | undefined = undefined,
  C extends Schema | undefined = undefined,
  J extends Schema | undefined = undefined,
  F extends Schema | undefined = undefined,
  const R extends Responses | undefined = undefined,
>(
  options: HandlerOptions<U, P, Q, H, C, J, F, R>,
  handler: (request: NextRequest, context: DefinedContext<U, P, Q, H, C, J, F>) => Returned,
): DefinedHandler<HandlerInput<P, Q, H, C, J, F>, R, Awaited<Returned>> {
  if (typeof handler !== 'function') throw new TypeError(`defineHandler has a handler of type ${typeof handler}; give a function`)
  const definition = { options } as unknown as HandlerDefinition
  const parts = requireSchemas(definition.options)
  const middleware = requireMiddleware(options.use, 'use of defineHandler')
  const checks = parts.map((part) => validate(part, definition.options[part]!))
  const given = parts.filter((part) => part !== 'params')
  const run = createRun(
    [...middleware, ...checks],
    (request, handed, context) => {
      const c = handed.inner
      const inner: Record<string, unknown> = {
        params: options.params ? Promise.resolve(validated(c, 'params')) : (context?.params ?? Promise.resolve({})),
        get var() {
          return c.var
        },
        get c() {
          return handed.c
        },
      }
      for (const part of given) inner[part] = validated(c, part)
      return handler(request as NextRequest, inner as never)
    },
    { readsBody: parts.includes('json') || parts.includes('form') },
  )
  return Object.assign(run, { [DEFINITION]: definition }) as never
}
