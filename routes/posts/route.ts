import { desc } from 'drizzle-orm'
import { NextResponse } from 'next/server'
import { database } from '../_db/database'
import { posts } from '../_db/schema'
import { created } from '../_lib/answers'
import { readJson } from '../_lib/body'
import { withErrors } from '../_lib/errors'
import { unknownAuthor } from '../_lib/posts'
import { newPost, pageQuery } from '../_lib/schemas'

export const GET = withErrors(async (request) => {
  const { page, limit } = pageQuery.parse(Object.fromEntries(request.nextUrl.searchParams))
  const db = await database()
  const [data, total] = await Promise.all([
    db
      .select()
      .from(posts)
      .orderBy(desc(posts.id))
      .limit(limit)
      .offset((page - 1) * limit),
    db.$count(posts),
  ])
  return NextResponse.json({ data, page, limit, total })
})

export const POST = withErrors(async (request) => {
  const values = await readJson(request, newPost)
  const db = await database()
  const post = await db.insert(posts).values(values).returning().get().catch(unknownAuthor)
  return created(`/posts/${post.slug}`, post)
})
