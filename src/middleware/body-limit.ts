import type { Context, MiddlewareHandler } from 'hono'
import { isWorkers } from '../runtime/env.js'
import { httpError } from '../runtime/error-answer.js'
import { isFramed } from '../runtime/framed-request.js'
import { withUrl } from '../runtime/incoming.js'
import { createTypeTest } from './content-types.js'
import { checkNames } from './option-checks.js'

export interface BodyLimitOptions {
  /** Bytes, 0 to 2^53 - 1. Default 4,194,304 (4 MiB). */
  readonly maxSize?: number
  /**
   * Media types that a body may have, without parameters; `*` stands for a part of one: `image/*`, `application/*+json`. A body of
   * another type, or of none, is answered 415. Default: any.
   */
  readonly contentTypes?: readonly string[]
}

const NAMES = ['maxSize', 'contentTypes'] satisfies (keyof BodyLimitOptions)[]
const DEFAULT_SIZE = 4 * 1024 * 1024
/** How much of a body above its limit is still taken off the wire, and for how many milliseconds. */
const MAX_DISCARDED = 16 * 1024 * 1024
const DISCARD_TIME = 500

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

/** A stream of workerd that takes exactly so many bytes; R2 and others want to know how many will come. */
type FixedLength = new (length: number) => TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>

const { FixedLengthStream } = globalThis as { readonly FixedLengthStream?: FixedLength }

/** The variable that tells of such a stream in front, by its length; workerd pipes none into another. */
const EXACT_LENGTH = 'everyroute.exactLength'

/** The length that the headers tell; `undefined` where only the body's end will. */
function declaredLength({ headers }: Request): number | undefined {
  if (headers.has('transfer-encoding')) return undefined
  const length = headers.get('content-length')
  return length !== null && /^\d+$/.test(length) ? Number(length) : undefined
}

/**
 * Reads and drops a rest of the body: a client that is still sending may miss an answer that comes too early.
 * Within bounds, and without waiting for a client that has stopped sending.
 */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DISCARD_TIME)
  })
  let size = 0
  try {
    while (size <= MAX_DISCARDED) {
      const result = await Promise.race([reader.read(), timeout])
      if (!result || result.done) break
      size += result.value.byteLength
    }
  } catch {
    // The client has gone.
  } finally {
    clearTimeout(timer)
  }
}

/** The same bytes, counted as they are read; fails with `fault()` in place of the chunk that goes over the limit. */
function countBody(body: Body, maxSize: number, fault: () => Error): Body {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        size += value.byteLength
        if (size <= maxSize) return controller.enqueue(value)
        const error = fault()
        await discard(reader)
        controller.error(error)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read before somebody asks for it.
    { highWaterMark: 0 },
  )
}

/** Reads as far as the first byte, to know whether there is one; gives the same body again. */
async function peek(body: Body): Promise<{ isEmpty: boolean; body: Body }> {
  const reader = body.getReader()
  let first = await reader.read()
  while (!first.done && first.value.byteLength === 0) first = await reader.read()
  let isFirst = true
  const again = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = isFirst ? first : await reader.read()
        isFirst = false
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { isEmpty: first.done, body: again }
}

/** Answers without the handler, once the client has been heard. */
async function refuse(body: Body | null, error: Error): Promise<never> {
  if (body && !body.locked) await discard(body.getReader())
  throw error
}

/** workerd alone gives a GET a body, which nothing here would count: handlers of Next.js never see one. */
function withoutBody(c: Context): void {
  const { raw } = c.req
  if (isWorkers && raw.body !== null) c.req.raw = withUrl(raw, raw.url)
}

/**
 * Answers 413 where a body has more bytes than allowed, counted as they come: as soon as it is announced, or as the handler
 * reads beyond the limit. Reading then fails, and whatever the handler makes of that, the answer is 413.
 * @throws {TypeError} where an option is not known, undefined or out of its range
 */
export function bodyLimit(options: BodyLimitOptions = {}): MiddlewareHandler {
  checkNames('bodyLimit', options, NAMES)
  const { maxSize = DEFAULT_SIZE, contentTypes } = options
  if (!Number.isSafeInteger(maxSize) || maxSize < 0) {
    throw new TypeError(`bodyLimit: maxSize is ${String(maxSize)}; give a whole number of bytes, 0 or more`)
  }
  const isAccepted = contentTypes && createTypeTest(contentTypes)
  const tooLarge = (): Error => httpError(413, `The body is larger than ${maxSize} bytes`)
  const wrongType = (): Error => {
    const accept = (contentTypes ?? []).join(', ')
    return httpError(415, `The content-type must be one of ${accept}`, { headers: { accept } })
  }

  return async (c, next) => {
    const { method, raw } = c.req
    if (method === 'GET' || method === 'HEAD') {
      withoutBody(c)
      return next()
    }
    const length = declaredLength(raw)
    const framed = isFramed(c.env, raw)
    // By these headers a host knows as well that there is no body.
    if (framed && (length === 0 || (length === undefined && !raw.headers.has('transfer-encoding')))) return next()
    if (length !== undefined && length > maxSize) return refuse(raw.body, tooLarge())
    const isWrongType = isAccepted?.(raw.headers.get('content-type')) === false
    const isExact = length !== undefined && c.get(EXACT_LENGTH) === length
    if (isExact || (framed && length !== undefined)) return isWrongType ? refuse(raw.body, wrongType()) : next()

    // Where middleware in front reads the body, it is too late to count.
    let body = raw.bodyUsed ? null : raw.body
    if (!body || body.locked) return next()
    if (isWrongType) {
      const peeked = await peek(body)
      if (!peeked.isEmpty) return refuse(peeked.body, wrongType())
      body = peeked.body
    }
    let exceeded: Error | undefined
    let counted: Body
    if (FixedLengthStream && length !== undefined) {
      counted = body.pipeThrough(new FixedLengthStream(length))
      c.set(EXACT_LENGTH, length)
    } else {
      counted = countBody(body, maxSize, () => {
        exceeded = tooLarge()
        return exceeded
      })
    }
    c.req.raw = withUrl(raw, raw.url, raw.headers, counted)
    await next()
    if (exceeded === undefined || c.error === exceeded) return
    c.res = undefined
    throw tooLarge()
  }
}
