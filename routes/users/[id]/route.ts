import { eq } from 'drizzle-orm'
import { type NextRequest, NextResponse } from 'next/server'
import { avatarStore } from '../../_db/avatars'
import { database } from '../../_db/database'
import { users } from '../../_db/schema'
import { readJson } from '../../_lib/body'
import { withErrors } from '../../_lib/errors'
import { newUser, userChanges } from '../../_lib/schemas'
import { noSuchUser, type UserContext, userId } from '../../_lib/users'

export const GET = withErrors(async (_request, context: UserContext) => {
  const id = await userId(context)
  const db = await database()
  const [user] = await db.select().from(users).where(eq(users.id, id))
  if (!user) throw noSuchUser()
  return NextResponse.json({ data: user })
})

export const PUT = withErrors((request, context: UserContext) => update(request, context, newUser))

export const PATCH = withErrors((request, context: UserContext) => update(request, context, userChanges))

export const DELETE = withErrors(async (_request, context: UserContext) => {
  const id = await userId(context)
  const db = await database()
  const [deleted] = await db.delete(users).where(eq(users.id, id)).returning({ id: users.id })
  if (!deleted) throw noSuchUser()
  const avatars = await avatarStore()
  await avatars.remove(id)
  return new NextResponse(null, { status: 204 })
})

async function update(request: NextRequest, context: UserContext, schema: typeof newUser | typeof userChanges) {
  const id = await userId(context)
  const changes = await readJson(request, schema)
  const db = await database()
  const [user] = await db.update(users).set(changes).where(eq(users.id, id)).returning()
  if (!user) throw noSuchUser()
  return NextResponse.json({ data: user })
}
