import type { Context } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { httpError } from '../runtime/error-answer.js'
import { peekHeader } from '../runtime/peek-header.js'
import { hasRepeatedAuthorization } from '../runtime/repeated-authorization.js'

/** With longer tokens, of more than 16,384 characters, the header is refused unread. */
const MAX_HEADER_LENGTH = 16_384 + 'Bearer '.length

/** The scheme, in any case, and one b64token (RFC 6750, 2.1): two headers, which arrive with a comma between them, are none. */
const CREDENTIALS = /^bearer +[\w.~+/-]+=*$/i
const BEARER = /^bearer(?![\w!#$%&'*+.^`|~-])/i

interface Challenge {
  readonly error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  /** Scopes that the request needs. */
  readonly scope?: string
}

function challenge(realm: string, { error, scope }: Challenge): Record<string, string> {
  const parts = [`realm="${realm}"`, ...(error ? [`error="${error}"`] : []), ...(scope ? [`scope="${scope}"`] : [])]
  return { 'www-authenticate': `Bearer ${parts.join(', ')}` }
}

/** No Bearer token was sent: an answer without an error code (RFC 6750, 3.1). */
export const noCredentials = (realm: string): HTTPException => httpError(401, 'Authentication required', { headers: challenge(realm, {}) })

/** The token is not good. What is wrong with it is not said: it helps those who try tokens. */
export const invalidToken = (realm: string): HTTPException =>
  httpError(401, 'Invalid token', { headers: challenge(realm, { error: 'invalid_token' }) })

const invalidRequest = (realm: string): HTTPException =>
  httpError(400, 'The Authorization header must be one Bearer token', { headers: challenge(realm, { error: 'invalid_request' }) })

/** The token is good, but not for this. */
export const insufficientScope = (realm: string, message: string, scope?: string): HTTPException =>
  httpError(403, message, { headers: challenge(realm, { error: 'insufficient_scope', ...(scope && { scope }) }) })

/**
 * The Bearer token of the request's one Authorization header; `undefined` where there is none, or one of another scheme. Tokens in
 * the query or the body (RFC 6750, 2.2 and 2.3) are not read: they end up in logs.
 * @throws {HTTPException} 400 for a header that can't be read, or several of them; 401 for a token above 16,384 characters
 */
export function bearerToken(c: Context, realm: string): string | undefined {
  const header = peekHeader(c.req.raw, 'authorization')
  if (header === null) return undefined
  if (hasRepeatedAuthorization(c)) throw invalidRequest(realm)
  if (header.length > MAX_HEADER_LENGTH || !CREDENTIALS.test(header)) {
    if (!BEARER.test(header)) return undefined
    throw header.length > MAX_HEADER_LENGTH ? invalidToken(realm) : invalidRequest(realm)
  }
  return header.slice(header.lastIndexOf(' ') + 1)
}
