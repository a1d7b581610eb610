import { notFound } from 'next/navigation'
import { NextResponse } from 'next/server'
import { users } from '../../../lib/users'

interface Context {
  params: Promise<{ id: string }>
}

export async function GET(_request: Request, { params }: Context) {
  const user = users.get(Number((await params).id)) ?? notFound()
  return NextResponse.json({ data: user })
}

export async function DELETE(_request: Request, { params }: Context) {
  if (!users.delete(Number((await params).id))) notFound()
  return new NextResponse(null, { status: 204 })
}
