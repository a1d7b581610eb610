import { drizzle } from 'drizzle-orm/d1'
import { bindings } from '../_lib/bindings'
import type { Database } from './database'
import * as schema from './schema'

/** Opens the D1 database that the Worker has as `DB`. Its migrations are applied by wrangler, with `npm run db:local`. */
export async function openDatabase(): Promise<Database> {
  const { DB } = bindings()
  if (!DB) throw new Error('The Worker has no D1 database: bind one as DB under d1_databases of its wrangler configuration.')
  return drizzle(DB as Parameters<typeof drizzle>[0], { schema })
}
