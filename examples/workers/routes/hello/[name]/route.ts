import { env } from 'everyroute'
import { type NextRequest, NextResponse } from 'next/server'

export async function GET(request: NextRequest, { params }: RouteContext<'/hello/[name]'>) {
  const { name } = await params
  const greeting = request.nextUrl.searchParams.get('greeting') ?? env<{ GREETING: string }>().GREETING
  return NextResponse.json({ message: `${greeting}, ${name}!` })
}
