import { eq } from 'drizzle-orm'
import { auth, type JwtClaims } from 'everyroute/middleware/auth'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { sign } from 'hono/jwt'
import { database } from '../_db/database'
import { users } from '../_db/schema'
import { bindings } from './bindings'
import { readId } from './schemas'

export type Role = 'admin' | 'user'

/** Who a request comes from. */
export type SignedIn = typeof users.$inferSelect & { readonly role: Role }

/** Whom tokens must be for: another application that shares the secret gets no further. */
const AUDIENCE = 'everyroute-example'

/** Seconds that the token on the console is good for. */
const TRIAL = 24 * 60 * 60

// Module state does not outlive a hot reload, and Next.js has it once for each file; globalThis does.
const shared = globalThis as { exampleSecret?: string }

/**
 * What tokens are signed with: `AUTH_SECRET`, else a secret of this process alone, so that the API can be tried out; a token
 * made with it is then written to the console.
 */
function secret(): string {
  const { AUTH_SECRET, DB } = bindings()
  if (AUTH_SECRET) return AUTH_SECRET
  // A Worker runs in many places, and its console is kept in logs.
  if (DB) throw new Error('AUTH_SECRET is not set: run `npx wrangler secret put AUTH_SECRET`, or write it to .env.local for wrangler dev.')
  if (!shared.exampleSecret) {
    shared.exampleSecret = crypto.randomUUID() + crypto.randomUUID()
    void announce(shared.exampleSecret)
  }
  return shared.exampleSecret
}

async function announce(secret: string): Promise<void> {
  const exp = Math.floor(Date.now() / 1000) + TRIAL
  const token = await sign({ sub: '1', role: 'admin', aud: AUDIENCE, exp }, secret, 'HS256')
  console.log(`AUTH_SECRET is not set. Until this process ends, user 1 is an admin with the token\n${token}`)
}

/** A token tells an id and a role; a user who is gone has no token that is good. */
async function findUser({ sub, role }: JwtClaims): Promise<SignedIn | undefined> {
  const db = await database()
  const [user] = await db
    .select()
    .from(users)
    .where(eq(users.id, readId(sub)))
  return user && { ...user, role: role === 'admin' ? 'admin' : 'user' }
}

/** Makes the secret also for a request without token, whose sender then finds one on the console. */
const withSecret: MiddlewareHandler = (_c, next) => {
  secret()
  return next()
}

/** Lets the requests of users pass, known by the Bearer token: a JWT with `sub`, `role`, `aud` and `exp`. Sets `user`. */
export const known = [withSecret, auth({ jwt: { secret, algorithms: ['HS256'], audience: AUDIENCE }, toUser: findUser })] as const

const isAdmin = ({ role }: SignedIn): boolean => role === 'admin'

/** @throws {HTTPException} 403 */
export function requireSelf(user: SignedIn, id: number): void {
  if (user.id !== id && !isAdmin(user)) throw new HTTPException(403, { message: 'Only the user itself and admins may do this' })
}

/** Behind `known`: lets the user whose id is in the path pass, and admins. */
export const selfOrAdmin: MiddlewareHandler<{ Variables: { user: SignedIn } }> = async (c, next) => {
  requireSelf(c.get('user'), readId(c.req.param('id')))
  await next()
}
