import { cacheKey } from '../cache/keys.js'
import type { FetchInit } from './fetch.js'

/** `fetch` as the host has it. */
export type PlainFetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** A call that can be made again and told from others. */
export interface FetchCall {
  readonly url: string
  /** Equal for calls that get the same answer. */
  readonly key: string
  /** Makes the call, without the caller's signal: others may wait for its answer. */
  readonly send: () => Promise<Response>
}

/** Trace context differs with every request (W3C) and never changes an answer. */
const NOT_IN_KEY = new Set(['traceparent', 'tracestate'])

export const isRequest = (input: unknown): input is Request => typeof input === 'object' && input !== null && 'url' in input

/** A stream can be sent once; form data has another boundary each time. */
const isRepeatable = (body: unknown): boolean => !(body instanceof ReadableStream || body instanceof FormData)

async function hashBody(request: Request): Promise<string> {
  if (!request.body) return ''
  const digest = await crypto.subtle.digest('SHA-256', await request.clone().arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function keyOf(request: Request): Promise<string> {
  const { credentials, integrity, method, mode, redirect, referrer, referrerPolicy, url } = request
  const headers = [...request.headers].filter(([name]) => !NOT_IN_KEY.has(name))
  const parts = [method, url, headers, await hashBody(request), mode, redirect, credentials, referrer, referrerPolicy, integrity]
  return cacheKey('fetch', JSON.stringify(parts))
}

/**
 * Reads a call's arguments.
 * @returns `undefined` where it can't be made again
 * @throws {TypeError} where the arguments make no request
 */
export async function readCall(plain: PlainFetch, input: RequestInfo | URL, init: FetchInit): Promise<FetchCall | undefined> {
  // `next` and `cache` are for us alone; Workers refuse the latter.
  const { next: _next, cache: _cache, signal: _signal, ...rest } = init
  if (!isRepeatable(rest.body)) return undefined
  const request = new Request(input, isRequest(input) ? { ...rest, signal: null } : rest)
  const send = isRequest(input) ? () => plain(request.clone()) : () => plain(input, rest)
  return { url: request.url, key: await keyOf(request), send }
}
