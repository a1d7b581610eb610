import { NextResponse } from 'next/server'
import { database } from '../_db/database'
import { users } from '../_db/schema'
import { created } from '../_lib/answers'
import { readJson } from '../_lib/body'
import { withErrors } from '../_lib/errors'
import { newUser, pageQuery } from '../_lib/schemas'

export const GET = withErrors(async (request) => {
  const { page, limit } = pageQuery.parse(Object.fromEntries(request.nextUrl.searchParams))
  const db = await database()
  const [data, total] = await Promise.all([
    db
      .select()
      .from(users)
      .orderBy(users.id)
      .limit(limit)
      .offset((page - 1) * limit),
    db.$count(users),
  ])
  return NextResponse.json({ data, page, limit, total })
})

export const POST = withErrors(async (request) => {
  const values = await readJson(request, newUser)
  const db = await database()
  const user = await db.insert(users).values(values).returning().get()
  return created(`/users/${user.id}`, user)
})
