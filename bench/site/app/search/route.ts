import type { NextRequest } from 'next/server'

export async function GET(request: NextRequest): Promise<Response> {
  const { searchParams } = request.nextUrl
  return Response.json({ q: searchParams.get('q'), page: Number(searchParams.get('page')) })
}
