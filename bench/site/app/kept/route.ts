/** Its answer is kept, and served from the cache in memory. */
export const dynamic = 'force-static'

export async function GET(): Promise<Response> {
  return Response.json({ pong: true })
}
