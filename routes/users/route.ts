import { defineHandler } from 'everyroute/handler'
import { requireRole } from 'everyroute/middleware/auth'
import { paginated, paginationQuery } from 'everyroute/middleware/pagination'
import { database } from '../_db/database'
import { users } from '../_db/schema'
import { created, refuseViolation } from '../_lib/answers'
import { shared, signedIn, smallBody } from '../_lib/middleware'
import { newUser } from '../_lib/schemas'

export { OPTIONS } from '../_lib/middleware'

export const GET = defineHandler(
  { use: shared, query: paginationQuery(), summary: 'Lists the users' },
  async (request, { query: { page, limit, offset } }) => {
    const db = await database()
    const [data, total] = await Promise.all([db.select().from(users).orderBy(users.id).limit(limit).offset(offset), db.$count(users)])
    return paginated(request, { data, page, limit, total })
  },
)

export const POST = defineHandler(
  { use: [...signedIn, requireRole('admin'), smallBody], json: newUser, summary: 'Creates a user' },
  async (_request, { json: values }) => {
    const db = await database()
    const user = await db.insert(users).values(values).returning().get().catch(refuseViolation)
    return created(`/users/${user.id}`, user)
  },
)
