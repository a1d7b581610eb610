import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createClient } from '@libsql/client'
import { sql } from 'drizzle-orm'
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql'
import type { Database } from './database'
import { migrations } from './migrations'
import * as schema from './schema'

/**
 * Opens the database named by `DATABASE_URL` (default `file:.data/everyroute.db`, in the working directory): its folder is
 * created and the migrations it lacks are applied.
 */
export async function openDatabase(): Promise<Database> {
  const url = process.env.DATABASE_URL || 'file:.data/everyroute.db'
  const local = url.startsWith('file:') && !url.includes(':memory:')
  if (local) await mkdir(dirname(decodeURIComponent(url.replace(/^file:(\/\/)?|\?.*$/g, ''))), { recursive: true })

  // Other processes may hold the file's lock for a moment: wait up to 5,000 ms for it.
  const db = drizzle(createClient({ url, timeout: 5_000 }), { schema })
  if (local) await db.run('PRAGMA journal_mode = WAL')
  await migrate(db)
  return db
}

async function migrate(db: LibSQLDatabase<typeof schema>): Promise<void> {
  // One write transaction, so that of two processes that start at once the second finds the work done.
  await db.transaction(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS _migrations (name TEXT PRIMARY KEY NOT NULL)')
    const applied = await tx.all<{ name: string }>('SELECT name FROM _migrations')

    for (const { name, statements } of migrations) {
      if (applied.some((row) => row.name === name)) continue
      for (const statement of statements) await tx.run(sql.raw(statement))
      await tx.run(sql`INSERT INTO _migrations (name) VALUES (${name})`)
    }
  })
}
