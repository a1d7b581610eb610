import { database } from '../_db/database'
import { openStreams } from '../_lib/streams'

// Read anew for each request, also where GET handlers may be answered ahead of time.
export const dynamic = 'force-dynamic'

export async function GET() {
  try {
    const db = await database()
    await db.run('SELECT 1')
    return Response.json({ data: { status: 'ok', openStreams: openStreams.size } })
  } catch (error) {
    console.error(error)
    return Response.json({ error: 'The database does not answer' }, { status: 503 })
  }
}
