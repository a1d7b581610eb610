import type { Context } from 'hono'
import { defaultRoles, defaultScopes, signIn } from '../middleware/auth-require.js'
import { assumeUser } from '../runtime/assumed-user.js'
import { CLIENT_ADDRESS } from '../runtime/client-address.js'
import type { AnswerError } from '../runtime/compose.js'
import type { RouterContext } from '../runtime/context.js'
import { answerException, isException, presentError } from '../runtime/error-answer.js'
import { type HandlerHost, hostOf, setHost } from '../runtime/handler-host.js'
import type { RouteHandlerFunction } from '../runtime/methods.js'
import { isNavigationError } from '../runtime/navigation-errors.js'
import type { CallOptions } from './options.js'

let calls = 0

/** Addresses for documentation (RFC 3849), each in a network of its own. */
function nextAddress(): string {
  const count = calls++
  return `2001:db8:${((count >> 8) & 0xffff).toString(16)}:${((count & 0xff) << 8).toString(16)}::1`
}

/** What Hono's `c.env` is. */
export const bindingsOf = ({ clientAddress = nextAddress(), env }: CallOptions<unknown>): object => ({
  ...env,
  [CLIENT_ADDRESS]: clientAddress,
})

/** Leaves on Hono's context what middleware in front of the handler would have left. */
export function prepareContext(c: Context, { user, variables = {} }: CallOptions<unknown>): void {
  for (const [name, value] of Object.entries(variables)) c.set(name, value)
  if (user === undefined) return
  signIn(c, { user, realm: 'api', roles: defaultRoles, scopes: defaultScopes })
  assumeUser(c, user)
}

/** Something that was thrown, whatever it is. */
export interface Thrown {
  readonly value: unknown
}

/** Answers what is thrown as the router does, and remembers it: middleware turns it into an answer before the call is over. */
export class ThrownRecord {
  readonly #context: RouterContext
  /** The last redirect or the like. */
  navigation: Thrown | undefined
  /** The last error that was answered with 500. */
  failure: Thrown | undefined

  constructor(context: RouterContext) {
    this.#context = context
  }

  /** The answer to an error. */
  answer = (c: Context, thrown: unknown): Response => {
    if (thrown instanceof Error && isException(thrown)) return answerException(thrown, c)
    this.failure = { value: thrown }
    return presentError(c, this.#context.responses.internalError(thrown))
  }

  /** The same handler, with what it throws noted, be it caught by its own middleware. */
  watch(handler: RouteHandlerFunction): RouteHandlerFunction {
    return async (request, context) => {
      const host = hostOf(context)
      if (host) setHost(context, this.#watchHost(host))
      try {
        return await handler(request, context)
      } catch (thrown) {
        this.#noteNavigation(thrown)
        throw thrown
      }
    }
  }

  #watchHost(host: HandlerHost): HandlerHost {
    const answerError: AnswerError = (thrown) => {
      this.#noteNavigation(thrown)
      return host.answerError(thrown)
    }
    return { c: host.c, ran: host.ran, answerError }
  }

  #noteNavigation(thrown: unknown): void {
    if (isNavigationError(thrown)) this.navigation = { value: thrown }
  }
}
