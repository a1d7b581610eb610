import { eq } from 'drizzle-orm'
import { database } from './database'
import { avatars } from './schema'

export interface Avatar {
  /** The media type, such as `image/png`. */
  readonly type: string
  /** Quoted, as the `ETag` header carries it. */
  readonly etag: string
  readonly data: Uint8Array<ArrayBuffer>
}

export interface AvatarStore {
  get(userId: number): Promise<Avatar | undefined>
  /** Replaces the avatar that the user has. */
  put(userId: number, avatar: Avatar): Promise<void>
}

/** Where avatars are kept: beside the users, in the database. */
export async function avatarStore(): Promise<AvatarStore> {
  const db = await database()
  return {
    async get(userId) {
      const [avatar] = await db.select().from(avatars).where(eq(avatars.userId, userId))
      return avatar
    },
    async put(userId, avatar) {
      await db
        .insert(avatars)
        .values({ userId, ...avatar })
        .onConflictDoUpdate({ target: avatars.userId, set: avatar })
    },
  }
}
