/** What a client may give for a text: Hono's client writes it as one. */
export type Scalar = string | number | bigint | boolean

/**
 * What a client gives for a value that travels as text, by what the schema takes.
 * @template More what may be given beside a scalar where the schema takes anything, as one that coerces does
 */
type Sendable<Value, More> = unknown extends Value
  ? Scalar | More
  : Value extends string | Blob | undefined
    ? Value
    : Value extends number | bigint | boolean
      ? Value | `${Value}`
      : Value extends readonly (infer Item)[]
        ? readonly Sendable<Item, never>[]
        : Value extends null
          ? never
          : string

type SendableValues<Values, More> = { [Name in keyof Values]: Sendable<Values[Name], More> }

/** A part of the request; one in which nothing is required may be left out. */
type Part<Name extends string, Values> = Partial<Values> extends Values ? { [Key in Name]?: Values } : { [Key in Name]: Values }

/** A parameter is one string: Hono's client leaves out a number 0, and takes a list for one segment. */
type ParamText<Value> = [Value] extends [string] ? Value : string

type Params<Names extends string, Given> = {
  [Name in Names]: Name extends keyof Given ? ParamText<Exclude<Given[Name], undefined>> : string
}

type ParamPart<Names extends string, Input> = [Names] extends [never]
  ? unknown
  : { param: Params<Names, Input extends { readonly param: infer Given } ? Given : unknown> }

type TextPart<Name extends string, Input, More> = Input extends { readonly [Key in Name]: infer Values }
  ? Part<Name, SendableValues<Values, More>>
  : unknown

type CookiePart<Input> = Input extends { readonly cookie: infer Values } ? { cookie?: SendableValues<Values, never> } : unknown

type JsonPart<Input> = Input extends { readonly json: infer Body } ? (undefined extends Body ? { json?: Body } : { json: Body }) : unknown

type Flat<T> = { [Key in keyof T]: T[Key] }

/**
 * What Hono's client takes for a handler: the params by the path, the rest by the handler's schemas.
 * @template Names the names of the params
 * @template Input what the schemas take
 */
export type ClientInput<Names extends string, Input> = Flat<
  ParamPart<Names, Input> &
    TextPart<'query', Input, readonly Scalar[]> &
    TextPart<'header', Input, never> &
    CookiePart<Input> &
    JsonPart<Input> &
    TextPart<'form', Input, Blob | readonly (Scalar | Blob)[]>
>
