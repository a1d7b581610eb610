import { customType, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Bytes, as libSQL (ArrayBuffer) and D1 (number[]) hand them out. */
const bytes = customType<{ data: Uint8Array<ArrayBuffer>; driverData: ArrayBuffer | Uint8Array<ArrayBuffer> | number[] }>({
  dataType: () => 'blob',
  fromDriver: (value) => new Uint8Array(value),
})

const now = () => new Date().toISOString()

const timestamps = {
  createdAt: text('created_at').notNull().$defaultFn(now),
  updatedAt: text('updated_at').notNull().$defaultFn(now).$onUpdateFn(now),
}

export const users = sqliteTable('users', {
  // AUTOINCREMENT: the id of a deleted user is never given to another one.
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  email: text().notNull().unique(),
  ...timestamps,
})

export const posts = sqliteTable('posts', {
  id: integer().primaryKey({ autoIncrement: true }),
  slug: text().notNull().unique(),
  title: text().notNull(),
  body: text().notNull(),
  authorId: integer('author_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  ...timestamps,
})

export const avatars = sqliteTable('avatars', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  type: text().notNull(),
  etag: text().notNull(),
  data: bytes().notNull(),
})
