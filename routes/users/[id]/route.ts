import { eq } from 'drizzle-orm'
import { defineHandler, json } from 'everyroute/handler'
import type * as z from 'zod'
import { avatarStore } from '../../_db/avatars'
import { database } from '../../_db/database'
import { users } from '../../_db/schema'
import { noSuchUser, refuseViolation } from '../../_lib/answers'
import { selfOrAdmin } from '../../_lib/auth'
import { shared, signedIn, smallBody } from '../../_lib/middleware'
import { newUser, userChanges, userPath } from '../../_lib/schemas'

export { OPTIONS } from '../../_lib/middleware'

const own = [...signedIn, selfOrAdmin, smallBody] as const

export const GET = defineHandler({ use: shared, params: userPath, summary: 'Shows a user' }, async (_request, { params }) => {
  const { id } = await params
  const db = await database()
  const [user] = await db.select().from(users).where(eq(users.id, id))
  return user ? json({ data: user }) : noSuchUser()
})

export const PUT = defineHandler({ use: own, params: userPath, json: newUser, summary: 'Replaces a user' }, async (_request, context) =>
  update((await context.params).id, context.json),
)

export const PATCH = defineHandler(
  { use: own, params: userPath, json: userChanges, summary: 'Changes a user' },
  async (_request, context) => update((await context.params).id, context.json),
)

export const DELETE = defineHandler(
  { use: own, params: userPath, summary: "Deletes a user, with the user's posts and avatar" },
  async (_request, { params }) => {
    const { id } = await params
    const db = await database()
    const [deleted] = await db.delete(users).where(eq(users.id, id)).returning({ id: users.id })
    if (!deleted) return noSuchUser()
    const avatars = await avatarStore()
    await avatars.remove(id)
    return new Response(null, { status: 204 })
  },
)

async function update(id: number, changes: z.output<typeof userChanges>) {
  const db = await database()
  const [user] = await db.update(users).set(changes).where(eq(users.id, id)).returning().catch(refuseViolation)
  return user ? json({ data: user }) : noSuchUser()
}
