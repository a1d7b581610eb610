import type { TypedResponse } from 'hono/types'
import type { NextResponse } from 'next/server'
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
  Answer extends TypedResponse<infer Json, infer _Status, 'json'> ? Json : Answer extends NextResponse<infer Json> ? Json : unknown

/** The JSON body that a handler says it answers; `unknown` where it says nothing. */
export type AnsweredJson<H> = JsonOf<ReturnOf<H>>
