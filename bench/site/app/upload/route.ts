import { countBytes } from '../../../adapters/streams.mjs'

export async function POST(request: Request): Promise<Response> {
  return Response.json({ bytes: await countBytes(request) })
}
