import { type NextRequest, NextResponse } from 'next/server'

export async function GET(request: NextRequest, { params }: { params: Promise<{ name: string }> }) {
  const { name } = await params
  const greeting = request.nextUrl.searchParams.get('greeting') ?? 'Hello'
  return NextResponse.json({ message: `${greeting}, ${name}!` })
}
