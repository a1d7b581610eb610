import { desc } from 'drizzle-orm'
import { defineHandler } from 'everyroute/handler'
import { paginated, paginationQuery } from 'everyroute/middleware/pagination'
import { database } from '../_db/database'
import { posts } from '../_db/schema'
import { created, refuseViolation } from '../_lib/answers'
import { requireSelf } from '../_lib/auth'
import { shared, signedIn, smallBody } from '../_lib/middleware'
import { newPost } from '../_lib/schemas'

export { OPTIONS } from '../_lib/middleware'

export const GET = defineHandler(
  { use: shared, query: paginationQuery(), summary: 'Lists the posts, newest first' },
  async (request, { query: { page, limit, offset } }) => {
    const db = await database()
    const [data, total] = await Promise.all([db.select().from(posts).orderBy(desc(posts.id)).limit(limit).offset(offset), db.$count(posts)])
    return paginated(request, { data, page, limit, total })
  },
)

export const POST = defineHandler(
  { use: [...signedIn, smallBody], json: newPost, summary: 'Writes a post' },
  async (_request, { json: values, var: { user } }) => {
    requireSelf(user, values.authorId)
    const db = await database()
    const post = await db.insert(posts).values(values).returning().get().catch(refuseViolation)
    return created(`/posts/${post.slug}`, post)
  },
)
