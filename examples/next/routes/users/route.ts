import { type NextRequest, NextResponse } from 'next/server'
import { newUser } from '../../lib/user'
import { users } from '../../lib/users'

export function GET() {
  return NextResponse.json({ data: [...users.values()] })
}

export async function POST(request: NextRequest) {
  const parsed = newUser.safeParse(await request.json().catch(() => undefined))
  if (!parsed.success) return NextResponse.json({ error: parsed.error.issues[0]?.message }, { status: 400 })
  if ([...users.values()].some(({ email }) => email === parsed.data.email)) {
    return NextResponse.json({ error: 'This e-mail address is taken' }, { status: 409 })
  }
  const user = { id: Math.max(0, ...users.keys()) + 1, ...parsed.data }
  users.set(user.id, user)
  return NextResponse.json({ data: user }, { status: 201 })
}
