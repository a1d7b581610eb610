import { eq } from 'drizzle-orm'
import { defineHandler, json } from 'everyroute/handler'
import type * as z from 'zod'
import { database } from '../../_db/database'
import { posts } from '../../_db/schema'
import { noSuchPost, refuseViolation } from '../../_lib/answers'
import { requireSelf, type SignedIn } from '../../_lib/auth'
import { shared, signedIn, smallBody } from '../../_lib/middleware'
import { newPost, postChanges, postPath } from '../../_lib/schemas'

export { OPTIONS } from '../../_lib/middleware'

const writes = [...signedIn, smallBody] as const

export const GET = defineHandler({ use: shared, params: postPath, summary: 'Shows a post' }, async (_request, { params }) => {
  const post = await findPost((await params).slug)
  return post ? json({ data: post }) : noSuchPost()
})

export const PUT = defineHandler(
  { use: writes, params: postPath, json: newPost, summary: 'Replaces a post' },
  async (_request, { params, json: values, var: { user } }) => update((await params).slug, values, user),
)

export const PATCH = defineHandler(
  { use: writes, params: postPath, json: postChanges, summary: 'Changes a post' },
  async (_request, { params, json: changes, var: { user } }) => update((await params).slug, changes, user),
)

export const DELETE = defineHandler(
  { use: writes, params: postPath, summary: 'Deletes a post' },
  async (_request, { params, var: { user } }) => {
    const post = await findPost((await params).slug)
    if (!post) return noSuchPost()
    requireSelf(user, post.authorId)
    const db = await database()
    await db.delete(posts).where(eq(posts.id, post.id))
    return new Response(null, { status: 204 })
  },
)

async function findPost(slug: string) {
  const db = await database()
  const [post] = await db.select().from(posts).where(eq(posts.slug, slug))
  return post
}

/** Nobody but an admin may take over a post of somebody else, or pass one on. */
async function update(slug: string, changes: z.output<typeof postChanges>, user: SignedIn) {
  const found = await findPost(slug)
  if (!found) return noSuchPost()
  requireSelf(user, found.authorId)
  requireSelf(user, changes.authorId ?? found.authorId)
  const db = await database()
  const [post] = await db.update(posts).set(changes).where(eq(posts.id, found.id)).returning().catch(refuseViolation)
  return post ? json({ data: post }) : noSuchPost()
}
