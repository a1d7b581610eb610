import type { TypedResponse } from 'hono/types'
import type { JSONParsed } from 'hono/utils/types'
import type { NextResponse } from '../middleware/next-types.js'
import type { NextResponse as OwnNextResponse } from '../next/response.js'
import type { DEFINITION } from '../runtime/handler-host.js'
import type { CallOptions, TestParams } from './options.js'

/** A route handler as a file exports it, plain or made by `defineHandler` or `withMiddleware`. */
export type TestableHandler = (request: never, context: never) => unknown

type ContextOf<H> = H extends (request: never, context: infer Context) => unknown ? NonNullable<Context> : unknown

type ParamsOf<H> = ContextOf<H> extends { readonly params: Promise<infer Params> } ? Params : unknown

/** The arguments of `call` behind the handler: its params have to be given where it says what they are. */
export type CallArguments<H> =
  unknown extends ParamsOf<H>
    ? [options?: CallOptions<TestParams>]
    : ParamsOf<H> extends object
      ? Record<never, never> extends ParamsOf<H>
        ? [options?: CallOptions<ParamsOf<H>>]
        : [options: CallOptions<ParamsOf<H>> & { readonly params: ParamsOf<H> }]
      : [options?: CallOptions<TestParams>]

type ReturnOf<H> = H extends { readonly [DEFINITION]: { readonly types?: { readonly returned: infer Returned } } }
  ? Returned
  : H extends (...args: never) => infer Returned
    ? Awaited<Returned>
    : unknown

type JsonOf<Answer> =
  Answer extends TypedResponse<infer Json, infer _Status, 'json'>
    ? Json
    : Answer extends NextResponse<infer Json>
      ? Json
      : Answer extends OwnNextResponse<infer Json>
        ? Json
        : unknown

/** What is left of a value once it has been sent as JSON: a `Date` is a string. */
type Sent<Json> = unknown extends Json ? unknown : JSONParsed<Json>

/** The JSON body that a handler says it answers, whatever the status; `unknown` where it says nothing. */
export type AnsweredJson<H> = Sent<JsonOf<ReturnOf<H>>>
