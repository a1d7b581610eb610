import { eventStream } from '../../../adapters/streams.mjs'

export const dynamic = 'force-dynamic'

export async function GET(): Promise<Response> {
  return new Response(eventStream(), { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
}
