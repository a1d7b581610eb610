import { zValidator } from '@hono/zod-validator'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Context } from 'hono'
import type { MiddlewareHandler, ValidationTargets } from 'hono/types'
import { httpError } from '../runtime/error-answer.js'
import { mediaTypeOf } from './content-types.js'
import type { Schema } from './types.js'

/** The parts of a request that have a schema, in the order in which they are checked. */
export const PARTS = ['params', 'query', 'headers', 'cookies', 'json', 'form'] as const

export type Part = (typeof PARTS)[number]

const TARGETS: Readonly<Record<Part, keyof ValidationTargets>> = {
  params: 'param',
  query: 'query',
  headers: 'header',
  cookies: 'cookie',
  json: 'json',
  form: 'form',
}

const NAMES: Readonly<Record<Part, string>> = {
  params: 'path is',
  query: 'query is',
  headers: 'headers are',
  cookies: 'cookies are',
  json: 'body is',
  form: 'form is',
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/
const FORM_TYPES = ['multipart/form-data', 'application/x-www-form-urlencoded']

const isAccepted = (part: Part, type: string): boolean => (part === 'json' ? JSON_TYPE.test(type) : FORM_TYPES.includes(type))

/** @throws {HTTPException} 415 where a body is of another type; one that isn't there is left to the schema */
function requireContentType(c: Context, part: 'json' | 'form'): void {
  const header = c.req.header('content-type')
  if (header === undefined && !c.req.raw.body) return
  if (isAccepted(part, mediaTypeOf(header))) return
  const accept = part === 'json' ? 'application/json' : FORM_TYPES.join(', ')
  throw httpError(415, `Send the body as ${accept.replace(', ', ' or ')}`, { headers: { accept } })
}

/** More are not told: a small body can have faults for a very large answer. */
const MAX_ISSUES = 100

/** One field at fault: `path` joins keys by `.` and is empty for the part as a whole. */
interface Issue {
  readonly path: string
  readonly message: string
}

function toIssue({ path, message }: StandardSchemaV1.Issue): Issue {
  const keys = (path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment))
  return { path: keys.join('.'), message }
}

interface Failure {
  readonly success: boolean
  readonly error?: readonly StandardSchemaV1.Issue[]
}

/** Checks by Standard Schema, which zod's schemas follow too. */
async function check(schema: Schema, value: unknown): Promise<object> {
  const result = await schema['~standard'].validate(value)
  return result.issues ? { success: false, error: result.issues } : { success: true, data: result.value }
}

/** Hono's validator calls its hook with what the check gave. */
function refuse(part: Part): (result: Failure) => undefined {
  return (result) => {
    if (result.success) return undefined
    throw httpError(400, `The ${NAMES[part]} not valid`, { details: { issues: (result.error ?? []).slice(0, MAX_ISSUES).map(toIssue) } })
  }
}

/** What the schema is given in place of `undefined`, which a JSON body can't be. */
const isBody = (part: Part): part is 'json' | 'form' => part === 'json' || part === 'form'

/**
 * Middleware that checks one part of the request, and keeps what the schema gives out for {@link validated}.
 * @throws {HTTPException} 400 with `issues`, 100 at most; 415
 */
export function validate(part: Part, schema: Schema): MiddlewareHandler {
  const validator = zValidator(TARGETS[part], schema as never, refuse(part) as never, { validationFunction: check as never })
  if (!isBody(part)) return validator
  return (c, next) => {
    requireContentType(c, part)
    return validator(c, next)
  }
}

/** What {@link validate} has kept. */
export const validated = (c: Context, part: Part): unknown => c.req.valid(TARGETS[part] as never)
