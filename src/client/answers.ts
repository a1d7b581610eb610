import type { TypedResponse } from 'hono/types'
import type { StatusCode } from 'hono/utils/http-status'
import type { IsAny, JSONParsed } from 'hono/utils/types'
import type { NextResponse } from '../middleware/next-types.js'
import type { Schema, SchemaOutput } from '../middleware/types.js'

/** One answer of a handler, by the names of Hono's client. */
export interface Answer {
  readonly body: unknown
  /** `json`, `text`, `redirect`, or any string where the body's is not known. */
  readonly format: string
  readonly status: StatusCode
}

/** Of a `Response` whose body and status no type tells. */
export interface UnknownAnswer {
  readonly body: unknown
  readonly format: string
  readonly status: StatusCode
}

interface TypedAnswer<Body, Format, Status> {
  /** Where it is JSON, what is left of it once it has been sent: a `Date` is a string. */
  readonly body: unknown extends Body ? unknown : Format extends 'json' ? JSONParsed<Body> : Body
  readonly format: Format
  readonly status: Status
}

/** A status that a typed client can be told. */
type StatusOf<Key> = Key extends StatusCode ? Key : never

type FormatOf<ContentType> = string extends ContentType
  ? string
  : ContentType extends `${string}/json` | `${string}+json` | `${string}/json;${string}`
    ? 'json'
    : ContentType extends `text/${string}`
      ? 'text'
      : string

/** An answer of the option `responses`: a schema of its JSON body, or more about it. */
type DeclaredAnswer<Definition, Status> = Definition extends Schema
  ? TypedAnswer<SchemaOutput<Definition>, 'json', Status>
  : Definition extends { readonly schema: infer Body extends Schema }
    ? TypedAnswer<SchemaOutput<Body>, Definition extends { readonly contentType: infer Type } ? FormatOf<Type> : 'json', Status>
    : TypedAnswer<unknown, string, Status>

/** The answers of the option `responses`, one for each status. */
export type DeclaredAnswers<Responses> = { [Key in keyof Responses]: DeclaredAnswer<Responses[Key], StatusOf<Key>> }[keyof Responses]

type ReturnedAnswer<Returned> =
  Returned extends TypedResponse<infer Body, infer Status, infer Format>
    ? TypedAnswer<Body, Format, Status>
    : Returned extends NextResponse<infer Body>
      ? unknown extends Body
        ? UnknownAnswer
        : TypedAnswer<Body, 'json', StatusCode>
      : UnknownAnswer

/** The answers that a handler's returned type tells, one for each of its members. */
export type ReturnedAnswers<Returned> =
  IsAny<Returned> extends true ? UnknownAnswer : [Returned] extends [never] ? UnknownAnswer : ReturnedAnswer<Returned>
