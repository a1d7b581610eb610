import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context, ContextVariableMap, Next } from 'hono'

/** zod's schemas, and those of every other library that follows Standard Schema 1. */
export type Schema = StandardSchemaV1

/** What a schema takes, for a client. */
export type SchemaInput<S> = S extends StandardSchemaV1<infer Input, unknown> ? Input : never
/** What a schema gives out, for the handler. */
export type SchemaOutput<S> = S extends StandardSchemaV1<unknown, infer Output> ? Output : never

/** Any Hono middleware, whatever variables and bindings it knows. */
// biome-ignore lint/suspicious/noExplicitAny: a context of `any` is what every middleware takes, and gives one written in place its types.
export type AnyMiddleware = (c: Context<any>, next: Next) => unknown

type IsAny<T> = 0 extends 1 & T ? true : false

type EnvVariables<E> = IsAny<E> extends true ? unknown : E extends { Variables: infer V } ? (IsAny<V> extends true ? unknown : V) : unknown

type VariablesOf<M> = M extends (c: Context<infer E>, next: Next) => unknown ? EnvVariables<E> : unknown

/** What the middleware of a list sets, all together. */
export type VariablesOfAll<Use> = Use extends readonly [infer First, ...infer Rest]
  ? VariablesOf<First> & VariablesOfAll<Rest>
  : Use extends readonly []
    ? unknown
    : Use extends readonly (infer M)[]
      ? VariablesOf<M>
      : VariablesOf<Use>

/** One middleware, or a list of them, the outermost first. */
export type Use = AnyMiddleware | readonly AnyMiddleware[]

type Flat<T> = unknown extends T ? object : { [K in keyof T]: T[K] }

/** The variables of a `use` option; none where it isn't given. */
export type UseVariables<U> = Flat<VariablesOfAll<U>>

/** The params of a route as they stand in its path. */
export type PathParams = Readonly<Record<string, string | string[] | undefined>>

/** The second argument that a route handler gets, in Next.js as here. */
export interface RouteHandlerContext<Params = unknown> {
  readonly params: Promise<Params>
}

/** Of the handler's second argument, what comes of the middleware in front. */
export interface MiddlewareContext<Variables> {
  /** What middleware has set by `c.set()`; Hono's `c.var`. Names that packages declare for every context are among them. */
  readonly var: Readonly<ContextVariableMap & Variables>
  /** Hono's context, of which the handler is part. */
  readonly c: Context<{ Variables: Variables & object }>
}
