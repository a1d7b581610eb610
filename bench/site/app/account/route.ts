import type { NextRequest } from 'next/server'
import { accountOf } from '../../../adapters/shared.mjs'

/** Behind the middleware of its folder. */
export async function GET(request: NextRequest): Promise<Response> {
  return Response.json(accountOf(request.nextUrl.searchParams.get('fail') === '1'))
}
