import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core'
import { openDatabase } from '#open-database'
import type * as schema from './schema'

/** What the handlers know of the database; libSQL and Cloudflare D1 both fit it. */
export type Database = BaseSQLiteDatabase<'async', unknown, typeof schema>

// Module state does not outlive a hot reload, globalThis does.
const shared = globalThis as { exampleDatabase?: Promise<Database> | undefined }

/** The database, opened on the first call: Cloudflare D1 in a Worker, libSQL elsewhere. */
export function database(): Promise<Database> {
  shared.exampleDatabase ??= openDatabase().catch((error) => {
    // The next request tries again.
    shared.exampleDatabase = undefined
    throw error
  })
  return shared.exampleDatabase
}
