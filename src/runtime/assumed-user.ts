import type { Context } from 'hono'

/** A property of Hono's context that only code can set: nothing that a request carries ever becomes a symbol. One for all copies of this package. */
const USER: unique symbol = Symbol.for('everyroute.assumedUser@1') as never

interface AssumedUser {
  readonly user: unknown
}

/** Lets `auth` take a user for signed in, whatever the request carries. For tests alone. */
export function assumeUser(c: Context, user: unknown): void {
  ;(c as { [USER]?: AssumedUser })[USER] = { user }
}

/** The user that a test has signed in; never there on a server. */
export const assumedUser = (c: Context): AssumedUser | undefined => (c as { [USER]?: AssumedUser })[USER]
