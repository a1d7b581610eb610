import { eq } from 'drizzle-orm'
import { type NextRequest, NextResponse } from 'next/server'
import { database } from '../../_db/database'
import { posts } from '../../_db/schema'
import { readJson } from '../../_lib/body'
import { withErrors } from '../../_lib/errors'
import { noSuchPost, type PostContext, unknownAuthor } from '../../_lib/posts'
import { newPost, postChanges } from '../../_lib/schemas'

export const GET = withErrors(async (_request, { params }: PostContext) => {
  const { slug } = await params
  const db = await database()
  const [post] = await db.select().from(posts).where(eq(posts.slug, slug))
  if (!post) throw noSuchPost()
  return NextResponse.json({ data: post })
})

export const PUT = withErrors((request, context: PostContext) => update(request, context, newPost))

export const PATCH = withErrors((request, context: PostContext) => update(request, context, postChanges))

export const DELETE = withErrors(async (_request, { params }: PostContext) => {
  const { slug } = await params
  const db = await database()
  const [deleted] = await db.delete(posts).where(eq(posts.slug, slug)).returning({ id: posts.id })
  if (!deleted) throw noSuchPost()
  return new NextResponse(null, { status: 204 })
})

async function update(request: NextRequest, { params }: PostContext, schema: typeof newPost | typeof postChanges) {
  const { slug } = await params
  const changes = await readJson(request, schema)
  const db = await database()
  const [post] = await db.update(posts).set(changes).where(eq(posts.slug, slug)).returning().catch(unknownAuthor)
  if (!post) throw noSuchPost()
  return NextResponse.json({ data: post })
}
