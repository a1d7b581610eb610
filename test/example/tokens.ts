import { sign } from 'hono/jwt'

/** What the example's servers are started with as AUTH_SECRET. */
export const AUTH_SECRET = 'the secret of the tests, which nobody else signs tokens with'

/** A token of the example's user `sub`, good for an hour; `claims` can say otherwise. */
export const tokenOf = (sub: number | string, claims: Record<string, unknown> = {}, secret: string = AUTH_SECRET): Promise<string> =>
  sign({ sub: String(sub), role: 'user', aud: 'everyroute-example', exp: Math.floor(Date.now() / 1000) + 3600, ...claims }, secret, 'HS256')

/** A token of the first user, as an admin. */
export const adminToken = (): Promise<string> => tokenOf(1, { role: 'admin' })
