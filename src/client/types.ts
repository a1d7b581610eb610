import type { Hono } from 'hono'
import type { ClientRequest, hc } from 'hono/client'
import type { BlankEnv, Endpoint, Schema } from 'hono/types'
import type { IsAny } from 'hono/utils/types'
import type { DEFINITION, HandlerTypes } from '../middleware/define-handler.js'
import type { Answer, DeclaredAnswers, ReturnedAnswers, UnknownAnswer } from './answers.js'
import type { ClientInput } from './input.js'

/** The methods that Hono's client sends; HEAD and OPTIONS are answered, but not called by name. */
export type ClientMethod = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'

/** In the place of a module without types: these methods, with unknown answers. */
export type UntypedModule<Methods extends ClientMethod> = { readonly [Method in Methods]: () => Response }

/** Hono's own `Endpoint`, one for each answer. */
type Endpoints<Input, Answers> = Answers extends Answer
  ? { input: Input; output: Answers['body']; outputFormat: Answers['format']; status: Answers['status'] }
  : never

type EndpointsOf<Handler, Names extends string> =
  IsAny<Handler> extends true
    ? Endpoints<ClientInput<Names, unknown>, UnknownAnswer>
    : Handler extends { readonly [DEFINITION]: { readonly types?: HandlerTypes<infer Input, infer Responses, infer Returned> } }
      ? Endpoints<ClientInput<Names, Input>, [Responses] extends [object] ? DeclaredAnswers<Responses> : ReturnedAnswers<Returned>>
      : Handler extends (...args: never) => infer Returned
        ? Endpoints<ClientInput<Names, unknown>, ReturnedAnswers<Awaited<Returned>>>
        : never

/**
 * A route file for Hono's client. No handler's types are looked at before its method is.
 * @template Module the type of the file's module
 * @template Names the names of the path's params
 */
export type ClientRoute<Module, Names extends string = never> = {
  readonly [Method in keyof Module & ClientMethod as `$${Lowercase<Method>}`]: EndpointsOf<Module[Method], Names>
}

declare const ROUTES: unique symbol

/** Any routes by their paths. */
type RoutesOf<Routes> = { readonly [Path in keyof Routes]: Schema[string] }

/**
 * The type of an app, for `hc` and for Hono's other helpers.
 * @template Routes of each path its {@link ClientRoute}, in Hono's notation
 * @template Segments of each path's beginning, `''` first, the segments that may follow; `''` is the path `/` itself
 */
export type ClientApp<Routes extends RoutesOf<Routes>, Segments> = Hono<BlankEnv, { [Path in keyof Routes]: Routes[Path] }, '/'> & {
  /** For {@link AppClient}, which finds them here without a look at Hono's types; never set. */
  readonly [ROUTES]?: readonly [Routes, Segments]
}

/** The route itself, which TypeScript takes for a schema without a look at its methods. */
type AsSchema<Route> = { [Method in keyof Route]: Route[Method] extends Endpoint ? Route[Method] : never }

type Requests<Routes, Path extends string, Prefix extends string> = Path extends keyof Routes
  ? ClientRequest<Prefix, Path, AsSchema<Routes[Path]>>
  : unknown

type Below<Routes, Segments, Path extends string, Prefix extends string> = Path extends keyof Segments
  ? {
      [Segment in Segments[Path] & string as Segment extends '' ? 'index' : Segment]: ClientNode<
        Routes,
        Segments,
        `${Path}/${Segment}`,
        Prefix
      >
    }
  : unknown

type ClientNode<Routes, Segments, Path extends string, Prefix extends string> = Requests<Routes, Path, Prefix> &
  Below<Routes, Segments, Path, Prefix>

// biome-ignore lint/suspicious/noExplicitAny: the constraint of Hono's client.
type AnyHono = Hono<any, any, any>

/**
 * What `hc` gives: Hono's own `ClientRequest` for every path.
 * @template App the `AppType` that `everyroute` has written; any other app is typed by Hono's own client
 * @template Prefix the client's base URL
 */
export type AppClient<App, Prefix extends string = string> = App extends { readonly [ROUTES]?: readonly [infer Routes, infer Segments] }
  ? ClientNode<Routes, Segments, '', Prefix>
  : App extends AnyHono
    ? ReturnType<typeof hc<App, Prefix>>
    : never
