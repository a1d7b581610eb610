import { eq } from 'drizzle-orm'
import { type Bucket, bindings } from '../_lib/bindings'
import { violation } from './constraints'
import { type Database, database } from './database'
import { avatars, users } from './schema'

export interface Avatar {
  /** The media type, such as `image/png`. */
  readonly type: string
  /** Quoted, as the `ETag` header carries it. */
  readonly etag: string
  readonly data: Uint8Array<ArrayBuffer>
}

export interface AvatarStore {
  get(userId: number): Promise<Avatar | undefined>
  /** Replaces the avatar that the user has. Gives `false`, and keeps nothing, where there is no such user. */
  put(userId: number, avatar: Avatar): Promise<boolean>
  /** Removes what is left of a user who is gone. */
  remove(userId: number): Promise<void>
}

/** Where avatars are kept: in the R2 bucket that the host binds as `AVATARS`, else beside the users, in the database. */
export async function avatarStore(): Promise<AvatarStore> {
  const { AVATARS } = bindings()
  const db = await database()
  return AVATARS ? inBucket(AVATARS, db) : inDatabase(db)
}

function inDatabase(db: Database): AvatarStore {
  return {
    async get(userId) {
      const [avatar] = await db.select().from(avatars).where(eq(avatars.userId, userId))
      return avatar
    },
    async put(userId, avatar) {
      const change = db
        .insert(avatars)
        .values({ userId, ...avatar })
        .onConflictDoUpdate({ target: avatars.userId, set: avatar })
      return change.then(
        () => true,
        (error) => {
          if (violation(error)?.constraint === 'foreign key') return false
          throw error
        },
      )
    },
    // The row goes with the user's.
    async remove() {},
  }
}

function inBucket(bucket: Bucket, db: Database): AvatarStore {
  const keyOf = (userId: number): string => `avatars/${userId}`
  return {
    async get(userId) {
      const object = await bucket.get(keyOf(userId))
      if (!object) return undefined
      const { httpMetadata, customMetadata } = object
      return { type: httpMetadata?.contentType ?? '', etag: customMetadata?.etag ?? '', data: new Uint8Array(await object.arrayBuffer()) }
    },
    async put(userId, { type, etag, data }) {
      await bucket.put(keyOf(userId), data, { httpMetadata: { contentType: type }, customMetadata: { etag } })
      // Afterwards, so that a user who goes meanwhile leaves nothing behind.
      const known = await db.$count(users, eq(users.id, userId))
      if (known === 0) await bucket.delete(keyOf(userId))
      return known > 0
    },
    remove: (userId) => bucket.delete(keyOf(userId)),
  }
}
